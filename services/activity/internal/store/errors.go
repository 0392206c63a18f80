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
)
