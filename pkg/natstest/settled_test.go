package natstest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

func TestSettledIsAfterTheLastMessage(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	ingest := s.Bus(t, "tracking-ingest")
	to, err := subject.New("acme", "tracking", "ubicacion", "u1")
	if err != nil {
		t.Fatal(err)
	}
	var handled atomic.Int64
	c, err := bus.NewConsumer(ingest, bus.ConsumerConfig{Stream: stream.Tracking, Durable: stream.TrackingWriter}, func(context.Context, bus.Msg) error {
		handled.Add(1)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Start(t, c.Run)
	for i := range 20 {
		if _, err := ingest.Publish(t.Context(), bus.Message{Subject: to, ID: string(rune('a' + i)), Data: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		s.Settled(t, stream.Tracking, stream.TrackingWriter)
		if n := handled.Load(); n != int64(i+1) {
			t.Fatalf("%d of %d are handled", n, i+1)
		}
	}
}
