package activity_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/pgtest"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// alerted publishes an event about an alert, as the notifier and geofence do.
func (w *world) alerted(t *testing.T, company, event string, m *terrenov1.Alert, id string) {
	t.Helper()
	to, err := subject.New(company, wire.Domain, event, m.Id)
	if err != nil {
		t.Fatal(err)
	}
	body, err := clientjson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.nats.Admin(t).Publish(t.Context(), bus.Message{Subject: to, ID: id, Header: nats.Header{}, Data: body}); err != nil {
		t.Fatal(err)
	}
}

// TestACallForHelpIsASpanOfItsOwn: in any order and however often its events come, the span is the same. Another type of alert makes none,
// and clients hear nothing.
func TestACallForHelpIsASpanOfItsOwn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.again(t, "outbox", "directory", "help")
	began, over := noon.Add(-time.Hour), noon.Add(-10*time.Minute)
	of := func(id, kind string) *terrenov1.Alert {
		return &terrenov1.Alert{Id: id, Type: kind, UserId: "ana", StartedAt: timestamppb.New(began), RaisedAt: timestamppb.New(began)}
	}
	resolved := of("h1", wire.TypePanic)
	resolved.ResolvedAt, resolved.ResolvedBy, resolved.Status = timestamppb.New(over), "sol", wire.StatusResolved
	steps := []func(n string){
		func(n string) { w.alerted(t, "acme", wire.EventNew, of("h1", wire.TypePanic), "new"+n) },
		func(n string) { w.alerted(t, "acme", wire.EventUpdated, of("h1", wire.TypePanic), "seen"+n) },
		func(n string) { w.alerted(t, "acme", wire.EventUpdated, resolved, "over"+n) },
		func(n string) { w.alerted(t, "acme", wire.EventNew, of("z1", wire.TypeOutsideZone), "zone"+n) },
		func(n string) { w.alerted(t, "beta", wire.EventNew, of("h2", wire.TypePanic), "beta"+n) },
	}
	order := append(rand.Perm(len(steps)), rand.Perm(len(steps))...)
	for i, s := range order {
		steps[s](string(rune('a' + i)))
	}
	var spans []struct {
		Company string    `db:"id_empresa"`
		ID      string    `db:"id"`
		From    time.Time `db:"started_at"`
		Until   time.Time `db:"ended_by"`
	}
	pool := w.database.DB(t, name)
	apptest.Until(t, func() bool {
		spans = nil
		err := pool.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
			return tx.Select(&spans, `SELECT id_empresa, id, started_at, ended_by FROM activity.v_shift_span WHERE tipo = 'auxilio' ORDER BY 1`)
		})
		return err == nil && len(spans) == 2 && spans[0].Until.Equal(over)
	})
	if a, b := spans[0], spans[1]; a.Company+a.ID+b.Company+b.ID != "acmeh1betah2" || !a.From.Equal(began) || !b.Until.Equal(began.Add(36*time.Hour)) {
		t.Errorf("order %v: %v", order, spans)
	}
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "activity.outbox") == 0 })
	for range 2 {
		if e := w.next(t); e.body["tipo"] != "auxilio" || e.sees() != "" {
			t.Errorf("%v is seen by %q", e.body, e.sees())
		}
	}
}

// A phone was offline for six days after its call. People see where its user is now, and not where it was all the time.
func TestALateCallForHelpShowsWhatFollows(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.again(t, "outbox", "directory", "help")
	m := &terrenov1.Alert{Id: "h1", Type: wire.TypePanic, UserId: "ana", StartedAt: timestamppb.New(noon.Add(-6 * 24 * time.Hour)), RaisedAt: timestamppb.New(noon)}
	w.alerted(t, "acme", wire.EventNew, m, "new")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, `activity.v_shift_span WHERE id = 'h1' AND started_at = '`+noon.Add(-12*time.Hour).Format(time.RFC3339)+`' AND ended_by = '`+noon.Add(24*time.Hour).Format(time.RFC3339)+`'`) == 1
	})
}
