package plan

import (
	"fmt"
	"math"
	"time"
	"unicode/utf8"
)

// LimitError names what is beyond a limit. The HTTP side checks request bodies against the same limits first. If a body gets
// past that check, this one still stores nothing that could not be sent on or read again.
type LimitError struct {
	// Field is the member's name, Detail a sentence about it.
	Field, Detail string
}

func (e *LimitError) Error() string { return e.Field + ": " + e.Detail }

// What a zone may have.
const (
	MaxName    = 200 // characters
	maxWindows = 21
)

func within[N int | float64](field string, n, least, most N) error {
	if n >= least && n <= most { // false for NaN
		return nil
	}
	return &LimitError{field, fmt.Sprintf("Send a number from %v to %v.", least, most)}
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Check says which of a company's parameters is beyond a limit.
func (s Settings) Check() error {
	return first(
		within("exit_buffer_m", s.BufferM, 1, 1000), within("confirm_fixes", s.ConfirmFixes, 1, 20),
		within("confirm_s", s.ConfirmFor.Seconds(), 0, 3600), within("max_accuracy_m", s.MaxAccuracyM, 10, 100),
		within("max_age_s", s.MaxAge.Seconds(), 60, 86_400), within("max_gap_s", s.MaxGap.Seconds(), 60, 86_400),
	)
}

// CheckOwn says whether a zone's own name or one of its own parameters is beyond a limit. Any parameter may be nil.
func CheckOwn(name string, bufferM *float64, confirmFixes, confirmS *int) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > MaxName {
		return &LimitError{"name", fmt.Sprintf("Give the zone a name of at most %d characters.", MaxName)}
	}
	own := Defaults
	if bufferM != nil {
		own.BufferM = *bufferM
	}
	if confirmFixes != nil {
		own.ConfirmFixes = *confirmFixes
	}
	if confirmS != nil {
		own.ConfirmFor = time.Duration(min(*confirmS, math.MaxInt32)) * time.Second
	}
	return own.Check()
}
