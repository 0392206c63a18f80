package watermark

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const service = "tracking-ingest"

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

type world struct {
	nats  *natstest.Server
	bus   *bus.Bus
	clock *clock.Manual
	marks *Watermark
	noted func(t *testing.T) (until, asked time.Time)
}

func setup(t *testing.T) *world {
	t.Helper()
	database := pgtest.New(t, db.Schema{Name: "tracking", Service: service, Migrations: os.DirFS("../../migrations")})
	s := natstest.Start(t)
	w := &world{nats: s, bus: s.Bus(t, service), clock: clock.NewManual(noon)}
	pool := database.DB(t, service)
	w.marks = New(pool, w.bus, store.New(pool), w.clock, natstest.Log(t))
	w.noted = func(t *testing.T) (until, asked time.Time) {
		t.Helper()
		if err := database.Admin(t).QueryRowContext(t.Context(), `SELECT coalesce(max(stored_until), 'epoch'), coalesce(max(asked_at), 'epoch') FROM tracking.watermark`).Scan(&until, &asked); err != nil {
			t.Fatal(err)
		}
		return until.UTC(), asked.UTC()
	}
	return w
}

func (w *world) publish(t *testing.T, id string, body []byte) {
	t.Helper()
	to, err := subject.New("acme", "tracking", "ubicacion", "u1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.bus.Publish(t.Context(), bus.Message{Subject: to, ID: id, Data: body}); err != nil {
		t.Fatal(err)
	}
}

func received(t *testing.T, at time.Time) []byte {
	t.Helper()
	body, _, err := track.Encode("phone", []track.Fix{{RecordedAt: at.UnixMilli(), ReceivedAt: at.UnixMilli()}})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Whatever is not stored yet holds the watermark back, and nothing else does.
func TestTheWatermarkStaysBehindWhatIsNotStored(t *testing.T) {
	t.Parallel()
	w := setup(t)
	expect := func(what string, want time.Time) {
		t.Helper()
		if err := w.marks.ask(t.Context()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if until, asked := w.noted(t); !until.Equal(want.Add(-Margin)) || !asked.Equal(w.clock.Now()) {
			t.Errorf("%s: stored until %v, asked at %v, want %v and %v", what, until, asked, want.Add(-Margin), w.clock.Now())
		}
	}
	expect("nothing was sent", noon)
	w.publish(t, "one", received(t, noon.Add(time.Minute)))
	w.publish(t, "two", received(t, noon.Add(2*time.Minute)))
	w.clock.Advance(time.Hour)
	expect("nothing is stored", noon.Add(time.Minute))
	// The first message is stored and the second is in the writer's hands.
	var stuck sync.WaitGroup
	stuck.Add(1)
	consumer, err := bus.NewBatchConsumer(w.bus, bus.ConsumerConfig{Stream: stream.Tracking, Durable: stream.TrackingWriter, Batch: 1, DrainTimeout: time.Minute},
		func(_ context.Context, ms []bus.Msg) error {
			if ms[0].Seq == 2 {
				stuck.Wait()
			}
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Start(t, consumer.Run)
	w.clock.Advance(time.Second)
	w.until(t, noon.Add(2*time.Minute))
	stuck.Done()
	w.nats.Settled(t, stream.Tracking, stream.TrackingWriter)
	w.clock.Advance(time.Second)
	w.until(t, w.clock.Now())
}

// until asks until the watermark is at an instant; acknowledgements take a moment.
func (w *world) until(t *testing.T, want time.Time) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for {
		w.clock.Advance(time.Millisecond)
		if err := w.marks.ask(ctx); err != nil {
			t.Fatalf("stored until %v: %v", want, err)
		}
		if until, _ := w.noted(t); !until.Before(want.Add(-Margin)) {
			return
		}
	}
}

func TestAMessageThatCannotBeReadHoldsNothingBack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(t, "poison", []byte("\xff"))
	if err := w.marks.ask(t.Context()); err != nil {
		t.Fatal(err)
	}
	if until, _ := w.noted(t); !until.Equal(noon.Add(-Margin)) {
		t.Errorf("stored until %v", until)
	}
}

// While PostgreSQL is away, messages wait behind one that cannot be read.
func TestWhatWaitsBehindAMessageThatCannotBeReadIsNotStored(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(t, "poison", []byte("\xff"))
	w.publish(t, "poison too", []byte("\xfe"))
	w.publish(t, "good", received(t, noon))
	w.clock.Advance(time.Hour)
	if err := w.marks.ask(t.Context()); err != nil {
		t.Fatal(err)
	}
	if until, _ := w.noted(t); !until.Equal(noon.Add(-Margin)) {
		t.Errorf("stored until %v, and what was received at noon is not stored", until)
	}
}

// A dead letter that is replayed was received long before what is stored. It waits alone, and is no storage that is behind; what waits
// with it is.
func TestWhatComesAgainHoldsNothingBack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	expect := func(what string, want time.Time) {
		t.Helper()
		if err := w.marks.ask(t.Context()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if until, _ := w.noted(t); !until.Equal(want.Add(-Margin)) {
			t.Errorf("%s: stored until %v, want %v", what, until, want.Add(-Margin))
		}
	}
	expect("nothing was sent", noon)
	w.publish(t, "replay-1", received(t, noon.Add(-24*time.Hour)))
	w.clock.Advance(time.Minute)
	expect("a dead letter is replayed", noon.Add(time.Minute))
	w.publish(t, "replay-2", received(t, noon.Add(-time.Hour)))
	w.publish(t, "new", received(t, noon.Add(2*time.Minute)))
	w.clock.Advance(time.Hour)
	expect("something new waits behind it", noon.Add(2*time.Minute))
	// Another process leads: it does not know until when all is stored, but the database does.
	w.marks.known = time.Time{}
	w.clock.Advance(time.Second)
	expect("another leader", noon.Add(2*time.Minute))
	w.clock.Advance(time.Second)
	expect("and again", noon.Add(2*time.Minute))
}

func TestTheLeaderAsks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	stop := apptest.Start(t, w.marks.Run)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for until := (time.Time{}); !until.Equal(noon.Add(-Margin)) && ctx.Err() == nil; {
		until, _ = w.noted(t)
	}
	if ctx.Err() != nil {
		t.Error("nobody asked")
	}
	stop()
}
