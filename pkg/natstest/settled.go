package natstest

import (
	"context"
	"testing"
	"time"
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
