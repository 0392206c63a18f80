package geofence_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// TestAnEditIsFeltWithoutNewPositions: somebody stands still, and what applies changes around.
func TestAnEditIsFeltWithoutNewPositions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.at(200)
	w.zone(t, "acme", circle("lejos", "Lejos"), "ana")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.seen(t, "acme", "ana", 61, point(0, 0), point(60, 0))
	w.silent(t)
	// A zone for somebody who was never judged: the edit's own sweep finds out.
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.began(t, "juan", "2026-03-09T17:00:00Z")
	// Renamed: nobody is judged anew.
	renamed := circle("centro", "Centro histórico")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", renamed).Is(t, http.StatusOK, "")
	w.swept(t, w.sweeper(t))
	w.silent(t)
	// Larger: juan is inside by now, and always was.
	renamed["properties"].(map[string]any)["radius_m"] = 500
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", renamed).Is(t, http.StatusOK, "")
	w.ended(t, "juan", "zones_changed", "2026-03-09T17:03:20Z")
	// Elsewhere: ana is outside.
	away := circle("lejos", "Lejos")
	away["geometry"] = map[string]any{"type": "Point", "coordinates": []float64{-74.08, 4.70}}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/lejos", away).Is(t, http.StatusOK, "")
	w.next(t).is(t, "acme", "nueva", "ana")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/lejos/users", map[string]any{"users": []string{}}).Is(t, http.StatusOK, "")
	w.ended(t, "ana", "unassigned", "2026-03-09T17:03:20Z")
	w.silent(t)
	// What was judged stays judged: old positions that come again are no news when zones apply again.
	w.at(2000)
	w.send(t, jefa("acme"), "PUT", "/v1/zones/lejos/users", map[string]any{"users": []string{"ana"}}).Is(t, http.StatusOK, "")
	w.upload(t, "acme", "ana", 2000, point(0, 0), point(60, 0))
	w.silent(t)
}

// TestTeamsAndDeactivation: who joins or leaves a team, and who is not active any more.
func TestTeamsAndDeactivation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "luz", audience.RoleColaborador, "norte")
	w.start(t)
	w.at(200)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", map[string]any{"users": []string{"luz"}, "teams": []string{"norte"}}).Is(t, http.StatusOK, "")
	for _, user := range []string{"juan", "sofia", "ana", "luz"} {
		w.seen(t, "acme", user, 61, point(0, 300), point(60, 300))
	}
	// sofia watches the team and does not work in it.
	w.raised(t, "acme juan", "acme luz")
	w.silent(t)
	identity := w.nats.Bus(t, "identity")
	change := func(user string, active bool, teams ...string) {
		t.Helper()
		w.changeUser(t, identity, user, active, teams...)
	}
	change("ana", true, "norte")
	w.next(t).is(t, "acme", "nueva", "ana")
	change("juan", true)
	w.ended(t, "juan", "unassigned", "")
	change("luz", false, "norte")
	w.ended(t, "luz", "unassigned", "")
	w.swept(t, w.sweeper(t))
	w.silent(t)
}

// changeUser changes somebody of acme's as identity does, which tells of it; whoever evaluates hears it.
func (w *world) changeUser(t *testing.T, identity *bus.Bus, user string, active bool, teams ...string) {
	t.Helper()
	w.joins(t, "acme", user, teams...)
	w.exec(t, `UPDATE identity.users SET active = $2 WHERE id_empresa = 'acme' AND id = $1`, user, active)
	to, err := subject.New("acme", "directorio", "usuario", user)
	if err != nil {
		t.Fatal(err)
	}
	body, err := protojson.Marshal(&terrenov1.DirectoryUser{Id: user, Role: audience.RoleColaborador, Teams: teams, Active: active, Version: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.Publish(t.Context(), bus.Message{Subject: to, ID: "acme-" + user, Data: body}); err != nil {
		t.Fatal(err)
	}
}

// TestAChangeOfTeamsWhoseSweepFailsIsNotForgotten: it is in no plan's version, so that no later sweep would find it. Here the
// sweep's first statement is cancelled, as a statement timeout does.
func TestAChangeOfTeamsWhoseSweepFailsIsNotForgotten(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.at(200)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", map[string]any{"teams": []string{"norte"}}).Is(t, http.StatusOK, "")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	apptest.Until(t, func() bool { return w.unswept(t) == 0 })
	release := w.hold(t)
	w.changeUser(t, w.nats.Bus(t, "identity"), "juan", true)
	const waiting = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%geofence.states%'`
	apptest.Until(t, func() bool {
		var cancelled int
		err := w.admin.Get(&cancelled, `SELECT count(*) FROM (SELECT pg_cancel_backend(pid) `+waiting+`) c`)
		return err == nil && cancelled > 0
	})
	release()
	w.ended(t, "juan", "unassigned", "")
}

// TestAnEditThatNobodyHeardIsFound: by the version of its plan, and once.
func TestAnEditThatNobodyHeardIsFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	w.at(5000) // nothing is recent
	sweeper := w.sweeper(t)
	w.swept(t, sweeper)
	if n := w.unswept(t); n != 0 {
		t.Errorf("%d companies are left for the next sweep", n)
	}
	w.exec(t, `DELETE FROM geofence.zone_user; UPDATE geofence.plan SET version = version + 1`)
	w.swept(t, sweeper)
	if n := w.unswept(t); n != 0 {
		t.Errorf("%d companies are left for the next sweep", n)
	}
	if n := w.open(t, "acme"); n != 0 {
		t.Errorf("%d alerts go on", n)
	}
}

// TestAnEditWhilePositionsWait: the sweep that the edit brings about does not go ahead of what waits, of which only the last ten
// minutes are stored news.
func TestAnEditWhilePositionsWait(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", -200, point(-260, 0), point(-200, 0))
	r.stop()
	for _, fix := range []struct{ at, metres int }{{0, 300}, {60, 300}, {1900, 0}} {
		w.upload(t, "acme", "juan", fix.at+1, point(fix.at, float64(fix.metres)))
		w.store(t, "acme", "juan", fix.at+1, point(fix.at, float64(fix.metres)))
	}
	wider := circle("centro", "Centro")
	wider["properties"].(map[string]any)["radius_m"] = 210
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", wider).Is(t, http.StatusOK, "")
	w.at(2000)
	if err := w.patient(t, time.Millisecond).SweepAll(t.Context()); !errors.Is(err, evaluate.ErrBehind) {
		t.Errorf("nobody evaluates, and the sweep says %v", err)
	}
	w.start(t)
	w.began(t, "juan", "2026-03-09T17:00:00Z")
	w.silent(t)
}

// TestWhoHeardOfAnAlertHearsOfItsEnd: also when its user works in another team by then.
func TestWhoHeardOfAnAlertHearsOfItsEnd(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	w.next(t).is(t, "acme", "nueva", "juan")
	r.stop()
	w.team(t, "acme", "sur")
	w.joins(t, "acme", "juan", "sur")
	w.start(t)
	w.seen(t, "acme", "juan", 181, point(120, 0), point(180, 0))
	ended := w.next(t).is(t, "acme", "cerrada", "juan")
	if got := audience.Of(ended.header).Teams; !slices.Equal(got, []string{"norte", "sur"}) {
		t.Errorf("told to %v", got)
	}
}

// TestAnEditIsFeltByWhoHasTwoPhones: the last positions of the phone that counts are judged again, though both were heard before.
func TestAnEditIsFeltByWhoHasTwoPhones(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.at(200)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	for _, m := range []trackingtest.Track{
		{Device: "carried", Fixes: []track.Fix{point(0, 100), point(60, 100)}},
		{Device: "left", Fixes: []track.Fix{point(1, 0), point(61, 0)}},
		{Device: "carried", Fixes: []track.Fix{point(90, 100), point(150, 100)}},
	} {
		m.Company, m.User = "acme", "juan"
		m.Fixes = receivedAt(m.Fixes[1].Recorded().Add(time.Second), m.Fixes)
		w.publish(t, m.Company, m.User, body(t, m.Device, m.Fixes[0].Received(), m.Fixes...))
		w.writer.Store(t, m)
	}
	w.silent(t)
	smaller := circle("centro", "Centro")
	smaller["properties"].(map[string]any)["radius_m"] = 20
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", smaller).Is(t, http.StatusOK, "")
	w.began(t, "juan", "2026-03-09T17:00:00Z")
	w.swept(t, w.sweeper(t))
	w.silent(t)
}
