package inactivity_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// stands stores a position a minute, from a time to another, so many metres apart.
func (w *world) stands(t *testing.T, user, from, until string, step float64) {
	t.Helper()
	var fixes []track.Fix
	for minute := at(from); !minute.After(at(until)); minute = minute.Add(time.Minute) {
		f := track.Fix{RecordedAt: minute.UnixMilli(), ReceivedAt: minute.UnixMilli()}
		f.SetPlace(4.6+minute.Sub(noon).Minutes()*step/110_574, -74.1)
		f.SetAccuracyM(5)
		fixes = append(fixes, f)
	}
	w.writer.Store(t, trackingtest.Track{Company: "acme", User: user, Device: "d", Fixes: fixes})
}

func TestWhoDoesNotMove(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "beto", "carla", "solo"} {
		w.shift(t, "acme", user, "16:00")
	}
	visit := func(id, worker, state string, lat float64) {
		w.exec(t, `INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, lat, lon, radius_m, checklist, created_at, created_by, plan_from, plan_until, plan_worker, plan_team,
    state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
SELECT 'acme', $1, 'visita', '', 't', '', 'normal', '', $2, -74.1, 50, '[]', now(), '', d, d + interval '1 hour', '', '', $3, now(), d, d + interval '1 hour', $4, '', '', '{}', d + interval '1 day', now(), 0, now(), ''
FROM (SELECT timestamptz '2026-03-09 17:00Z' AS d) x`, id, lat, state, worker)
	}
	visit("v1", "beto", "pendiente", 4.6)  // ana and beto stand there, and it is beto's
	visit("v2", "carla", "en_sitio", 4.9)  // carla is in a visit
	visit("v3", "ana", "completada", 4.61) // a kilometre away
	for _, user := range []string{"ana", "beto", "carla"} {
		w.stands(t, user, "16:59", "17:20", 0)
	}
	w.stands(t, "solo", "16:59", "17:20", 50)
	is(t, "nobody wants to know", w.check(t, "17:20"), "")
	w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('acme', 'company', 'acme', 1800, 'auto', '[]', 900, 1, now(), '')`)
	w.stored(t, at("17:20").Add(-30*time.Second), at("17:20"))
	w.clock.Set(at("17:20"))
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := w.events(t)
	if len(list) != 1 || list[0].User != "ana" || list[0].Type != alert.TypeNoMovement || !list[0].StartedAt.Equal(at("17:05")) || list[0].Place == nil || list[0].Place.Lat != 4.6 {
		t.Fatalf("told %+v", list)
	}
	w.stands(t, "ana", "17:21", "17:29", 0)
	is(t, "she stays", w.check(t, "17:30"), "")
	w.stands(t, "ana", "17:31", "17:35", 50)
	w.clock.Set(at("17:36"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ended := w.events(t); len(ended) != 1 || ended[0].ID != list[0].ID || ended[0].EndReason != "moved" || !ended[0].EndedAt.Equal(at("17:31")) {
		t.Errorf("told %s", fmt.Sprintf("%+v", ended))
	}
}

// Where somebody was before it stood still does not say that it moved, whoever else of the company stands still for longer. The end names
// the spot, as the beginning did.
func TestWhoStandsStillLaterHasNotMoved(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('acme', 'company', 'acme', 1800, 'auto', '[]', 900, 1, now(), '')`)
	for _, user := range []string{"ana", "beto"} {
		w.shift(t, "acme", user, "16:00")
	}
	w.stands(t, "ana", "16:59", "17:50", 0)
	w.stands(t, "beto", "16:59", "17:30", 50)
	is(t, "ana stands still", w.check(t, "17:20"), "+ana ")
	w.stands(t, "beto", "17:31", "17:50", 0)
	w.stored(t, at("17:50").Add(-30*time.Second), at("17:50"))
	w.clock.Set(at("17:50"))
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := w.events(t)
	if len(began) != 1 || began[0].User != "beto" || began[0].Place == nil {
		t.Fatalf("told %+v", began)
	}
	is(t, "both stay", w.close(t, "17:51"), "")
	w.ended(t, "acme", "beto", "16:00", "17:52")
	w.clock.Set(at("17:53"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	ended := w.events(t)
	if len(ended) != 1 || ended[0].User != "beto" || ended[0].EndReason != "shift_ended" || !reflect.DeepEqual(ended[0].Place, began[0].Place) {
		t.Errorf("told %+v, began %+v", ended, began)
	}
}

// Somebody who stays costs no track, however long. Whoever leaves is told of with the instant, also when the phone sends it late.
func TestWhoStaysCostsNoTrack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('acme', 'company', 'acme', 86400, 'auto', '[]', 900, 1, now(), '')`)
	for _, user := range []string{"ana", "beto", "carla"} {
		w.shift(t, "acme", user, "16:00")
		w.stands(t, user, "16:59", "17:20", 0)
	}
	is(t, "they stand still", w.check(t, "17:20"), "+ana , +beto , +carla ")
	for _, user := range []string{"ana", "beto", "carla"} {
		w.stands(t, user, "17:21", "18:00", 0)
	}
	w.exec(t, `REVOKE SELECT ON tracking.v_track FROM terreno_reader`)
	is(t, "they stay", w.close(t, "18:00"), "")
	// One position that is off says nothing, and one of long ago is no news.
	w.stands(t, "beto", "18:01", "18:01", 50)
	w.clock.Set(at("18:01"))
	if err := w.checker.Close(t.Context()); err == nil {
		t.Error("nobody looks at the track of somebody who may have left")
	}
	is(t, "long after", w.close(t, "18:30"), "")
	w.exec(t, `GRANT SELECT ON tracking.v_track TO terreno_reader`)
	w.stands(t, "beto", "18:31", "18:31", 0)
	is(t, "beto was never away", w.close(t, "18:31"), "")
	// ana leaves, and her phone has no network for longer than what a look reads.
	w.stands(t, "ana", "18:01", "18:40", 50)
	w.stands(t, "carla", "18:01", "18:40", 0)
	w.stands(t, "carla", "18:41", "18:42", 50)
	w.clock.Set(at("18:43"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range w.events(t) {
		got[e.User] = e.EndReason + e.EndedAt.Format(" 15:04")
	}
	if fmt.Sprint(got) != "map[ana:moved 18:01 carla:moved 18:41]" {
		t.Errorf("told %v", got)
	}
}

// While storage is behind, people are judged up to an instant before somebody left. That standstill is over, and is not told of again.
func TestAStandstillThatEndedIsNotToldOfAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('acme', 'company', 'acme', 86400, 'auto', '[]', 900, 1, now(), '')`)
	w.shift(t, "acme", "ana", "16:00")
	w.stands(t, "ana", "16:59", "17:20", 0)
	is(t, "she stands still", w.check(t, "17:20"), "+ana ")
	w.stands(t, "ana", "17:21", "17:25", 50)
	is(t, "she leaves", w.close(t, "17:26"), "-ana moved")
	w.stored(t, at("17:20").Add(-30*time.Second), at("17:27"))
	is(t, "storage is behind", w.checkAsStored(t, "17:27"), "")
	w.stands(t, "ana", "17:26", "17:45", 0)
	is(t, "she stands still again", w.check(t, "17:45"), "+ana ")
}
