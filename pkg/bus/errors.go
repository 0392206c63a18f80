package bus

import "errors"

// Errors on which a caller decides.
var (
	// ErrStreamFull: the stream refuses because consumers lag or the disk is full. Tell the sender to come back.
	ErrStreamFull = errors.New("stream is full")
	// ErrTooLarge: the message can never be stored.
	ErrTooLarge = errors.New("message is too large")
	// ErrUnavailable: no acknowledgement came in time. The message may be stored all the same; publish it again with the
	// same id.
	ErrUnavailable = errors.New("stream is unavailable")
	// ErrDenied: the service's NATS user may not do that (proto/stream/access.go).
	ErrDenied = errors.New("not permitted by nats")
	// ErrConsumerMissing: a declared durable does not exist, so nobody knows what it still needs.
	ErrConsumerMissing = errors.New("durable consumer is missing")
	// ErrStreamReplaced: the stream was made anew; sequences of before mean nothing.
	ErrStreamReplaced = errors.New("stream was replaced")
	// ErrFrontierMoved is for an OrderedHandler to return: what it keeps is not what the messages follow, because another
	// process works too. The consumer drops them and asks for the frontier again.
	ErrFrontierMoved = errors.New("frontier was moved by another")
	// ErrNoDeadLetter: the dead letters have no such sequence.
	ErrNoDeadLetter = errors.New("no such dead letter")
)
