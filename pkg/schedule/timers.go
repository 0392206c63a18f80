package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/subject"
)

// Kind is what a service has timers for: escalar-panico.
type Kind struct {
	// Name is in each timer's row; it never changes.
	Name string
	// Timeout ends a handler's context; 1 minute of wall time when zero.
	Timeout time.Duration
	// Do is the timer's effect, written with ch: committed together with ch's events and the end of the timer, or not at all.
	// What it does beside ch may be done again. ch.By is the kind's name. It may set the same timer again.
	Do func(ctx context.Context, ch *change.Change, t Timer) error
}

// Timer is one that came due.
type Timer struct {
	Key     string
	DueAt   time.Time
	Payload json.RawMessage
	// Attempt is 1 for the first.
	Attempt int
}

const (
	// MaxPayload is how many bytes of JSON a timer carries.
	MaxPayload = 16 << 10
	// maxTimerKey is the length of the longest key, in bytes.
	maxTimerKey         = 200
	defaultTimerTimeout = time.Minute
)

// TimersDeps is what timers work with.
type TimersDeps struct {
	DB      *db.DB
	Changes *change.Changes
	// Schema of the service; one of its migrations contains {{timer}}.
	Schema string
	// Clock is domain time.
	Clock clock.Clock
	Log   *slog.Logger
	// Metrics may be nil.
	Metrics prometheus.Registerer
	// Options are those of a scheduler; Lease has no meaning here.
	Options Options
}

// Timers are a service's one-shot timers (package comment). They are safe for concurrent use.
type Timers struct {
	deps    TimersDeps
	kinds   map[string]Kind
	names   []string
	metrics timerMetrics
	// polled is when the timers were last polled without an error, in Unix nanoseconds; 0 before the first.
	polled atomic.Int64
}

// NewTimers makes the timers of a service's kinds; nothing is done when due until Run or Tick.
func NewTimers(d TimersDeps, kinds ...Kind) (*Timers, error) {
	d.Options = d.Options.withDefaults()
	t := &Timers{deps: d, kinds: map[string]Kind{}}
	for _, k := range kinds {
		switch {
		case !jobName.MatchString(k.Name):
			return nil, fmt.Errorf("timers of kind %q: the name must match %s", k.Name, jobName)
		case k.Do == nil || k.Timeout < 0:
			return nil, fmt.Errorf("timers of kind %s have nothing to do, or a negative Timeout", k.Name)
		case slices.Contains(t.names, k.Name):
			return nil, fmt.Errorf("timers of kind %s are there twice", k.Name)
		}
		if k.Timeout == 0 {
			k.Timeout = defaultTimerTimeout
		}
		t.kinds[k.Name], t.names = k, append(t.names, k.Name)
	}
	if len(kinds) == 0 {
		return nil, errors.New("timers of no kind have nothing to do")
	}
	t.metrics = newTimerMetrics(d.Metrics, d.Schema, t.names)
	return t, nil
}

// Set makes a timer of the change's company due at an instant of domain time, which may be past. One of the same kind and
// key is moved, with a new payload and all its attempts again. payload is kept as JSON, at most MaxPayload bytes. It is set
// if the change is committed.
func (t *Timers) Set(ctx context.Context, ch *change.Change, kind, key string, due time.Time, payload any) error {
	if err := t.check(ch, kind, key); err != nil {
		return fmt.Errorf("set a timer: %w", err)
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encode the payload of timer %s: %w", kind, err)
	}
	if len(raw) > MaxPayload {
		return fmt.Errorf("set a timer: the payload of %s has %d bytes, at most %d are kept", kind, len(raw), MaxPayload)
	}
	return setTimer(ctx, ch.Tx, t.deps.Schema, timerKey{ch.Company, kind, key}, due.UTC().Truncate(time.Millisecond), raw)
}

// Cancel removes a timer of the change's company; was says whether there was one. While the timer's effect runs, Cancel
// waits for its end, and then finds nothing, or the timer that the effect has set again. An effect holds its timer from its
// beginning: call Set and Cancel before you lock rows that the effect locks too, or the two may deadlock.
func (t *Timers) Cancel(ctx context.Context, ch *change.Change, kind, key string) (was bool, err error) {
	if err := t.check(ch, kind, key); err != nil {
		return false, fmt.Errorf("cancel a timer: %w", err)
	}
	return cancelTimer(ctx, ch.Tx, t.deps.Schema, timerKey{ch.Company, kind, key})
}

func (t *Timers) check(ch *change.Change, kind, key string) error {
	if _, ok := t.kinds[kind]; !ok {
		return fmt.Errorf("there is no kind %q", kind)
	}
	if key == "" || len(key) > maxTimerKey || !utf8.ValidString(key) {
		return fmt.Errorf("the key of %s must be 1 to %d bytes of text", kind, maxTimerKey)
	}
	return subject.CheckTenant(ch.Company)
}
