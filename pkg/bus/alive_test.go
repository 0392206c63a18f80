package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// signs counts the signs of life that the server hears of the plain durable's messages.
func signs(t *testing.T, w *bustest.World) *atomic.Int64 {
	t.Helper()
	var n atomic.Int64
	nc := w.Server.Admin(t).Conn()
	sub, err := nc.Subscribe("$JS.ACK."+stream.Tracking+"."+stream.TrackingWriter+".>", func(m *nats.Msg) {
		if string(m.Data) == "+WPI" {
			n.Add(1)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sub.Unsubscribe() })
	return &n
}

// A message that is settled soon costs no sign of life. One that is not costs one in a third of AckWait, while it waits as
// well as in the handler.
func TestSignsOfLifeAreFew(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(time.Hour))
	w.Publish(200)
	heard := signs(t, w)
	c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(context.Context, []bus.Msg) error { return nil })
	bustest.Run(t, c, err)
	w.Settled()
	if n := heard.Load(); n != 0 {
		t.Errorf("%d signs of life for 200 messages that were settled at once", n)
	}

	slow := bustest.Setup(t, bustest.WithAckWait(bustest.ShortAckWait))
	slow.Publish(10)
	heard = signs(t, slow)
	begun := time.Now()
	c, err = bus.NewConsumer(slow.Ingest, bustest.TrackingConfig(), func(ctx context.Context, m bus.Msg) error {
		for bustest.Number(m) == 0 && heard.Load() < 40 && ctx.Err() == nil {
			<-time.After(5 * time.Millisecond)
		}
		return nil
	})
	bustest.Run(t, c, err)
	slow.Settled()
	most := 10 * (int64(time.Since(begun)/(bustest.ShortAckWait/3)) + 1)
	if n := heard.Load(); n < 40 || n > most {
		t.Errorf("%d signs of life for 10 messages in %s, at most %d are due", n, time.Since(begun), most)
	}
}

// The server delivers a message again that this process has in hand, as it does to a process that stood still for a while.
func TestMessageInHandIsNotHandledTwice(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(1)
	r := bustest.NewRecorder()
	begun, release := make(chan struct{}, 2), make(chan struct{})
	cfg := bustest.TrackingConfig()
	cfg.Parallel = 2
	c, err := bus.NewConsumer(w.Ingest, cfg, func(ctx context.Context, m bus.Msg) error {
		r.Note(m)
		if bustest.Number(m) == 0 {
			begun <- struct{}{}
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Within(t, "the message is in hand", time.Minute, begun)
	by := w.Server.Admin(t)
	again := fmt.Sprintf("$JS.ACK.%s.%s.1.1.1.%d.0", stream.Tracking, stream.TrackingWriter, time.Now().UnixNano())
	if err := by.Conn().Publish(again, []byte("-NAK")); err != nil {
		t.Fatal(err)
	}
	bustest.Eventually(t, "it is delivered again", func() bool {
		durable, err := by.JetStream().Consumer(t.Context(), stream.Tracking, stream.TrackingWriter)
		return err == nil && durable.CachedInfo().NumRedelivered > 0
	})
	w.PublishFrom(1, 2) // The other hand takes what comes behind the repetition.
	bustest.Eventually(t, "the next message is handled", func() bool {
		r.Mu.Lock()
		defer r.Mu.Unlock()
		return r.Seen[1] > 0
	})
	close(release)
	w.Settled()
	r.Check(t, 2, 1)
}

// During an upgrade the durable gets a shorter AckWait while messages are in hand.
func TestAckWaitIsShortenedWhileMessagesAreInHand(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(30*time.Second))
	w.Publish(5)
	table := natstest.Table(bustest.WithAckWait(bustest.ShortAckWait))
	upgraded, err := bus.New(w.Server.Connect(t, bustest.IngestService), bustest.IngestService, natstest.Log(t), nil, bus.WithTable(table))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(upgraded.Close)
	r := bustest.NewRecorder()
	begun := make(chan struct{}, 5)
	c, err := bus.NewConsumer(upgraded, bustest.TrackingConfig(), func(ctx context.Context, m bus.Msg) error {
		begun <- struct{}{}
		if r.Note(m) == 1 && bustest.Number(m) == 0 {
			select {
			case <-time.After(2 * bustest.ShortAckWait):
			case <-ctx.Done():
			}
		}
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Within(t, "the first message", time.Minute, begun)
	if changes := bustest.Provision(t, w.Server.Admin(t), table); len(changes) != 1 || !strings.Contains(changes[0], "ack_wait 30s") {
		t.Fatalf("provision changed %q", changes)
	}
	w.IdleReplica()
	w.Settled()
	r.Check(t, 5, 1)
}

// slowWriter takes all messages in hand, and notes every one in its file before and after it works on it.
func slowWriter(ctx context.Context, b *bus.Bus, file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	cfg := bustest.TrackingConfig()
	cfg.Batch = 100
	c, err := bus.NewConsumer(b, cfg, func(work context.Context, m bus.Msg) error {
		_, err := fmt.Fprintln(f, bustest.Number(m))
		select {
		case <-time.After(20 * time.Millisecond):
		case <-work.Done():
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.Run(ctx)
}

// begunBy returns the messages that a child noted.
func begunBy(file string) bustest.Counted {
	seen := bustest.Counted{}
	text, _ := os.ReadFile(file)
	for _, line := range bytes.Fields(text) {
		if n, err := strconv.Atoi(string(line)); err == nil {
			seen[n]++
		}
	}
	return seen
}

// A process that was killed with messages in hand, and one that stood still and comes back, lose nothing, and nobody waits
// for them for longer than AckWait.
func TestProcessIsKilledOrStopped(t *testing.T) {
	t.Parallel()
	for name, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGSTOP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bustest.Setup(t, natstest.WithTCP())
			const n = 100
			w.Publish(n)
			file := filepath.Join(t.TempDir(), "begun")
			child := w.Child("slow writer", bustest.IngestService, file)
			bustest.Eventually(t, "the child is at work", func() bool { return len(begunBy(file)) >= 5 })
			if err := child.Signal(signal); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = child.Signal(syscall.SIGCONT) })
			r := bustest.NewRecorder()
			c, err := bus.NewBatchConsumer(w.Ingest, bustest.TrackingConfig(), func(_ context.Context, ms []bus.Msg) error {
				for _, m := range ms {
					r.Note(m)
				}
				return nil
			})
			bustest.Run(t, c, err)
			w.Settled()
			if signal == syscall.SIGSTOP {
				if err := child.Signal(syscall.SIGCONT); err != nil {
					t.Fatal(err)
				}
				w.PublishFrom(n, 2*n)
				w.Settled()
				child.Stop()
			}
			w.Settled()
			begun := begunBy(file)
			r.Mu.Lock()
			defer r.Mu.Unlock()
			for i := range n {
				if begun[i]+r.Seen[i] == 0 {
					t.Errorf("message %d was lost", i)
				}
			}
			if letters := w.Letters(); len(letters) != 0 {
				t.Errorf("dead letters %+v", letters)
			}
		})
	}
}
