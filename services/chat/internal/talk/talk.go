// Package talk has the rules of conversations: who is in one and sees which part of it, who may write, what a message is, and until when
// it may be changed. It is pure.
package talk

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/proto/audience"
)

// Kinds of conversations.
const (
	Private   = "private"
	Group     = "group"
	Visit     = "visit"
	Team      = "team"
	Broadcast = "broadcast"
)

// Roles of a member.
const (
	Owner  = "owner"
	Member = "member"
)

// Kinds of messages. A client sends no System.
const (
	Text     = "text"
	Location = "location"
	Photo    = "photo"
	File     = "file"
	System   = "system"
)

// What a line of the system says.
const (
	LineCreated = "created"
	LineJoined  = "joined"
	LineLeft    = "left"
	LineRemoved = "removed"
	LineRenamed = "renamed"
)

// With whom a colaborador may talk.
const (
	Everybody   = "everybody"
	Supervisors = "supervisors"
)

// Limits. Lengths are in characters.
const (
	MaxText      = 8000
	MaxTitle     = 100
	MaxMembers   = audience.MaxUsers
	MaxMentions  = 20
	MaxName      = 200
	EditWithin   = 15 * time.Minute
	sentAtMost   = 30 * 24 * time.Hour
	sentAhead    = 5 * time.Minute
	maxAccuracyM = 100_000
)

// HasMembers says whether the people of a kind of conversation are chosen. Of the others they follow from the visit, the team or the
// company.
func HasMembers(kind string) bool { return kind == Private || kind == Group }

// Place is the part of a conversation that somebody may read: the messages after From, up to To. To is the largest number while somebody
// is in it.
type Place struct {
	From, To int64
	// Writes says whether the person may write, too.
	Writes bool
	// Role is owner or member.
	Role string
}

// Open is the end of a part that goes on.
const Open = math.MaxInt64

// Sees says whether the part contains a message.
func (p Place) Sees(seq int64) bool { return seq > p.From && seq <= p.To }

// Seat is somebody's own row in a conversation with members.
type Seat struct {
	Role   string
	Joined int64
	// Left is nil while the person is in it.
	Left *int64
}

// Of is what decides who is in a conversation without members.
type Of struct {
	// Worker of a visit, and its teams: the worker's and the visit's own.
	Worker string
	Teams  []string
	// Team of a team's conversation.
	Team string
}

// Find returns which part of a conversation somebody may read. seat is nil for somebody who was never in it. ok is false for somebody who
// may not know of it.
func Find(kind string, of Of, seat *Seat, v audience.Viewer, keep bool) (p Place, ok bool) {
	office := v.Role == audience.RoleAdmin || v.Role == audience.RoleSupervisor
	switch kind {
	case Private, Group:
		switch {
		case seat == nil || seat.Left != nil && !keep:
			return Place{}, false
		case seat.Left != nil:
			return Place{From: seat.Joined, To: *seat.Left, Role: Member}, true
		}
		return Place{From: seat.Joined, To: Open, Writes: true, Role: seat.Role}, true
	case Team:
		ok = slices.Contains(v.Teams, of.Team)
	case Visit:
		ok = v.User == of.Worker || v.Role == audience.RoleAdmin ||
			v.Role == audience.RoleSupervisor && slices.ContainsFunc(v.Teams, func(t string) bool { return slices.Contains(of.Teams, t) })
	case Broadcast:
		return Place{To: Open, Writes: office, Role: Member}, true
	}
	return Place{To: Open, Writes: ok, Role: Member}, ok
}

// Audience returns who hears what happens in a conversation: of members those that are in it.
func Audience(kind string, of Of, members []string) audience.Audience {
	switch kind {
	case Team:
		return audience.Audience{Members: []string{of.Team}}
	case Visit:
		a := audience.Audience{Teams: of.Teams, Roles: []string{audience.RoleAdmin}}
		if of.Worker != "" {
			a.Users = []string{of.Worker}
		}
		return a
	case Broadcast:
		return audience.Audience{Roles: []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}}
	}
	return audience.Audience{Users: members}
}

// MayTalk says whether two people may have a conversation: with Supervisors, a colaborador only with the admins and with the supervisors
// of its teams.
func MayTalk(who string, a, b audience.Viewer) bool {
	if who != Supervisors {
		return true
	}
	above := func(boss, worker audience.Viewer) bool {
		return boss.Role == audience.RoleAdmin || boss.Role == audience.RoleSupervisor &&
			slices.ContainsFunc(worker.Teams, func(t string) bool { return slices.Contains(boss.Teams, t) })
	}
	if a.Role != audience.RoleColaborador && b.Role != audience.RoleColaborador {
		return true
	}
	return a.Role != audience.RoleColaborador && above(a, b) || b.Role != audience.RoleColaborador && above(b, a)
}

// Pair names a private conversation by its two people.
func Pair(a, b string) string { return min(a, b) + " " + max(a, b) }

// Title checks a title.
func Title(typed string) (string, error) { return text.Line(typed, MaxTitle) }

// Draft is a message that somebody sends.
type Draft struct {
	Kind     string   `json:"kind"`
	Text     string   `json:"text"`
	Lat      *float64 `json:"lat"`
	Lon      *float64 `json:"lon"`
	Accuracy *float64 `json:"accuracy_m"`
	FileID   string   `json:"file_id"`
	ReplyTo  int64    `json:"reply_to"`
	Mentions []string `json:"mentions"`
	// SentAt is when the sender's device says that it was written.
	SentAt *time.Time `json:"sent_at"`
}

// ErrEmpty says that a message says nothing.
var ErrEmpty = errors.New("is empty: write something")

// FieldError is what is wrong with a field of a draft, in words that continue a sentence that begins with its name.
type FieldError struct {
	Field string
	Why   error
}

func (e *FieldError) Error() string { return e.Field + " " + e.Why.Error() }

func wrong(field, why string, args ...any) error { return &FieldError{field, fmt.Errorf(why, args...)} }

// Check cleans a draft and says what is wrong with it. It is a *FieldError.
func (d *Draft) Check() error {
	var err error
	if d.Text, err = Body(d.Text); err != nil {
		return &FieldError{"text", err}
	}
	hasPlace := d.Lat != nil || d.Lon != nil || d.Accuracy != nil
	switch d.Kind {
	case Text:
		if text.Clean(d.Text) == "" { // what nobody can see says nothing
			return &FieldError{"text", ErrEmpty}
		}
	case Location:
		switch {
		case d.Lat == nil || d.Lon == nil:
			return wrong("lat", "and lon are missing: a location needs both")
		case !(math.Abs(*d.Lat) <= 90):
			return wrong("lat", "must be from -90 to 90 degrees")
		case !(math.Abs(*d.Lon) <= 180):
			return wrong("lon", "must be from -180 to 180 degrees")
		case d.Accuracy != nil && !(*d.Accuracy >= 0 && *d.Accuracy <= maxAccuracyM):
			return wrong("accuracy_m", "must be from 0 to %d metres", maxAccuracyM)
		}
	case Photo, File:
		if d.FileID == "" {
			return wrong("file_id", "is missing: send the file first, then the message that shows it")
		}
	default:
		return wrong("kind", "must be text, location, photo or file")
	}
	switch {
	case d.Kind != Location && hasPlace:
		return wrong("lat", "belongs to a message of kind location")
	case d.Kind != Photo && d.Kind != File && d.FileID != "":
		return wrong("file_id", "belongs to a message of kind photo or file")
	case d.ReplyTo < 0:
		return wrong("reply_to", "must be the seq of a message")
	}
	slices.Sort(d.Mentions)
	d.Mentions = slices.Compact(d.Mentions)
	if len(d.Mentions) > MaxMentions {
		return wrong("mentions", "has %d people: mention at most %d", len(d.Mentions), MaxMentions)
	}
	return nil
}

// Body cleans what a message says. Marks that turn the direction of what follows are taken out, so that no text disguises another;
// those that keep scripts and emoji together stay.
func Body(typed string) (string, error) {
	if !utf8.ValidString(typed) { // strings.Map would hide it
		return "", errors.New("is not valid UTF-8 text")
	}
	if len(typed) > 4*MaxText { // before it is looked at rune by rune
		return "", fmt.Errorf("has %d characters: write at most %d", utf8.RuneCountInString(typed), MaxText)
	}
	return text.Prose(strings.Map(func(r rune) rune {
		if r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, typed), MaxText)
}

// Believed returns when a message was written, if the clock of the device can be believed; else nil. The order of messages is that of
// their arrival in any case.
func Believed(sent *time.Time, now time.Time) *time.Time {
	if sent == nil || sent.After(now.Add(sentAhead)) || sent.Before(now.Add(-sentAtMost)) {
		return nil
	}
	t := sent.UTC().Truncate(time.Millisecond)
	return &t
}
