// Package notice holds the rules of telling people something: the kinds of notices, whom each is for, what it says and when it no
// longer helps. It does no I/O, and takes the time as an argument.
package notice

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
)

// Kinds of notices. They are stored, and people turn them off by these names.
const (
	KindPanic        = "panic"
	KindOutsideZone  = "outside_zone"
	KindForbidden    = "forbidden_zone"
	KindInactivity   = "inactivity"
	KindLowBattery   = "low_battery"
	KindSystem       = "system"
	KindVisitNew     = "visit_new"
	KindVisitMoved   = "visit_moved"
	KindVisitOff     = "visit_cancelled"
	KindVisitTaken   = "visit_taken"
	KindVisitsOpen   = "visits_open"
	KindChat         = "chat"
	KindFirstVisit   = "reminder_first_visit"
	KindTomorrow     = "reminder_tomorrow"
	KindShiftOpen    = "reminder_shift_open"
	KindPendingTasks = "reminder_pending"
	KindWebhookOff   = "webhook_off"
	KindTest         = "test"
)

// Notice is one thing that one person is told.
type Notice struct {
	// User is whom it tells, and Kind is one of the kinds.
	User, Kind string
	// Text is the name of the text; the kind's own if it is empty.
	Text string
	// Ref is what it is about: alert/ID, visit/ID, conversation/ID, or empty.
	Ref string
	// Once tells apart the notices of one kind about one thing to one person, for example the version of a visit that was moved twice.
	Once string
	// Args fill the placeholders of the text, such as name. A date is written 2026-03-08; each language shows it in its own way.
	Args map[string]string
	// Urgent notices take a lane of their own and pass quiet hours.
	Urgent bool
	// Until is when a push no longer helps anybody; UsuallyUseful from now if it is zero.
	Until time.Time
}

// ID is the same for the same notice. Two equal notices are told once.
func (n Notice) ID(company string) string { return Hash(company, n.User, n.Kind, n.Ref, n.Once) }

// TokenID is the name of a device's token, which says nothing about it.
func TokenID(token string) string { return Hash(token) }

// Hash is an id made of parts: the same for the same parts.
func Hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// UsuallyUseful is how long a push helps if its notice does not say.
const UsuallyUseful = 12 * time.Hour

// Why no device is told of a notification.
const (
	SkippedOff      = "off"       // the person turned the kind off
	SkippedQuiet    = "quiet"     // it is a quiet hour of the person
	SkippedExpired  = "expired"   // it was too late when it came
	SkippedNoDevice = "no_device" // no device of the person takes pushes
	SkippedOutdated = "outdated"  // a newer notification says it; the person does not list this one
)

// Told is what became of notices.
type Told struct {
	// People are those for whom a notification was written now, and Devices how many pushes are on their way.
	People  []string
	Devices int
	// Known are those who had been told before.
	Known []string
	// Silent are those of People none of whose devices is told.
	Silent []string
	// Gone are those who are not active in the company, or whose company is suspended: nothing is written for them.
	Gone []string
}
