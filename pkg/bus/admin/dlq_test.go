package admin_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/proto/stream"
)

func TestDeadLettersRoundTrip(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(7)
	r := bustest.NewRecorder()
	healed := make(chan struct{})
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, m bus.Msg) error {
		select {
		case <-healed:
			r.Note(m)
			return nil
		default:
			return bus.Reject(bustest.ErrPoison)
		}
	})
	bustest.Run(t, c, err)
	w.Settled()
	close(healed)

	dead := admin.NewDeadLetters(w.Server.Admin(t))
	ctx := t.Context()
	var all []admin.DeadLetter
	for after := uint64(0); ; after = all[len(all)-1].Seq {
		page, err := dead.List(ctx, after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > 3 {
			t.Errorf("a page of %d", len(page))
		}
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
	}
	if len(all) != 7 {
		t.Fatalf("%d dead letters", len(all))
	}
	shown, err := dead.Show(ctx, all[4].Seq)
	if err != nil || string(shown.Data) != "4" || shown.OriginalSeq != 5 {
		t.Errorf("show: %+v, %v", shown, err)
	}
	if err := dead.Drop(ctx, all[5].Seq); err != nil {
		t.Error(err)
	}
	ack, err := dead.Replay(ctx, all[4].Seq)
	if err != nil || ack != (bus.Ack{Stream: stream.Tracking, Seq: 8}) {
		t.Errorf("replay: %+v, %v", ack, err)
	}
	w.Settled()
	if r.Seen[4] != 1 || len(r.Seen) != 1 || r.Msgs[0].Subject != bustest.Position(t, 4).Subject {
		t.Errorf("after the replay the handler saw %+v", r.Msgs)
	}
	for _, gone := range []uint64{all[4].Seq, all[5].Seq, 999} {
		_, err := dead.Show(ctx, gone)
		_, again := dead.Replay(ctx, gone)
		drop := dead.Drop(ctx, gone)
		for _, err := range []error{err, again, drop} {
			if !errors.Is(err, admin.ErrNoDeadLetter) {
				t.Errorf("letter %d that is not there: %v", gone, err)
			}
		}
	}
	if left := w.Letters(); len(left) != 5 {
		t.Errorf("%d letters are left", len(left))
	}
}

// The letter cannot be dropped here, as when the acknowledgement of its replay is lost.
func TestReplayRepeatedStoresOnce(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, bus.Msg) error { return bus.Reject(bustest.ErrPoison) })
	stop := bustest.Run(t, c, err)
	w.Settled()
	stop()
	by := w.Server.Admin(t)
	keep := streamConfig(t, by, stream.DLQ)
	keep.DenyDelete = true
	if _, err := by.JetStream().UpdateStream(t.Context(), keep); err != nil {
		t.Fatal(err)
	}
	dead := admin.NewDeadLetters(by)
	for _, want := range []bus.Ack{{Stream: stream.Tracking, Seq: 2}, {Stream: stream.Tracking, Seq: 2, Duplicate: true}} {
		ack, err := dead.Replay(t.Context(), w.Letters()[0].Seq)
		if ack != want || err == nil {
			t.Errorf("replay: %+v, %v", ack, err)
		}
	}
}

func TestDeadLettersNeedTheAdmin(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if _, err := admin.NewDeadLetters(w.Ingest).List(ctx, 0, 10); err == nil {
		t.Error("a service listed the dead letters")
	}
}

// The server's limit for a header is 64 KiB. Publish keeps below it; somebody else may not, and a letter that can never be
// stored must not hold the consumer.
func TestDeadLetterOfAMessageWithAHugeHeader(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	m := &nats.Msg{
		Subject: bustest.Position(t, 1).Subject.Ingress(), Data: []byte("1"),
		Header: nats.Header{"Huge": {strings.Repeat("h", 65_300)}},
	}
	if _, err := w.Server.Admin(t).JetStream().PublishMsg(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, bus.Msg) error { return bus.Reject(bustest.ErrPoison) })
	bustest.Run(t, c, err)
	w.Settled()
	list := w.Letters()
	if len(list) != 1 || string(list[0].Data) != "1" || len(list[0].Header) != 0 {
		t.Errorf("dead letters %+v", list)
	}
}

func TestReasonsFitAHeader(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	reason := "line one\r\nTerreno-Users: everybody\r\n\r\n" + strings.Repeat("ñ", 5000) + "\xff"
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, bus.Msg) error {
		return bus.Reject(errors.New(reason))
	})
	bustest.Run(t, c, err)
	w.Settled()
	list := w.Letters()
	if len(list) != 1 {
		t.Fatalf("%d dead letters", len(list))
	}
	got := list[0].Reason
	if !strings.HasPrefix(got, "line one Terreno-Users: everybody ñ") || len(got) > 1100 || len(list[0].Header) != 0 {
		t.Errorf("reason %q, header %v", got, list[0].Header)
	}
}

// The acknowledgement after a burial may be lost; then the message comes again and is buried again.
func TestBuryingTwiceStoresOneLetter(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	c, err := bus.NewConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, bus.Msg) error { return bus.Reject(bustest.ErrPoison) })
	bustest.Run(t, c, err)
	w.Settled()
	// A durable that is made anew delivers everything again.
	if err := w.Server.Admin(t).JetStream().DeleteConsumer(t.Context(), stream.Tracking, stream.TrackingWriter); err != nil {
		t.Fatal(err)
	}
	bustest.Eventually(t, "buried twice", func() bool {
		return bustest.Value(t, w.Metrics, "bus_dead_letters_total", "durable=tracking-writer") == 2
	})
	w.Settled()
	if n := len(w.Letters()); n != 1 {
		t.Errorf("%d dead letters", n)
	}
}
