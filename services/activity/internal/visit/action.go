package visit

import (
	"maps"
	"slices"
	"time"
)

// Kind is what somebody did. The words are part of the API.
type Kind string

// The kinds of actions.
const (
	// Assign gives the visit to Worker, or to nobody, and to Team, or to none. The visit begins again, unless it has ended.
	Assign Kind = "assign"
	// Reschedule moves the window. Where the visit stands stays.
	Reschedule Kind = "reschedule"
	// Accept, SetOut, CheckIn and CheckOut are the worker's way through a visit. Each may skip what is before it, but a CheckOut needs a
	// CheckIn.
	Accept   Kind = "accept"
	SetOut   Kind = "set_out"
	CheckIn  Kind = "check_in"
	CheckOut Kind = "check_out"
	// Fail is a worker who could not do it, with a reason.
	Fail Kind = "fail"
	// Cancel is the office, with a reason.
	Cancel Kind = "cancel"
	// Reopen lets a visit that ended begin again.
	Reopen Kind = "reopen"
	// Close is the end of the day.
	Close Kind = "close"
	// Correct replaces when a check-in or a check-out happened (Corrects, At).
	Correct Kind = "correct"
	// Note is a remark of anybody, and TakePhoto a photo.
	Note      Kind = "note"
	TakePhoto Kind = "photo"
	// Object is a worker who does not agree with what the office or the close of the day made of the visit, with a text.
	Object Kind = "object"
)

// Where is where a phone was. DistanceM is from the site, in metres, nil for a visit without a place.
type Where struct {
	Lat, Lon  float64
	AccuracyM *float64
	DistanceM *float64
	Mock      bool
}

// Action is something that somebody did to a visit. It never changes once it is known.
type Action struct {
	// Key is the client's idempotency key, unique in the visit.
	Key  string
	Kind Kind
	// At is when it happened, by the clock of whoever did it, and Received when Terreno got to know. At decides.
	At, Received time.Time
	// By is who did it; empty for the close of the day.
	By string
	// Office says that a supervisor or an admin did it: also for a worker, who is then not asked to be assigned.
	Office bool
	Device string
	Where  *Where
	Reason string
	// Worker and Team of an Assign, Window of a Reschedule.
	Worker, Team string
	Window       Window
	// Answers are to the checklist. Any action may bring some.
	Answers []Answer
	// Corrects is the key of the action that a Correct replaces.
	Corrects string
	// Photo is what a TakePhoto added.
	Photo *Photo
}

// Photo is a picture that somebody took. ID is what people know it by, and File the name of the file that holds it.
type Photo struct {
	ID, File string
	// Type is its media type.
	Type  string
	Bytes int64
}

// steps are the places of kinds among actions of the same instant: an earlier step comes first, so that a check-in and a check-out
// of one second make a visit.
var steps = map[Kind]int{
	Reopen: 1, Assign: 2, Reschedule: 3, Accept: 4, SetOut: 5, CheckIn: 6, CheckOut: 7, Fail: 8, Cancel: 9, Close: 10, Correct: 11, Note: 12, TakePhoto: 13, Object: 14,
}

// Kinds returns all kinds, in the order of steps.
func Kinds() []Kind {
	return slices.SortedFunc(maps.Keys(steps), func(a, b Kind) int { return steps[a] - steps[b] })
}

// Known says whether there is such a kind.
func (k Kind) Known() bool { return steps[k] > 0 }

// Decided says that it is a decision of the office, which takes effect when it arrives.
func (k Kind) Decided() bool { return k == Assign || k == Reschedule || k == Cancel || k == Reopen }

// Remarked says that it changes nothing of the visit, and anybody may do it who has the visit or had it.
func (k Kind) Remarked() bool { return k == Note || k == TakePhoto || k == Object }

// Walked says that it is a step of the worker's way, which only the assigned worker takes, or the office for them.
func (k Kind) Walked() bool {
	return k == Accept || k == SetOut || k == CheckIn || k == CheckOut || k == Fail
}
