package bus

import (
	"context"
	"errors"
	"time"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
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

// BatchHandler handles several messages in one transaction: all or none. Later and Unavailable apply to the whole batch.
// After any other error the runner halves the batch until the message at fault stands alone.
type BatchHandler func(ctx context.Context, ms []Msg) error

// Reject says that no retry can help. The dead letter stores the reason, so the reason must name the fault and no person.
func Reject(err error) error {
	if err == nil {
		err = errors.New("rejected without a reason")
	}
	return &durable.RejectedError{Err: err}
}

// Later asks for the message again after d. A delayed message still counts against the durable's MaxAckPending, so use
// Later for seconds and minutes. For work that is due in hours, store a row with due_at.
func Later(d time.Duration) error { return &durable.LaterError{After: max(d, 50*time.Millisecond)} }

// Unavailable says that a dependency is down, which is not the message's fault.
func Unavailable(err error) error {
	if err == nil {
		err = errors.New("dependency unavailable")
	}
	return &durable.UnavailableError{Err: err}
}

// Verdict is the outcome of a handler that ends with an error of the database, or nil. If the error may pass (db.MayPass), as a timeout, a
// missing grant or a full disk, or the handler's time is up, no message is to blame: it must not become a dead letter. Waiting does not
// cure any other error, so it counts as an attempt, and one bad message holds up only itself.
func Verdict(ctx context.Context, err error, mayPass func(error) bool) error {
	if err != nil && (ctx.Err() != nil || mayPass(err)) {
		return Unavailable(err)
	}
	return err
}
