package store

import "errors"

// Errors that the HTTP side tells apart.
var (
	ErrNoPlace       = errors.New("no such place")
	ErrNoVisit       = errors.New("no such visit")
	ErrIDTaken       = errors.New("another one has this id")
	ErrExternalTaken = errors.New("another one has this external id")
	ErrPlaceChanged  = errors.New("the place was changed meanwhile")
	ErrTooManyPlaces = errors.New("too many places")
	ErrPlaceArchived = errors.New("the place is archived")
	ErrNoWorker      = errors.New("no such user among those whom the viewer may see")
	ErrNoTeam        = errors.New("no such team among those of the viewer")
	ErrNobody        = errors.New("a supervisor names a worker or a team")
	ErrNoSeries      = errors.New("no such series")
	ErrTooManySeries = errors.New("too many series")
	ErrSeriesPassed  = errors.New("all visits of the series have passed")
)

// Errors of an action.
var (
	ErrVersionMissing = errors.New("what the office does names the version that it saw")
	ErrForbidden      = errors.New("an action that the viewer may not do")
	ErrReasonMissing  = errors.New("an action that needs a reason")
	ErrTooOld         = errors.New("it happened too long ago")
	ErrAhead          = errors.New("it has not happened yet")
	ErrTooManyPhotos  = errors.New("the visit has too many photos")
	ErrPhotoRoom      = errors.New("the photos of the company have no room left")
	ErrNoPhoto        = errors.New("no such photo")
	ErrTooManyActions = errors.New("the visit has too many actions")
	ErrEnded          = errors.New("the visit has ended")
	ErrNotEnded       = errors.New("the visit has not ended")
	ErrNotCorrectable = errors.New("there is no such check-in or check-out")
	ErrClosing        = errors.New("the visit is being closed")
)

// ConflictError says that somebody changed a visit meanwhile. Current is the visit as it is now.
type ConflictError struct{ Current Visit }

func (e *ConflictError) Error() string { return "the visit was changed meanwhile" }

// ErrNoUser says that the viewer may see no user with this id.
var ErrNoUser = errors.New("no such user")

// Errors of plans and hours.
var (
	ErrUnknownTeam         = errors.New("no such team among those that the viewer may see")
	ErrNothingToObject     = errors.New("neither the office nor the close did anything to it")
	ErrNoShift             = errors.New("no such shift of the viewer")
	ErrShiftNothing        = errors.New("there is no such action of a shift")
	ErrIdleCorrection      = errors.New("the correction would change nothing")
	ErrOpenShift           = errors.New("a shift of the period lasts")
	ErrApproved            = errors.New("hours of the period are approved already")
	ErrPeriodLasts         = errors.New("the period is not over")
	ErrTooManyHours        = errors.New("more hours than one answer holds")
	ErrTooManyShiftActions = errors.New("the user's shifts have too many actions")
	ErrNoApproval          = errors.New("no such approval of this user's hours")
	ErrOwnHours            = errors.New("a supervisor does not plan, correct or approve its own work")
)
