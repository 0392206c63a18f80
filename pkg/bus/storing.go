package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// refusesAfter is how long every publish to a stream must fail before the bus says that the stream refuses. A leader's
// failover is shorter: it takes up to 5 s.
const refusesAfter = 10 * time.Second

// storing remembers for each stream whether it stores what this process publishes. When the server's disk fails, the server
// does not tell the publisher: it simply does not answer. It stays silent even when the disk has room again, until it is
// restarted.
type storing struct {
	refusing *prometheus.GaugeVec
	lost     *prometheus.CounterVec

	mu      sync.Mutex
	failing map[string]failure
	places  map[string]place
}

// place is the highest sequence that a stream has acknowledged to this process. It also counts how often this process found
// that the stream had lost its end.
type place struct {
	seq    uint64
	losses int
}

// failure describes the failed publishes to one stream since the stream last stored something.
type failure struct {
	first, last time.Time
	err         error
}

func (f failure) refuses() bool { return f.last.Sub(f.first) >= refusesAfter }

// stored says that a stream stored a message.
func (s *storing) stored(stream string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.failing[stream]; ok {
		delete(s.failing, stream)
		s.refusing.WithLabelValues(stream).Set(0)
	}
}

// failed says that a stream did not store a message.
func (s *storing) failed(stream string, err error, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.failing[stream]
	if !ok {
		f.first = now
	}
	f.last, f.err = now, err
	if s.failing == nil {
		s.failing = map[string]failure{}
	}
	s.failing[stream] = f
	if f.refuses() {
		s.refusing.WithLabelValues(stream).Set(1)
	}
}

// forget is called when the connection is back. The connection may lead to another server, or to a server that was
// restarted.
func (s *storing) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for stream := range s.failing {
		s.refusing.WithLabelValues(stream).Set(0)
	}
	clear(s.failing)
}

// check names the streams that refuse, and says what an operator can do.
func (s *storing) check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []error
	for stream, f := range s.failing {
		if !f.refuses() {
			continue
		}
		todo := "look at /healthz of NATS. If its disk was full, make room and restart NATS: it refuses until it is restarted"
		if errors.Is(f.err, ErrStreamFull) {
			todo = "it has reached its size limit, or NATS its limit for all streams. Find the durable that lags: bus_pending says it"
		}
		all = append(all, fmt.Errorf("stream %s has stored nothing from this service since %s (%w): %s",
			stream, f.first.UTC().Format(time.RFC3339), f.err, todo))
	}
	slices.SortFunc(all, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(all...)
}

// Stores fails while a stream refuses what this process publishes, which means that every publish to it has failed for 10 s
// or longer. The error says what to do. Stores itself sends nothing. The failure ends when the stream stores a publish, or
// with a new connection.
func (b *Bus) Stores(context.Context) error { return b.storing.check() }

// note records how one try to publish on a subject ended. Three kinds of failed try say nothing about the stream: the
// caller gave up, there was no connection, or the message itself is to blame.
func (b *Bus) note(ctx context.Context, subject string, final bool, err error) {
	name := b.streamOf(subject)
	switch {
	case name == "":
	case err == nil:
		b.storing.stored(name)
	case final && !errors.Is(err, ErrStreamFull), errors.Is(ctx.Err(), context.Canceled), !b.nc.IsConnected():
	default:
		b.storing.failed(name, err, time.Now())
	}
}

// streamOf returns the stream that stores a subject, or "".
func (b *Bus) streamOf(subject string) string {
	for _, row := range b.table {
		if covers(row.Ingress, subject) {
			return row.Name
		}
	}
	return ""
}

// publishes returns the streams to which the table lets the service publish.
func (b *Bus) publishes() []string {
	var names []string
	for _, row := range b.table {
		if slices.Contains(row.Publishers, b.service) || strings.HasPrefix(row.Ingress, "dlq.") {
			names = append(names, row.Name)
		}
	}
	return names
}

// place returns where a stream is. Call it before the publish whose acknowledgement you want to compare with it.
func (s *storing) place(stream string) place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.places[stream]
}

// acked compares an acknowledgement with where the stream was before the publish began. It returns the minimum number of
// acknowledged messages that the stream has lost. If several publishes run at the same time, only one of them counts a
// loss.
func (s *storing) acked(before place, ack Ack) (lost uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.places[ack.Stream]
	switch {
	case ack.Duplicate || before.losses != now.losses:
		return 0
	case ack.Seq <= before.seq:
		lost = now.seq - ack.Seq + 1
		now = place{ack.Seq, now.losses + 1}
	default:
		now.seq = max(now.seq, ack.Seq)
	}
	if s.places == nil {
		s.places = map[string]place{}
	}
	s.places[ack.Stream] = now
	return lost
}

// noteLoss tells an operator about a stream that gives out sequences a second time. Such a stream lost its end, to a power
// cut or to a damaged disk. After damage the server cuts the stream at the first message that it cannot read.
func (b *Bus) noteLoss(before place, ack Ack) {
	lost := b.storing.acked(before, ack)
	if lost == 0 {
		return
	}
	b.noteCut(ack.Stream, ack.Seq, ack.Seq+lost-1)
}

func (b *Bus) noteCut(stream string, from, to uint64) {
	b.storing.lost.WithLabelValues(stream).Add(float64(to - from + 1))
	b.log.Error("stream lost messages that it had acknowledged: its disk is damaged, or it lost its end in a power cut",
		"stream", stream, "messages", to-from+1, "from", from, "to", to)
}
