package geofence_test

import (
	"net/http"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

func TestWhoLeavesTheZoneIsToldAndWhoComesBack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.upload(t, "acme", "juan", 60, point(0, 0), point(60, 0))
	w.upload(t, "acme", "juan", 180, point(90, 300), point(120, 300), point(150, 300))
	raised := w.next(t).is(t, "acme", "nueva", "juan")
	b := raised.body
	if b["type"] != "outside_zone" || b["late"] != false || b["started_at"] != "2026-03-09T17:01:30Z" || b["raised_at"] != "2026-03-09T17:02:30Z" ||
		b["zones"].([]any)[0] != "centro" || b["distance_m"].(float64) < 99 || b["distance_m"].(float64) > 101 || b["ended_at"] != nil {
		t.Errorf("%v", raised)
	}
	if got := audience.Of(raised.header); len(got.Users) != 1 || got.Users[0] != "juan" || len(got.Teams) != 1 || got.Teams[0] != "norte" || got.Roles[0] != "admin" {
		t.Errorf("audience %+v", got)
	}
	w.upload(t, "acme", "juan", 300, point(200, 0), point(230, 0), point(260, 0))
	ended := w.next(t).is(t, "acme", "cerrada", "juan")
	if ended.body["id"] != b["id"] || ended.body["ended_at"] != "2026-03-09T17:03:20Z" || ended.body["end_reason"] != "returned" || ended.body["started_at"] != b["started_at"] {
		t.Errorf("%v", ended)
	}
	w.silent(t)
}

func TestShuffledAndLateUploadsRaiseNoLiveAlert(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.upload(t, "acme", "juan", 600, point(500, 0), point(560, 0))
	// What was outside before the newest position is past, whenever it comes.
	w.upload(t, "acme", "juan", 601, point(0, 900), point(100, 900), point(200, 900))
	w.silent(t)
	// Hours without signal: outside and back in what came late.
	w.upload(t, "acme", "juan", 7200, point(1000, 900), point(1100, 900), point(1200, 0), point(1300, 0))
	late := w.next(t).is(t, "acme", "tardia", "juan")
	if late.body["late"] != true {
		t.Errorf("%v", late)
	}
	w.next(t).is(t, "acme", "cerrada", "juan")
	// It goes on: now it is a live one.
	w.upload(t, "acme", "juan", 9000, point(8000, 900), point(8100, 900), point(8200, 900))
	w.next(t).is(t, "acme", "tardia", "juan")
	w.silent(t)
	w.upload(t, "acme", "juan", 9001, point(8600, 900))
	w.began(t, "juan", "2026-03-09T19:13:20Z")
}

func TestAZoneDeletedWhileSomebodyIsOutsideEndsTheAlert(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	w.zone(t, "globex", circle("centro", "Centro"), "juan")
	for _, company := range []string{"acme", "globex"} {
		w.upload(t, company, "juan", 60, point(0, 300), point(60, 300))
		w.next(t).is(t, company, "nueva", "juan")
	}
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/centro", nil).Is(t, http.StatusNoContent, "")
	ended := w.next(t).is(t, "acme", "cerrada", "juan")
	if ended.body["end_reason"] != "unassigned" {
		t.Errorf("%v", ended)
	}
	w.upload(t, "acme", "juan", 200, point(120, 300), point(200, 300))
	w.silent(t)
}
