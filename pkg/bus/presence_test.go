package bus_test

import (
	"errors"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// Only gateways hear each other about presence, and only they can say anything there.
func TestPresenceIsAmongGatewaysAlone(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	heard, began := make(chan string, 100), make(chan struct{}, 10)
	l, err := bus.ListenPresence(s.Bus(t, "gateway"), func(data []byte) { heard <- string(data) }, func() { began <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	bustest.Within(t, "the beginning", time.Minute, began)
	for _, service := range stream.Services() {
		if service == "gateway" {
			continue
		}
		b := s.Bus(t, service)
		if _, err := bus.ListenPresence(b, func([]byte) { t.Errorf("%s hears gateways", service) }, nil); !errors.Is(err, bus.ErrDenied) {
			t.Errorf("%s listens: %v", service, err)
		}
		_ = b.PublishPresence([]byte(service))
		if err := b.Conn().Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Bus(t, "gateway").PublishPresence([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := bustest.Within(t, "a message", time.Minute, heard); got != "hello" {
		t.Errorf("heard %q", got)
	}
}

// What has arrived counts as waiting until the handler has done with it.
func TestWaiting(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	entered, release := make(chan struct{}, 10), make(chan struct{})
	b := s.Bus(t, "gateway")
	l, err := bus.ListenPresence(b, func([]byte) {
		entered <- struct{}{}
		<-release
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	for range 3 {
		if err := b.PublishPresence([]byte("news")); err != nil {
			t.Fatal(err)
		}
	}
	bustest.Within(t, "a message", time.Minute, entered)
	bustest.Eventually(t, "three messages wait", func() bool { return l.Waiting() == 3 })
	release <- struct{}{}
	bustest.Within(t, "the second message", time.Minute, entered)
	if n := l.Waiting(); n != 2 {
		t.Errorf("%d wait", n)
	}
	close(release)
	bustest.Eventually(t, "none waits", func() bool { return l.Waiting() == 0 })
}

// Without replicas there is a quorum as long as the server answers, of a stream that is there.
func TestQuorum(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t)
	b := s.Bus(t, "gateway")
	if err := b.Quorum(t.Context(), stream.Alerts); err != nil || !b.Connected() {
		t.Errorf("no quorum: %v", err)
	}
	if err := b.Quorum(t.Context(), stream.DLQ); err == nil {
		t.Error("a quorum of a stream that it may not ask")
	}
}
