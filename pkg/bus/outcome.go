package bus

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Handler handles one message. What it returns is the message's outcome:
//
//	nil               acknowledged
//	Reject(err)       copied to the dead letters, then acknowledged: no retry can help
//	Later(d)          delivered again after d; no attempt is counted
//	Unavailable(err)  a dependency is down: the runner keeps the message and calls again until it works
//	any other error   an attempt; delivered again after a backoff, a dead letter after the last
//
// A panic is an error. The context ends only when the drain time after shutdown is over.
type Handler func(ctx context.Context, m Msg) error

// BatchHandler handles several messages in one transaction: all or none. Later and Unavailable are about the whole batch;
// after any other error the runner halves the batch until the message at fault stands alone.
type BatchHandler func(ctx context.Context, ms []Msg) error

type rejected struct{ err error }

func (e *rejected) Error() string { return e.err.Error() }
func (e *rejected) Unwrap() error { return e.err }

// Reject says that no retry can help. The reason ends up with the dead letter, so it names what is wrong and not whom it
// is about.
func Reject(err error) error {
	if err == nil {
		err = errors.New("rejected without a reason")
	}
	return &rejected{err}
}

type later struct{ after time.Duration }

func (e *later) Error() string { return fmt.Sprintf("later, in %s", e.after) }

// Later asks for the message again after d. A delayed message still counts against the durable's MaxAckPending, so this is
// for seconds and minutes; what is due in hours is a row with due_at. After ten times MaxAttempts deliveries the delay is at
// least a quarter of the message's age.
func Later(d time.Duration) error { return &later{max(d, 50*time.Millisecond)} }

type unavailable struct{ err error }

func (e *unavailable) Error() string { return e.err.Error() }
func (e *unavailable) Unwrap() error { return e.err }

// Unavailable says that a dependency is down, which is not the message's fault.
func Unavailable(err error) error {
	if err == nil {
		err = errors.New("dependency unavailable")
	}
	return &unavailable{err}
}
