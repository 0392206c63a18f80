package admin

import "errors"

var (
	// ErrConsumerMissing says that a declared durable does not exist, so nobody knows what it still needs.
	ErrConsumerMissing = errors.New("durable consumer is missing")
	// ErrNoDeadLetter says that the dead letters have no such sequence.
	ErrNoDeadLetter = errors.New("no such dead letter")
	// ErrUnknownDurable says that no stream of the table has such a durable.
	ErrUnknownDurable = errors.New("no such durable")
)
