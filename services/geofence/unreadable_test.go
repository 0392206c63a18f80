package geofence_test

import (
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// total is what a counter without labels is at.
func total(t *testing.T, from prometheus.Gatherer, name string) float64 {
	t.Helper()
	families, err := from.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			return f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// TestAnUnreadableStateStopsOneUserAlone: a newer program wrote it, and was taken back. Nothing is raised and nothing ends while it
// cannot be read, and once it is mended the user goes on where the state stands.
func TestAnUnreadableStateStopsOneUserAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.zone(t, "globex", circle("centro", "Centro"), "juan", "ana", "sofia")
	sweeper := w.sweeper(t)
	for _, user := range []string{"juan", "sofia"} {
		w.seen(t, "globex", user, 61, point(0, 300), point(60, 300))
		w.next(t).is(t, "globex", "nueva", user)
	}
	w.exec(t, `UPDATE geofence.user_state SET alert = jsonb_set(alert::jsonb, '{start}', '"here"') WHERE id_empresa = 'globex' AND user_id = 'juan'`)
	w.exec(t, `UPDATE geofence.user_state SET run = '{"fixes": []}' WHERE id_empresa = 'globex' AND user_id = 'sofia'`)
	// One batch: both of them are back inside, and others leave.
	w.at(200)
	r.stop()
	for _, user := range []string{"juan", "sofia"} {
		w.upload(t, "globex", user, 181, point(120, 0), point(180, 0))
		w.store(t, "globex", user, 181, point(120, 0), point(180, 0))
	}
	w.upload(t, "globex", "ana", 181, point(120, 300), point(180, 300))
	w.upload(t, "acme", "juan", 181, point(120, 300), point(180, 300))
	r = w.start(t)
	w.raised(t, "globex ana", "acme juan")
	w.swept(t, sweeper)
	w.silent(t)
	if n := w.dead(t); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	if total(t, r.metrics, "geofence_unreadable_total") == 0 {
		t.Error("nobody counts it")
	}
	// An edit passes them by too, and ends ana's alert. The replica's own sweeps, which may have begun before, would note that somebody cannot
	// be read when that is mended.
	r.stop()
	w.exec(t, `DELETE FROM geofence.zone_user WHERE id_empresa = 'globex'`)
	w.exec(t, `UPDATE geofence.plan SET version = version + 1 WHERE id_empresa = 'globex'`)
	w.swept(t, sweeper)
	w.swept(t, sweeper)
	if n := w.open(t, "globex"); n != 2 {
		t.Errorf("%d alerts go on, want juan's and sofia's", n)
	}
	// Mended: the next sweep does what was left, for these two alone.
	w.exec(t, `UPDATE geofence.user_state SET run = NULL WHERE id_empresa = 'globex' AND user_id = 'sofia'`)
	w.swept(t, sweeper)
	if n := w.open(t, "globex"); n != 1 {
		t.Errorf("%d alerts go on, want juan's", n)
	}
	w.exec(t, `UPDATE geofence.user_state SET alert = NULL WHERE id_empresa = 'globex' AND user_id = 'juan'`)
	w.swept(t, sweeper)
	if n := w.unswept(t); n != 0 {
		t.Errorf("%d companies are left for the next sweep", n)
	}
}

// unswept is how many companies the sweep has to visit.
func (w *world) unswept(t *testing.T) int {
	t.Helper()
	return pgtest.Count(t, w.admin, "geofence.plan WHERE version <> swept")
}

// TestAMendedStateGoesOn: what came meanwhile is judged by the sweep, of the last minutes.
func TestAMendedStateGoesOn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", 61, point(0, 0), point(60, 0))
	w.exec(t, `UPDATE geofence.user_state SET run = '"odd"'`)
	w.at(200)
	w.seen(t, "acme", "juan", 181, point(120, 300), point(180, 300))
	w.silent(t)
	apptest.Until(t, func() bool { return total(t, r.metrics, "geofence_unreadable_total") > 0 })
	w.exec(t, `UPDATE geofence.user_state SET run = NULL`)
	w.swept(t, w.sweeper(t))
	w.began(t, "juan", "2026-03-09T17:02:00Z")
	w.silent(t)
}

// TestAnUnreadableZoneStopsItsUsersAlone: whoever has another zone beside it would be outside by that one alone.
func TestAnUnreadableZoneStopsItsUsersAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	north := circle("norte", "Norte")
	north["geometry"] = map[string]any{"type": "Point", "coordinates": []float64{-74.08, 4.65 + 1000.0/110_574}}
	w.zone(t, "acme", north, "juan", "ana")
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.seen(t, "acme", "juan", 61, point(0, 0), point(60, 0))
	w.exec(t, `UPDATE geofence.zone SET geometry = '{"type": "Spiral"}', shape_version = 99 WHERE id = 'centro'`)
	w.exec(t, `UPDATE geofence.plan SET version = version + 1`)
	w.at(200)
	for _, user := range []string{"juan", "ana"} {
		w.seen(t, "acme", user, 181, point(120, 0), point(180, 0))
	}
	w.next(t).is(t, "acme", "nueva", "ana")
	w.swept(t, w.sweeper(t))
	w.silent(t)
	if total(t, r.metrics, "geofence_unreadable_total") == 0 {
		t.Error("nobody counts it")
	}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", circle("centro", "Centro")).Is(t, http.StatusOK, "")
	w.seen(t, "acme", "juan", 401, point(300, 600), point(360, 600)) // outside both
	w.next(t).is(t, "acme", "nueva", "juan")
	w.silent(t)
}

// TestAnUnexpectedErrorIsOneMessagesAlone: nobody foresaw it and no waiting mends it. The message becomes a dead letter, and all
// others are judged; the sweep passes that user by as well.
func TestAnUnexpectedErrorIsOneMessagesAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana", "sofia", "jefa")
	w.zone(t, "globex", circle("centro", "Centro"), "juan")
	w.exec(t, `CREATE FUNCTION geofence.odd() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'nobody expects this'; END $$`)
	w.exec(t, `CREATE TRIGGER odd BEFORE INSERT OR UPDATE ON geofence.user_state FOR EACH ROW WHEN (new.id_empresa = 'acme' AND new.user_id = 'juan') EXECUTE FUNCTION geofence.odd()`)
	r.stop()
	leave := func(company, user string) {
		t.Helper()
		w.upload(t, company, user, 61, point(0, 300), point(60, 300))
		w.store(t, company, user, 61, point(0, 300), point(60, 300))
	}
	leave("acme", "ana")
	leave("acme", "juan")
	leave("globex", "juan")
	w.at(100)
	w.start(t)
	w.raised(t, "acme ana", "globex juan")
	w.silent(t)
	if n := w.dead(t); n != 1 {
		t.Errorf("%d dead letters, want juan's of acme", n)
	}
	// The sweep would judge what is stored, for all three.
	for _, user := range []string{"sofia", "jefa"} {
		w.store(t, "acme", user, 61, point(0, 300), point(60, 300))
	}
	if err := w.sweeper(t).SweepAll(t.Context()); err == nil {
		t.Error("a sweep says nothing about juan")
	}
	w.next(t)
	w.next(t)
	w.silent(t)
	w.exec(t, `DROP TRIGGER odd ON geofence.user_state`)
	w.swept(t, w.sweeper(t))
	w.next(t).is(t, "acme", "nueva", "juan")
	w.silent(t)
}

// TestAPermissionThatIsMissingIsWaitedFor: an error that may pass is held and is no attempt.
func TestAPermissionThatIsMissingIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	w.exec(t, `REVOKE UPDATE, INSERT ON geofence.user_state FROM terreno_geofence_worker`)
	w.upload(t, "acme", "juan", 61, point(0, 300), point(60, 300))
	apptest.Until(t, func() bool { return r.service.Checks[0].Ready(t.Context()) != nil })
	w.exec(t, `GRANT UPDATE, INSERT ON geofence.user_state TO terreno_geofence_worker`)
	w.next(t).is(t, "acme", "nueva", "juan")
	w.silent(t)
	if n := w.dead(t); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}
