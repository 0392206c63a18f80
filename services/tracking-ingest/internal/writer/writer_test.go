package writer

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestWriterStoresWhatWasPublishedAcrossDaysAndCompanies(t *testing.T) {
	t.Parallel()
	w := setup(t)
	writer := w.writer(t)
	apptest.Start(t, writer.Run)
	// Three days, newest first, with a repeat that is cut otherwise: other messages, the same positions.
	all := fixes(noon.Add(-48*time.Hour), 2*24*60)
	for part := range slices.Chunk(all, 700) {
		w.publish(t, "acme", "u1", part)
	}
	slices.Reverse(all)
	for part := range slices.Chunk(all, 900) {
		w.publish(t, "otra", "u1", part)
		w.publish(t, "acme", "u1", part)
	}
	w.settled(t)
	for _, company := range []string{"acme", "otra"} {
		if n := trackingtest.Count(t, w.admin, "id_empresa = '"+company+"' AND user_id = 'u1'"); n != len(all) {
			t.Errorf("%s has %d rows, want %d", company, n, len(all))
		}
		if n := pgtest.Count(t, w.admin, "tracking.latest_position WHERE recorded_at = '2026-03-08T11:59Z' AND id_empresa = '"+company+"'"); n != 1 {
			t.Errorf("the latest position of %s is not its newest", company)
		}
	}
	if stored := value(writer.metrics.stored); stored < 2*len(all) || stored > 3*len(all) || value(writer.metrics.repeated) != 0 {
		t.Errorf("counted %d stored and %d repeated", stored, value(writer.metrics.repeated))
	}
	if err := writer.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWriterSetsAPoisonMessageApart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(t, "acme", "u1", fixes(noon, 3))
	to, err := subject.New("acme", "tracking", "ubicacion", "u2")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.bus.Publish(t.Context(), bus.Message{Subject: to, ID: "poison", Data: []byte("\xff\xffno protobuf")}); err != nil {
		t.Fatal(err)
	}
	w.publish(t, "acme", "u3", fixes(noon, 3))
	apptest.Start(t, w.writer(t).Run)
	w.settled(t)
	if rows, dead := trackingtest.Count(t, w.admin, ""), natstest.Stored(t, w.nats.Admin(t), stream.DLQ); rows != 6 || dead != 1 {
		t.Errorf("%d rows and %d dead letters, want 6 and 1", rows, dead)
	}
}

func messages(t *testing.T, w *world, n int) []bus.Msg {
	t.Helper()
	live, err := w.nats.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	var ms []bus.Msg
	for seq := range uint64(n) {
		raw, err := live.GetMsg(t.Context(), seq+1)
		if err != nil {
			t.Fatal(err)
		}
		s, err := subject.Parse(raw.Subject)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, bus.Msg{Subject: s, Data: raw.Data, Stream: stream.Tracking, Seq: raw.Sequence})
	}
	return ms
}

// A redelivery hands two replicas the same messages, whole or in part, at the same time or later.
func TestHandlingAgainStoresNothingAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"u1", "u2", "u3"} {
		w.publish(t, "acme", user, fixes(noon.Add(-time.Hour), 1200))
	}
	ms := messages(t, w, 9)
	replicas := []*Writer{w.writer(t), w.writer(t)}
	results := make(chan error, 4)
	for i := range 4 {
		mine := slices.Clone(ms)
		if i%2 == 1 {
			slices.Reverse(mine)
		}
		go func() { results <- replicas[i/2].handle(t.Context(), mine) }()
	}
	for range 4 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if err := replicas[0].handle(t.Context(), ms[3:5]); err != nil {
		t.Error(err)
	}
	if n := trackingtest.Count(t, w.admin, ""); n != 3600 {
		t.Errorf("%d rows, want 3600", n)
	}
	stored := value(replicas[0].metrics.stored) + value(replicas[1].metrics.stored)
	if stored != 3600 {
		t.Errorf("the replicas counted %d rows as new, want 3600", stored)
	}
}

// What is published is what is stored. Only messages of the release before are written anew.
func TestTheBytesOfAMessageAreStored(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(t, "acme", "u1", fixes(noon, 7))
	old, err := proto.Marshal(&terrenov1.PositionBatch{DeviceId: "phone", ReceivedAtMs: noon.UnixMilli(), Fixes: []*terrenov1.Fix{
		{RecordedAtMs: noon.UnixMilli(), Lat: 1, Lon: 2}, {RecordedAtMs: noon.Add(-day).UnixMilli(), Lat: 3, Lon: 4, AccuracyM: proto.Float32(2e7)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	to, err := subject.New("acme", "tracking", "ubicacion", "u2")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.writer(t).handle(t.Context(), append(messages(t, w, 1), bus.Msg{Subject: to, Data: old})); err != nil {
			t.Fatal(err)
		}
	}
	var stored [][]byte
	if err := w.admin.SelectContext(t.Context(), &stored, `SELECT track FROM tracking.arrived WHERE user_id = 'u1'`); err != nil {
		t.Fatal(err)
	}
	if want := messages(t, w, 1)[0].Data; len(stored) != 1 || !bytes.Equal(stored[0], want) {
		t.Errorf("stored %x, published %x", stored, want)
	}
	got := trackingtest.Positions(t, w.admin, "user_id = 'u2'")
	if len(got) != 2 || got[0].Lat != 3 || *got[0].AccuracyM != 2e7 || got[1].Lat != 1 || got[1].ReceivedAt.Time() != noon {
		t.Errorf("the old message is stored as %+v", got)
	}
	if n := pgtest.Count(t, w.admin, "tracking.arrived WHERE user_id = 'u2'"); n != 2 {
		t.Errorf("the old message makes %d rows, want one for each day", n)
	}
}

func TestWriterLeavesOutWhatGrewTooOld(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.publish(t, "acme", "u1", fixes(noon, 2))
	w.clock.Advance(10*day - time.Hour)
	writer := w.writer(t)
	if err := writer.handle(t.Context(), messages(t, w, 1)); err != nil || trackingtest.Count(t, w.admin, "") != 2 {
		t.Fatalf("before its end: %v, %d rows", err, trackingtest.Count(t, w.admin, ""))
	}
	w.publish(t, "acme", "u2", fixes(noon, 3))
	w.clock.Advance(day)
	if err := writer.handle(t.Context(), messages(t, w, 2)[1:]); err != nil {
		t.Error(err)
	}
	if n := trackingtest.Count(t, w.admin, "user_id = 'u2'"); n != 0 || value(writer.metrics.expired) != 3 {
		t.Errorf("%d rows stored and %d counted as expired, want 0 and 3", n, value(writer.metrics.expired))
	}
	if n := pgtest.Count(t, w.admin, "tracking.latest_position WHERE user_id = 'u2'"); n != 0 {
		t.Error("what is too old to keep became a latest position")
	}
}

// A day that the writer knew is gone: another replica's clock was ahead, or an operator dropped it.
func TestWriterMakesAPartitionThatWentMissing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	writer := w.writer(t)
	w.publish(t, "acme", "u1", fixes(noon, 2))
	w.publish(t, "acme", "u2", fixes(noon, 2))
	ms := messages(t, w, 2)
	if err := writer.handle(t.Context(), ms[:1]); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.ExecContext(t.Context(), `DROP TABLE tracking.arrived_20260308`); err != nil {
		t.Fatal(err)
	}
	if err := writer.handle(t.Context(), ms[1:]); err != nil || trackingtest.Count(t, w.admin, "") != 2 {
		t.Errorf("%v, %d rows", err, trackingtest.Count(t, w.admin, ""))
	}
}

func TestWriterOutlastsItsDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := setupOn(t, pgtest.On(t, server, activity.Schema, schema()))
	writer := w.writer(t)
	apptest.Start(t, writer.Run)
	w.publish(t, "acme", "u1", fixes(noon.Add(-day), 600))
	w.settled(t)
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		w.publish(t, "acme", "u2", fixes(noon.Add(-day+time.Duration(i)*time.Second), 20))
	}
	untilUnready(t, writer)
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settled(t)
	if rows, dead := trackingtest.Count(t, w.admin, ""), natstest.Stored(t, w.nats.Admin(t), stream.DLQ); rows != 1200 || dead != 0 {
		t.Errorf("%d rows and %d dead letters, want 1200 and 0", rows, dead)
	}
	if err := writer.Ready(t.Context()); err != nil {
		t.Errorf("not ready after the database came back: %v", err)
	}
}

// One row that the database cannot take, for a reason that nobody foresaw, must not stop all companies.
func TestWriterGoesOnPastARowThatTheDatabaseCannotTake(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.admin.ExecContext(t.Context(), `
CREATE FUNCTION tracking.broken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.user_id = 'u2' THEN RAISE EXCEPTION 'could not read block 7' USING ERRCODE = 'XX001'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER broken BEFORE INSERT ON tracking.arrived FOR EACH ROW EXECUTE FUNCTION tracking.broken()`); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"u1", "u2", "u3"} {
		w.publish(t, "acme", user, fixes(noon, 2))
		w.publish(t, "globex", user+"x", fixes(noon, 2))
	}
	apptest.Start(t, w.writer(t).Run)
	w.settled(t)
	if rows, dead := trackingtest.Count(t, w.admin, ""), natstest.Stored(t, w.nats.Admin(t), stream.DLQ); rows != 10 || dead != 1 {
		t.Errorf("%d rows and %d dead letters, want 10 and 1", rows, dead)
	}
}

// untilUnready waits for the writer to notice that its database is away.
func untilUnready(t *testing.T, w *Writer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for w.Ready(ctx) == nil {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("the writer is ready without a database")
		}
	}
}

// A replica that ends in the middle leaves its messages to the next.
func TestWritersTakeOverFromOneAnother(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 300 {
		w.publish(t, "acme", "u1", fixes(noon.Add(time.Duration(i)*time.Millisecond-day), 10))
	}
	for range 3 {
		stop := apptest.Start(t, w.writer(t).Run)
		w.publish(t, "acme", "u2", fixes(noon.Add(-day), 1))
		stop()
	}
	apptest.Start(t, w.writer(t).Run)
	apptest.Start(t, w.writer(t).Run)
	w.settled(t)
	if rows, dead := trackingtest.Count(t, w.admin, ""), natstest.Stored(t, w.nats.Admin(t), stream.DLQ); rows != 3001 || dead != 0 {
		t.Errorf("%d rows and %d dead letters, want 3001 and 0", rows, dead)
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	writer := w.writer(t)
	to, err := subject.New("acme", "tracking", "ubicacion", "u1")
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	w.publish(t, "acme", "u1", fixes(noon, 1))
	if err := writer.handle(gone, messages(t, w, 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("cut short: %v", err)
	}
	// Nobody but ingest may publish; a day that is centuries away is a message's own fault all the same.
	w.publish(t, "acme", "u1", fixes(time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC), 1))
	if err := writer.handle(t.Context(), messages(t, w, 2)[1:]); !errors.Is(err, errTooFarAhead) {
		t.Errorf("a far day: %v", err)
	}
	if err := writer.handle(t.Context(), []bus.Msg{{Subject: to}}); !errors.Is(err, track.ErrInvalid) {
		t.Errorf("a message without a body: %v", err)
	}
	if _, err := New(w.nats.Bus(t, "gateway"), store.New(w.database.DB(t, service)), w.clock, natstest.Log(t), prometheus.NewRegistry(), Config{}); err == nil {
		t.Error("a writer on another service's bus was made")
	}
}
