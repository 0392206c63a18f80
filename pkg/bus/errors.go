package bus

import (
	"errors"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
)

// Errors that a caller can act on.
var (
	// ErrStreamFull: the stream refuses because consumers lag or the disk is full. Tell the sender to come back.
	ErrStreamFull = errors.New("stream is full")
	// ErrTooLarge: the message can never be stored.
	ErrTooLarge = durable.ErrTooLarge
	// ErrUnavailable: no acknowledgement came in time. The message may be stored all the same; publish it again with the
	// same id.
	ErrUnavailable = errors.New("stream is unavailable")
	// ErrDenied: the service's NATS user may not do that (proto/stream/access.go).
	ErrDenied = errors.New("not permitted by nats")
	// ErrStreamReplaced: the stream was made anew. Sequences that were read from the old one mean nothing.
	ErrStreamReplaced = errors.New("stream was replaced")
)
