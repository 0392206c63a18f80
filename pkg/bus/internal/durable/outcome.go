package durable

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrLeft says that shutdown ended the work on a message before it had an outcome.
	ErrLeft = errors.New("left for another consumer")
	// ErrTooLarge says that a message can never be stored.
	ErrTooLarge = errors.New("message is too large")

	errNotStarted = errors.New("not started")
	errLink       = errors.New("connection lost")
)

// RejectedError is the outcome of a message for which no retry can help.
type RejectedError struct{ Err error }

func (e *RejectedError) Error() string { return e.Err.Error() }
func (e *RejectedError) Unwrap() error { return e.Err }

// LaterError is the outcome of a message that its handler postpones.
type LaterError struct{ After time.Duration }

func (e *LaterError) Error() string { return fmt.Sprintf("later, in %s", e.After) }

// UnavailableError is the outcome of a call whose dependency is down.
type UnavailableError struct{ Err error }

func (e *UnavailableError) Error() string { return e.Err.Error() }
func (e *UnavailableError) Unwrap() error { return e.Err }

// UnreadableError is the outcome of a message that no handler can read.
type UnreadableError struct{ Err error }

func (e *UnreadableError) Error() string { return e.Err.Error() }
func (e *UnreadableError) Unwrap() error { return e.Err }
