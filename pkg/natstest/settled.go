package natstest

import (
	"context"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
)

// Settled waits until a durable has acknowledged everything that its stream holds. It also asks for the end of the stream,
// because the server updates the durable's pending count a moment after it stored a message.
func (s *Server) Settled(t testing.TB, streamName, durable string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	js := s.Admin(t).JetStream()
	for began := time.Now(); ; wait.For(ctx, min(time.Millisecond+time.Since(began)/10, 50*time.Millisecond)) {
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

// Stored returns how many messages a stream holds. The bus must have the permission to ask for that.
func Stored(t testing.TB, b *bus.Bus, streamName string) uint64 {
	t.Helper()
	live, err := b.JetStream().Stream(t.Context(), streamName)
	if err != nil {
		t.Fatal(err)
	}
	return live.CachedInfo().State.Msgs
}
