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

// refusesAfter is how long every publish to a stream must fail until the stream is said to refuse. A leader's failover,
// which takes up to 5 s, is shorter.
const refusesAfter = 10 * time.Second

// storing remembers of each stream whether it stores what this process publishes. The server tells a publisher nothing when
// its disk fails: it does not answer. It also goes on not answering when the disk has room again, until it is restarted.
type storing struct {
	refusing *prometheus.GaugeVec
	lost     *prometheus.CounterVec

	mu      sync.Mutex
	failing map[string]failure
	places  map[string]place
}

// place is the highest sequence that a stream has acknowledged to this process, and how often the stream was found to have
// lost its end.
type place struct {
	seq    uint64
	losses int
}

// failure is of one stream, since it last stored something.
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

// forget is for a connection that is back: it may lead to another server, or to one that was restarted.
func (s *storing) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for stream := range s.failing {
		s.refusing.WithLabelValues(stream).Set(0)
	}
	clear(s.failing)
}

// check names the streams that refuse, and what an operator can do.
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

// Stores fails while a stream refuses what this process publishes: every publish to it has failed for 10 s or longer. The
// error says what to do. It sends nothing: the next publish that is stored, or a new connection, ends the failure.
func (b *Bus) Stores(context.Context) error { return b.storing.check() }

// note takes down how one try to publish on a subject ended. A try that the caller gave up, one without a connection, and
// one for which the message itself is to blame say nothing of the stream.
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

// place returns where a stream is. Ask for it before the publish whose acknowledgement is to be compared with it.
func (s *storing) place(stream string) place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.places[stream]
}

// acked compares an acknowledgement with where the stream was before the publish began. It returns how many acknowledged
// messages the stream has lost at least. Of publishes that run side by side only one counts a loss.
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

// noteLoss tells an operator of a stream that gives sequences again: it lost its end, to a power cut or to a damaged disk,
// of which the server cuts a stream at the first message that it cannot read.
func (b *Bus) noteLoss(before place, ack Ack) {
	lost := b.storing.acked(before, ack)
	if lost == 0 {
		return
	}
	b.storing.lost.WithLabelValues(ack.Stream).Add(float64(lost))
	b.log.Error("stream lost messages that it had acknowledged: its disk is damaged, or it lost its end in a power cut",
		"stream", ack.Stream, "messages", lost, "from", ack.Seq, "to", ack.Seq+lost-1)
}
