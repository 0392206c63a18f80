package visit

import (
	"errors"
	"fmt"
)

// What a company does about a check-in far from the site.
const (
	// PolicyNote keeps the distance, and no more.
	PolicyNote = "note"
	// PolicyReason takes such a check-in only with a reason.
	PolicyReason = "reason"
	// PolicyRefuse does not take it.
	PolicyRefuse = "refuse"
)

const (
	// maxMaxM limits how far from the site a company may allow.
	maxMaxM = 100_000
	// creditM is how much of an accuracy counts in the worker's favour. Whoever claims to be somewhere in the city is not there.
	creditM = 200
)

// Policy is what a company decided about check-ins.
type Policy struct {
	Policy string
	// MaxM is how far from the edge of the site a check-in may be, in metres.
	MaxM int
}

// Check says what is wrong with a policy that a company wants.
func (p Policy) Check() error {
	if p.Policy != PolicyNote && p.Policy != PolicyReason && p.Policy != PolicyRefuse || p.MaxM < 0 || p.MaxM > maxMaxM {
		return errors.New("a policy for check-ins is note, reason or refuse, and 0 to 100000 metres")
	}
	return nil
}

// TooFarError refuses a check-in. BeyondM is how far from the edge of the site it is, in the worker's favour, -1 when its position is
// not known.
type TooFarError struct {
	BeyondM, MaxM int
	// Reason says that a reason would be enough.
	Reason bool
}

func (e *TooFarError) Error() string {
	return fmt.Sprintf("a check-in %d m from the site, of at most %d m", e.BeyondM, e.MaxM)
}

// Judge refuses a check-in of a worker at a site with a radius, or returns nil. Without a site nothing is refused. A position that
// is not known is too far.
func (p Policy) Judge(at *Where, radiusM *float64, reason string) error {
	if p.Policy == PolicyNote || radiusM == nil || p.Policy == PolicyReason && reason != "" {
		return nil
	}
	refused := &TooFarError{BeyondM: -1, MaxM: p.MaxM, Reason: p.Policy == PolicyReason}
	if at == nil || at.DistanceM == nil {
		return refused
	}
	credit := 0.0
	if at.AccuracyM != nil {
		credit = min(*at.AccuracyM, creditM)
	}
	beyond := *at.DistanceM - *radiusM - credit
	if beyond <= float64(p.MaxM) {
		return nil
	}
	refused.BeyondM = int(beyond)
	return refused
}
