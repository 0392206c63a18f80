package admin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

func bigPosition(t testing.TB, i int) bus.Message {
	m := bustest.Position(t, i)
	m.Data = append([]byte(fmt.Sprintf("%d", i)), make([]byte, 4<<10)...)
	return m
}

// A full stream refuses at once; after the consumer has caught up and Purge has run it takes messages again.
func TestFullStreamThenPurge(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithMaxBytes(stream.Tracking, 64<<10))
	row := w.Server.Row(t, stream.Tracking)
	stored := 0
	for ; ; stored++ {
		begun := time.Now()
		_, err := w.Ingest.Publish(t.Context(), bigPosition(t, stored))
		if err == nil {
			continue
		}
		if !errors.Is(err, bus.ErrStreamFull) || time.Since(begun) > 10*time.Second { // It is not tried for 12 s.
			t.Fatalf("publish %d after %s: %v", stored, time.Since(begun), err)
		}
		break
	}
	if stored < 10 || stored > 16 || bustest.Value(t, w.Metrics, "bus_publish_failures_total", "reason=stream_full") != 1 ||
		bustest.Value(t, w.Metrics, "bus_publish_retries_total", "service="+bustest.IngestService) != 0 {
		t.Errorf("stream took %d messages, or the refusal is not counted, or was tried again", stored)
	}

	// Nothing is acknowledged yet, so nothing may go.
	if n, err := admin.Purge(t.Context(), w.Ingest, row, admin.PurgeOptions{Above: 0.7}); n != 0 || err != nil {
		t.Errorf("purge of what nobody has handled: %d, %v", n, err)
	}
	seen := 0
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
		seen += len(ms)
		return nil
	})
	stop := bustest.Run(t, c, err)
	w.Settled()
	stop()
	if n, err := admin.Purge(t.Context(), w.Ingest, row, admin.PurgeOptions{Above: 0.7}); n != 0 || err != nil {
		t.Errorf("purge of what the ordered durable lacks: %d, %v", n, err)
	}
	l := &bustest.Ledger{}
	stop = apptest.Start(t, bustest.Ordered(t, w.Evaluator(), bustest.OrderedConfig(), l.Writer(nil)).Run)
	w.Acknowledged(uint64(stored))
	stop()
	if seen != stored || l.Count() != stored {
		t.Errorf("%d and %d of %d messages were handled", seen, l.Count(), stored)
	}
	if n, err := admin.Purge(t.Context(), w.Ingest, row, admin.PurgeOptions{Above: 0.99}); n != 0 || err != nil {
		t.Errorf("purge of a stream that is not so full: %d, %v", n, err)
	}
	n, err := admin.Purge(t.Context(), w.Ingest, row, admin.PurgeOptions{Above: 0.7})
	if left := natstest.Stored(t, w.Ingest, stream.Tracking); n == 0 || err != nil || left+n != uint64(stored) || left < n {
		t.Errorf("purged %d of %d, %d are left, %v", n, stored, left, err)
	}
	if _, err := w.Ingest.Publish(t.Context(), bigPosition(t, stored)); err != nil {
		t.Errorf("publish after the purge: %v", err)
	}
}

// The slowest durable decides.
func TestPurgeKeepsWhatOneDurableStillNeeds(t *testing.T) {
	t.Parallel()
	slow := stream.Consumer{Durable: "slow", Service: bustest.IngestService, AckWait: 30 * time.Second, MaxAckPending: 100}
	w := bustest.Setup(t, natstest.WithMaxBytes(stream.Tracking, 64<<10), natstest.WithStream(stream.Tracking, func(s *stream.Stream) {
		s.Consumers = append(s.Consumers[:1], slow)
	}))
	for i := range 12 {
		if _, err := w.Ingest.Publish(t.Context(), bigPosition(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, []bus.Msg) error { return nil })
	bustest.Run(t, c, err)
	w.Settled()

	durable, err := w.Server.Admin(t).JetStream().Consumer(t.Context(), stream.Tracking, "slow")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := durable.Fetch(5)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for m := range batch.Messages() {
		// The third stays in somebody's hands: the floor is below it.
		if n++; n == 3 {
			continue
		}
		if err := m.DoubleAck(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := admin.Purge(t.Context(), w.Ingest, w.Server.Row(t, stream.Tracking), admin.PurgeOptions{Above: 0.5}); n != 2 || err != nil {
		t.Errorf("purged %d, %v; expected the two messages that both have handled", n, err)
	}
}

// Every step drops a bounded number of bytes, oldest first, and publishers get their turn between two of them.
func TestPurgeGoesInSteps(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithMaxBytes(stream.Tracking, 1<<20), natstest.WithStream(stream.Tracking, func(s *stream.Stream) {
		s.Consumers = s.Consumers[:1]
	}))
	const n = 100
	for i := range n {
		if _, err := w.Ingest.Publish(t.Context(), bigPosition(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, []bus.Msg) error { return nil })
	bustest.Run(t, c, err)
	w.Settled()
	var mu sync.Mutex
	var upTo []uint64
	watcher := w.Server.Admin(t).Conn()
	if _, err := watcher.Subscribe("$JS.API.STREAM.PURGE.TRACKING", func(m *nats.Msg) {
		var request struct{ Seq uint64 }
		if err := json.Unmarshal(m.Data, &request); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		upTo = append(upTo, request.Seq)
	}); err != nil {
		t.Fatal(err)
	}
	if err := watcher.Flush(); err != nil {
		t.Fatal(err)
	}
	// A message has 4 KiB and a little more: 9 of them fill 40,000 bytes, and 100 are 41 % of the maximum.
	o := admin.PurgeOptions{Above: 0.2, StepBytes: 40_000, Pause: time.Millisecond}
	dropped, err := admin.Purge(t.Context(), w.Ingest, w.Server.Row(t, stream.Tracking), o)
	state, stateErr := w.Ingest.StreamState(t.Context(), stream.Tracking)
	if err != nil || stateErr != nil || state.FirstSeq != dropped+1 || dropped < 45 || dropped > 60 {
		t.Errorf("dropped %d, the stream is %+v, %v", dropped, state, errors.Join(err, stateErr))
	}
	bustest.Eventually(t, "the last step is seen", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(upTo) > 0 && upTo[len(upTo)-1] == dropped+1
	})
	mu.Lock()
	defer mu.Unlock()
	before := uint64(1)
	for _, seq := range upTo {
		if seq <= before || seq-before > 10 {
			t.Errorf("a step dropped what is from %d to before %d", before, seq)
		}
		before = seq
	}
	// An operator who stops the process stops the purge between two steps.
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o := admin.PurgeOptions{StepBytes: 1, Pause: time.Hour}
		_, _ = admin.Purge(ctx, w.Ingest, w.Server.Row(t, stream.Tracking), o)
	}()
	first := func() uint64 {
		state, err := w.Ingest.StreamState(t.Context(), stream.Tracking)
		if err != nil {
			t.Fatal(err)
		}
		return state.FirstSeq
	}
	bustest.Eventually(t, "the first step", func() bool { return first() == dropped+2 })
	cancel()
	bustest.Within(t, "the purge ends", time.Minute, ended)
	if got := first(); got != dropped+2 {
		t.Errorf("the stream begins at %d after one step from %d", got, dropped+1)
	}
}

func TestPurgeWithoutADurablePurgesNothing(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithMaxBytes(stream.Tracking, 64<<10))
	for i := range 12 {
		if _, err := w.Ingest.Publish(t.Context(), bigPosition(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Server.Admin(t).JetStream().DeleteConsumer(t.Context(), stream.Tracking, stream.TrackingWriter); err != nil {
		t.Fatal(err)
	}
	n, err := admin.Purge(t.Context(), w.Ingest, w.Server.Row(t, stream.Tracking), admin.PurgeOptions{Above: 0.5})
	if n != 0 || !errors.Is(err, admin.ErrConsumerMissing) {
		t.Errorf("purged %d, %v", n, err)
	}
	if s, err := w.Ingest.StreamState(t.Context(), stream.Tracking); err != nil || s.FirstSeq != 1 || s.LastSeq != 12 {
		t.Errorf("stream is %+v, %v", s, err)
	}
	// A stream without durables is nobody's to purge.
	if n, err := admin.Purge(t.Context(), w.Server.Admin(t), w.Server.Row(t, stream.Alerts), admin.PurgeOptions{Above: 0}); n != 0 || err != nil {
		t.Errorf("purged %d of a stream without durables, %v", n, err)
	}
}

// What counts is what the owner of an ordered durable has stored, wherever the durable stood before.
func TestPurgeKeepsWhatFollowsTheFrontier(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithMaxBytes(stream.Tracking, 64<<10))
	row := w.Server.Row(t, stream.Tracking)
	for i := range 12 {
		if _, err := w.Ingest.Publish(t.Context(), bigPosition(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, []bus.Msg) error { return nil })
	bustest.Run(t, c, err)
	w.Settled()
	// 7 messages are stored by their owner; then the database is away, with 2 more in hand.
	l := &bustest.Ledger{}
	cfg := bustest.OrderedConfig()
	cfg.Batch = 1
	held := make(chan struct{}, 100)
	down := func(ms []bus.Msg) error {
		if ms[0].Seq > 7 {
			held <- struct{}{}
			return bus.Unavailable(nil)
		}
		return nil
	}
	stop := apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(down)).Run)
	bustest.Within(t, "the first that is held", time.Minute, held)
	bustest.Eventually(t, "the server has the acknowledgement of what is stored", func() bool {
		info, err := w.Place()
		return err == nil && info.AckFloor.Stream == 7
	})
	if n, err := admin.Purge(t.Context(), w.Ingest, row, admin.PurgeOptions{Above: 0.1}); n != 7 || err != nil {
		t.Errorf("purged %d, %v; expected the 7 messages that both have", n, err)
	}
	stop()
	for len(held) > 0 {
		<-held
	}
	// The owner's table comes back from a backup: the reset takes the durable back, and the purge with it.
	l.Mu.Lock()
	l.Stored.Seq = 4
	l.Mu.Unlock()
	stop = apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(down)).Run)
	bustest.Within(t, "it is held again", time.Minute, held)
	stop()
	if info, err := w.Place(); err != nil || info.AckFloor.Stream > 7 {
		t.Errorf("acknowledged %d, %v", info.AckFloor.Stream, err)
	}
	if n, err := admin.Purge(t.Context(), w.Ingest, row, admin.PurgeOptions{Above: 0.1}); n != 0 || err != nil {
		t.Errorf("purged %d more, %v", n, err)
	}
	apptest.Start(t, bustest.Ordered(t, w.Evaluator(), cfg, l.Writer(nil)).Run)
	w.Acknowledged(12)
	if n, err := admin.Purge(t.Context(), w.Ingest, row, admin.PurgeOptions{}); n != 5 || err != nil {
		t.Errorf("purged %d, %v; expected the rest", n, err)
	}
}
