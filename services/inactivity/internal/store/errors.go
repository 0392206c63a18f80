package store

import "errors"

// Errors that the HTTP side tells apart.
var (
	ErrNoUser = errors.New("no such user among those whom the viewer may see")
	ErrNoTeam = errors.New("no such team")
)

// ConflictError says that somebody changed settings meanwhile. Current are the settings as they are now.
type ConflictError struct{ Current Setting }

func (e *ConflictError) Error() string { return "the settings were changed meanwhile" }
