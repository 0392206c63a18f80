package bus_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

func TestPublishStoresOncePerID(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	m := bustest.Position(t, 1)
	m.Header = nats.Header{"Terreno-Users": {"u1"}}
	before := maps.Clone(m.Header)
	first, err := w.Ingest.Publish(t.Context(), m)
	if err != nil || first != (bus.Ack{Stream: stream.Tracking, Seq: 1}) {
		t.Fatalf("first publish: %+v, %v", first, err)
	}
	second, err := w.Ingest.Publish(t.Context(), m)
	if err != nil || second != (bus.Ack{Stream: stream.Tracking, Seq: 1, Duplicate: true}) {
		t.Fatalf("second publish: %+v, %v", second, err)
	}
	if len(m.Header) != len(before) {
		t.Errorf("the caller's header was changed to %v", m.Header)
	}
	state, err := w.Ingest.StreamState(t.Context(), stream.Tracking)
	if err != nil || state.LastSeq != 1 {
		t.Errorf("stream after two publishes: %+v, %v", state, err)
	}
}

func TestPublishRefusesWhatNoStreamTakes(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	good := bustest.Position(t, 1)
	for name, c := range map[string]struct {
		change func(*bus.Message)
		want   error
	}{
		"no subject":             {func(m *bus.Message) { m.Subject = subject.Subject{} }, nil},
		"no id":                  {func(m *bus.Message) { m.ID = "" }, nil},
		"no stream":              {func(m *bus.Message) { m.Subject = bustest.Subject(t, "acme", "tiempo", "lluvia", "x") }, nil},
		"the server's header":    {func(m *bus.Message) { m.Header = nats.Header{"nats-Rollup": {"all"}} }, nil},
		"a status header":        {func(m *bus.Message) { m.Header = nats.Header{"Status": {"404"}} }, nil},
		"body above the limit":   {func(m *bus.Message) { m.Data = make([]byte, 256<<10) }, bus.ErrTooLarge},
		"header above 60 KiB":    {func(m *bus.Message) { m.Header = nats.Header{"A": {strings.Repeat("a", 60<<10)}} }, bus.ErrTooLarge},
		"body above max_payload": {func(m *bus.Message) { m.Data = make([]byte, 2<<20) }, bus.ErrTooLarge},
	} {
		m := good
		c.change(&m)
		_, err := w.Ingest.Publish(t.Context(), m)
		if err == nil || !errors.Is(err, c.want) && c.want != nil {
			t.Errorf("%s: %v, expected %v", name, err, c.want)
		}
		if checked := bus.Check(m); checked == nil {
			t.Errorf("%s: Check let it pass", name)
		}
	}
	if err := bus.Check(good); err != nil {
		t.Error(err)
	}
}

// What Check lets pass the server takes, to the byte.
func TestCheckCountsAsTheServerDoes(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	m := bustest.Position(t, 1)
	m.Header = nats.Header{"Terreno-Users": {"u1", "u2"}, "Terreno-Data": {`{"a":1}`}}
	low, high := 0, 1<<20
	for high-low > 1 {
		m.Data = make([]byte, (low+high)/2)
		if bus.Check(m) == nil {
			low = len(m.Data)
		} else {
			high = len(m.Data)
		}
	}
	m.Data = make([]byte, low)
	if _, err := w.Ingest.Publish(t.Context(), m); err != nil {
		t.Errorf("the largest message that Check lets pass: %v", err)
	}
	// This bus does not know the limit, so that the server has to refuse.
	wide := natstest.WithStream(stream.Tracking, func(s *stream.Stream) { s.MaxMsgSize *= 2 })
	b, err := bus.New(w.Server.Connect(t, bustest.IngestService), bustest.IngestService, natstest.Log(t), nil,
		bus.WithTable(natstest.Table(wide)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	m.ID, m.Data = "another", make([]byte, low+1)
	if _, err := b.Publish(t.Context(), m); !errors.Is(err, bus.ErrTooLarge) {
		t.Errorf("one byte more: %v, expected that the server finds it too large", err)
	}
	m.Data = make([]byte, 400<<10)
	m.Header.Set("Terreno-Data", strings.Repeat("x", 1<<10))
	if _, err := b.Publish(t.Context(), m); !errors.Is(err, bus.ErrTooLarge) {
		t.Errorf("far too large: %v", err)
	}
}

func TestPublishWaitsForAStream(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithoutStreams())
	result := make(chan error, 1)
	go func() {
		_, err := w.Ingest.Publish(t.Context(), bustest.Position(t, 1))
		result <- err
	}()
	bustest.Eventually(t, "publish tries again", func() bool {
		return bustest.Value(t, w.Metrics, "bus_publish_retries_total", "service="+bustest.IngestService) >= 2
	})
	bustest.Provision(t, w.Server.Admin(t), w.Server.Table())
	if err := bustest.Within(t, "publish", time.Minute, result); err != nil {
		t.Error(err)
	}
}

func TestPublishGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithoutStreams())
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := w.Ingest.Publish(ctx, bustest.Position(t, 1))
	if !errors.Is(err, bus.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("publish without a stream: %v", err)
	}
	if n := bustest.Value(t, w.Metrics, "bus_publish_failures_total", "reason=unavailable"); n != 1 {
		t.Errorf("%g failures counted", n)
	}
}

// A leader's failover takes seconds: whoever gave up earlier would turn it into errors to phones.
func TestPublishTriesForTenSeconds(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, natstest.WithoutStreams())
	begun := time.Now()
	_, err := w.Ingest.Publish(t.Context(), bustest.Position(t, 1))
	if took := time.Since(begun); !errors.Is(err, bus.ErrUnavailable) || took < 10*time.Second || took > 20*time.Second {
		t.Errorf("gave up after %s: %v", took, err)
	}
}

func TestPublishAcrossARestartOfTheServer(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	b := s.BusAt(t, bustest.IngestService, s.Addr())
	if _, err := b.Publish(t.Context(), bustest.Position(t, 0)); err != nil {
		t.Fatal(err)
	}
	s.Stop(t)
	result := make(chan error, 1)
	go func() {
		_, err := b.Publish(t.Context(), bustest.Position(t, 1))
		result <- err
	}()
	bustest.Eventually(t, "bus is unready", func() bool { return b.Ready(t.Context()) != nil })
	s.Restart(t)
	if err := bustest.Within(t, "publish", time.Minute, result); err != nil {
		t.Error(err)
	}
	bustest.Eventually(t, "bus is ready", func() bool { return b.Ready(t.Context()) == nil })
}

func TestPublishOnAClosedBus(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Ingest.Close()
	begun := time.Now()
	_, err := w.Ingest.Publish(t.Context(), bustest.Position(t, 1))
	if !errors.Is(err, bus.ErrUnavailable) || time.Since(begun) > 9*time.Second { // It is not tried for 12 s.
		t.Errorf("publish on a closed bus after %s: %v", time.Since(begun), err)
	}
}

// Sent at the reconnect it could come after its dedupe window, or after a later one.
func TestPublishGivenUpWithoutALinkIsNotSentLater(t *testing.T) {
	t.Parallel()
	s := natstest.Start(t, natstest.WithTCP())
	link := natstest.NewProxy(t, s.Addr())
	b := s.BusAt(t, bustest.IngestService, link.Addr())
	link.Down()
	bustest.Eventually(t, "the link is down", func() bool { return !b.Conn().IsConnected() })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	// What ends the last try depends on the machine's load: the client's refusal to keep the message, or the deadline.
	if _, err := b.Publish(ctx, bustest.Position(t, 1)); !errors.Is(err, bus.ErrUnavailable) {
		t.Errorf("publish without a link: %v", err)
	}
	link.Up()
	ack, err := b.Publish(t.Context(), bustest.Position(t, 2))
	if err != nil || ack.Seq != 1 {
		t.Errorf("the next publish: %+v, %v", ack, err)
	}
}

// A stream that is there and never answers is what a disk that was full leaves behind.
func TestAStreamThatDoesNotStoreIsSaid(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	js := w.Server.Admin(t).JetStream()
	if err := js.DeleteStream(t.Context(), stream.Tracking); err != nil {
		t.Fatal(err)
	}
	if err := w.Ingest.Stores(t.Context()); err != nil {
		t.Errorf("before any publish: %v", err)
	}
	// It is said after 10 s of failures. One publish fails for 12 s, or for less when the machine was busy before its first failure.
	for tries := 0; tries < 2 && w.Ingest.Stores(t.Context()) == nil; tries++ {
		if _, err := w.Ingest.Publish(t.Context(), bustest.Position(t, 1)); !errors.Is(err, bus.ErrUnavailable) {
			t.Fatalf("publish to a stream that is gone: %v", err)
		}
	}
	if err := w.Ingest.Stores(t.Context()); err == nil || !strings.Contains(err.Error(), stream.Tracking) {
		t.Errorf("after 12 s of failures: %v", err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: stream.Tracking, Subjects: []string{"in.*.tracking.ubicacion.*"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Ingest.Publish(t.Context(), bustest.Position(t, 2)); err != nil {
		t.Fatal(err)
	}
	if err := w.Ingest.Stores(t.Context()); err != nil {
		t.Errorf("after a publish that was stored: %v", err)
	}
}
