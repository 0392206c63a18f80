package natstest

import (
	"context"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
)

// Settled waits until a durable has acknowledged everything that its stream holds. The stream's end is asked for, since the
// server counts what is pending a moment after it stored it.
func (s *Server) Settled(t testing.TB, streamName, durable string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	js := s.Admin(t).JetStream()
	for {
		live, err := js.Stream(ctx, streamName)
		if err != nil {
			t.Fatalf("%s did not get through: %v", durable, err)
		}
		consumer, err := js.Consumer(ctx, streamName, durable)
		if err != nil {
			t.Fatalf("%s did not get through: %v", durable, err)
		}
		info := consumer.CachedInfo()
		if info.AckFloor.Stream >= live.CachedInfo().State.LastSeq && info.NumPending == 0 && info.NumAckPending == 0 {
			return
		}
	}
}

// Stored is how many messages a stream holds, as a bus that may ask for that hears it.
func Stored(t testing.TB, b *bus.Bus, streamName string) uint64 {
	t.Helper()
	live, err := b.JetStream().Stream(t.Context(), streamName)
	if err != nil {
		t.Fatal(err)
	}
	return live.CachedInfo().State.Msgs
}
