package activity_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
)

func policy(more ...body) body {
	return with(body{"check_in_policy": "note", "check_in_max_m": 1, "close_at": "22:00"}, more...)
}

func TestACompanyDecidesWhenItsPeopleAreTracked(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const path = "/v1/activity-settings"
	decide := func(who string, more body, want string) {
		t.Helper()
		if a := w.settings(t, person(who), policy(more)).Is(t, http.StatusOK, ""); a.Body["tracking"] != want {
			t.Errorf("%v: %s", more, a.Text)
		}
		if a := w.get(t, person("ana"), path); a.Body["tracking"] != want {
			t.Errorf("%v: then %s", more, a.Text)
		}
	}
	if a := w.get(t, person("ana"), path); a.Body["tracking"] != "always" {
		t.Errorf("at first: %s", a.Text)
	}
	decide("boss", body{"tracking": "always"}, "always") // nothing new
	decide("boss", body{"tracking": "on_shift"}, "on_shift")
	w.clock.Advance(time.Hour)
	decide("boss", body{"tracking": "on_shift"}, "on_shift")
	decide("boss", body{"close_at": "21:00"}, "on_shift") // a client that does not know of it changes nothing
	decide("boss", body{"tracking": "always"}, "always")
	w.settings(t, person("boss"), policy(body{"tracking": "never"})).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	for _, who := range []string{"ana", "sol"} {
		if a := w.settings(t, person(who), policy(body{"tracking": "on_shift"})); a.Status != http.StatusForbidden {
			t.Errorf("%s decides: %s", who, a.Text)
		}
	}
	if a := w.get(t, personOf("beta", "boss"), path); a.Body["tracking"] != "always" {
		t.Errorf("another company: %s", a.Text)
	}
	w.silent(t) // no actividad:estado; and all of the outbox is published
	b := w.nats.Bus(t, "geofence")
	var told []string
	for seq := uint64(1); ; {
		m, ok, err := b.Next(t.Context(), stream.Activity, ">", seq)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		told, seq = append(told, heard(t, m)), m.Seq+1
	}
	if want := []string{"on_shift 2026-03-09T17:00:00Z", "always 2026-03-09T18:00:00Z"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

func heard(t *testing.T, m bus.Msg) string {
	t.Helper()
	is, err := activity.ReadTracking(m.Subject, m.Data)
	if err != nil {
		t.Fatal(err)
	}
	if to := audience.Of(m.Header); len(to.Users)+len(to.Teams) != 0 || len(to.Roles) != 3 {
		t.Errorf("told to %+v", to)
	}
	return is.Tracking + " " + is.Since.AsTime().Format(time.RFC3339)
}

// Services that show positions read when people worked, and which companies that matters to.
func TestSpansOfShiftsForOtherServices(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.settings(t, personOf("beta", "boss"), policy(body{"tracking": "on_shift"})).Is(t, http.StatusOK, "")
	for _, step := range []struct {
		action, key string
		minutes     int
	}{{"start", "s1", 240}, {"pause", "k2", 180}, {"end", "k3", 120}, {"start", "s2", 30}, {"pause", "k5", 10}} {
		w.shift(t, "ana", step.action, step.key, before(step.minutes)).Is(t, http.StatusOK, "")
	}
	pool := w.database.DB(t, name)
	type span struct {
		ID   string    `db:"id"`
		From time.Time `db:"started_at"`
		To   time.Time `db:"ended_by"`
	}
	var spans []span
	var companies []string
	if err := pool.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		if err := tx.Select(&companies, `SELECT id_empresa FROM activity.v_on_shift_only`); err != nil {
			return err
		}
		return tx.Select(&spans, `SELECT id, started_at, ended_by FROM activity.v_shift_span WHERE id_empresa = 'acme' AND user_id = 'ana' ORDER BY started_at`)
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(companies, []string{"beta"}) {
		t.Errorf("companies %q", companies)
	}
	ago := func(minutes int) time.Time { return noon.Add(-time.Duration(minutes) * time.Minute) }
	want := []span{{"s1", ago(240), ago(120)}, {"s2", ago(30), ago(30).Add(36 * time.Hour)}}
	if !slices.EqualFunc(spans, want, func(a, b span) bool { return a.ID == b.ID && a.From.Equal(b.From) && a.To.Equal(b.To) }) {
		t.Errorf("spans %v, want %v", spans, want)
	}
}
