package natsd_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natsd"
	"github.com/terreno/terreno/pkg/natstest"
)

func TestAStreamWhoseDiskWasFullRefusesUntilARestart(t *testing.T) { //nolint:paralleltest // the limit holds for the process
	s := start(t, natsd.Options{Port: -1})
	nc, err := nats.Connect(s.URL(bus.Admin), bus.DialOptions(bus.Admin)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	publish := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, err := js.Publish(ctx, "s", make([]byte, 100<<10), jetstream.WithRetryAttempts(0))
		return err
	}
	const patience, enough = 3 * time.Second, 30 * time.Second // A disk that is only slow answers in patience.
	if err := publish(enough); err != nil {
		t.Fatal(err)
	}
	if lines := s.Refusing(); len(lines) > 0 {
		t.Fatalf("refuses although it stored: %q", lines)
	}
	roomAgain := natstest.LimitFiles(t, 1<<20)
	stored := uint64(1)
	for deadline := time.Now().Add(2 * time.Minute); len(s.Refusing()) == 0; { // One publish alone may fail on a busy machine.
		if publish(patience) == nil {
			stored++
		} else if time.Now().After(deadline) {
			t.Fatal("the server does not refuse although its files cannot grow")
		}
	}
	roomAgain()
	if err := publish(patience); err == nil {
		t.Fatal("the server stores again without a restart: then it need not be restarted")
	}
	if lines := s.Refusing(); len(lines) != 1 || !strings.Contains(lines[0], "S") {
		t.Errorf("refusing: %q", lines)
	}
	addr := s.Addr()
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	if lines := s.Refusing(); len(lines) > 0 || s.Addr() != addr {
		t.Errorf("after a restart: %q, at %s instead of %s", lines, s.Addr(), addr)
	}
	deadline := time.Now().Add(enough)
	for err = publish(enough); err != nil && time.Now().Before(deadline); {
		err = publish(enough)
	}
	live, infoErr := js.Stream(t.Context(), "S")
	if err != nil || infoErr != nil {
		t.Fatalf("publish after a restart: %v, %v", err, infoErr)
	}
	if got := live.CachedInfo().State.Msgs; got < stored+1 {
		t.Errorf("%d messages are left of %d", got, stored+1)
	}
}
