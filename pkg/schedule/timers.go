package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/subject"
)

// Kind is a sort of timer that a service has, such as escalar-panico.
type Kind struct {
	// Name is stored in the row of each timer. It never changes.
	Name string
	// Timeout ends a handler's context, in wall time; zero means 1 minute.
	Timeout time.Duration
	// Do is the effect of the timer. What it writes with ch is committed together with ch's events and the end of the
	// timer, or not at all. Anything else that it does may be repeated. ch.By is the kind's name. Do may set the same
	// timer again. If Do returns change.ErrNothing, what it wrote is rolled back, and the timer ends.
	Do func(ctx context.Context, ch *change.Change, t Timer) error
}

// Timer is a timer that is due.
type Timer struct {
	Key     string
	DueAt   time.Time
	Payload json.RawMessage
	// Attempt is 1 for the first attempt.
	Attempt int
}

const (
	// MaxPayload is the largest payload of a timer, in bytes of JSON.
	MaxPayload = 16 << 10
	// maxTimerKey is the length of the longest key, in bytes.
	maxTimerKey         = 200
	defaultTimerTimeout = time.Minute
)

// TimersDeps are what Timers needs.
type TimersDeps struct {
	DB      *db.DB
	Changes *change.Changes
	// Schema is the service's schema. One of its migrations contains {{timer}}.
	Schema string
	// Clock is domain time.
	Clock clock.Clock
	Log   *slog.Logger
	// Metrics may be nil.
	Metrics prometheus.Registerer
	// Options are the same as for a scheduler. Lease has no effect here.
	Options Options
}

// Timers manages the one-shot timers of a service (see the package comment). It is safe for concurrent use.
type Timers struct {
	deps    TimersDeps
	kinds   map[string]Kind
	names   []string
	metrics timerMetrics
	// polled is when the timers were last polled, or a turn ended, without an error, in Unix nanoseconds. It is 0 before the
	// first poll. A round of slow effects may last longer than Ready allows between two polls.
	polled atomic.Int64
}

// NewTimers makes the timers of a service's kinds. No timer fires until Run or Tick is called.
func NewTimers(d TimersDeps, kinds ...Kind) (*Timers, error) {
	d.Options = d.Options.withDefaults()
	t := &Timers{deps: d, kinds: map[string]Kind{}}
	for _, k := range kinds {
		switch {
		case !jobName.MatchString(k.Name):
			return nil, fmt.Errorf("timers of kind %q: the name must match %s", k.Name, jobName)
		case k.Do == nil || k.Timeout < 0:
			return nil, fmt.Errorf("timers of kind %s have no Do, or a negative Timeout", k.Name)
		case slices.Contains(t.names, k.Name):
			return nil, fmt.Errorf("timers of kind %s are listed twice", k.Name)
		}
		if k.Timeout == 0 {
			k.Timeout = defaultTimerTimeout
		}
		t.kinds[k.Name], t.names = k, append(t.names, k.Name)
	}
	if len(kinds) == 0 {
		return nil, errors.New("timers need at least one kind")
	}
	t.metrics = newTimerMetrics(d.Metrics, d.Schema, t.names)
	return t, nil
}

// Set sets a timer of the change's company. It is due at an instant of domain time, which may be in the past. If a timer
// of the same kind and key exists, Set moves it, replaces its payload and resets its attempts. The payload is stored as
// JSON, at most MaxPayload bytes. The timer is set only if the change is committed.
func (t *Timers) Set(ctx context.Context, ch *change.Change, kind, key string, due time.Time, payload any) error {
	if err := t.check(ch, kind, key); err != nil {
		return fmt.Errorf("set a timer: %w", err)
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encode the payload of timer %s: %w", kind, err)
	}
	if len(raw) > MaxPayload {
		return fmt.Errorf("set a timer: the payload of %s has %d bytes, the limit is %d", kind, len(raw), MaxPayload)
	}
	return setTimer(ctx, ch.Tx, t.deps.Schema, timerKey{ch.Company, kind, key}, due.UTC().Truncate(time.Millisecond), raw)
}

// Cancel removes a timer of the change's company; was says whether there was one. While the timer's effect runs, Cancel
// waits until it ends. Then it finds nothing, or the timer that the effect has set again. An effect that failed and is tried
// again without a pause may be faster than Cancel. An effect locks its timer from the beginning. So call Set and Cancel
// before you lock rows that the effect locks too; otherwise the two may deadlock.
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
	// PostgreSQL stores no NUL in a text.
	if key == "" || len(key) > maxTimerKey || !utf8.ValidString(key) || strings.ContainsRune(key, 0) {
		return fmt.Errorf("the key of %s must be 1 to %d bytes of text without NUL", kind, maxTimerKey)
	}
	return subject.CheckTenant(ch.Company)
}
