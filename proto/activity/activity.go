// Package activity is the vocabulary of visits, tasks and shifts between services: the names of their event, kinds and states,
// and the one way to write and to read what an event says. The message is terrenov1.Activity; on the wire it is its client JSON.
package activity

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Domain is the second token of every activity's subject. The third is EventState, when something began or changed: this is how it
// is now. It is EventTracking when a company decided when its people are tracked.
const (
	Domain        = "actividad"
	EventState    = "estado"
	EventTracking = "rastreo"
)

// When people are tracked.
const (
	TrackAlways  = "always"
	TrackOnShift = "on_shift"
)

// What an activity is.
const (
	Visit = "visita"
	Task  = "tarea"
	Shift = "jornada"
	// Help is a call for help: as long as it is open, and at most as long as a shift, people see where its user is, as in a shift. Only
	// services hear of it.
	Help = "auxilio"
)

// States of visits and tasks. The last three are ends.
const (
	Pending    = "pendiente"
	Accepted   = "aceptada"
	OnTheWay   = "en_ruta"
	OnSite     = "en_sitio"
	Completed  = "completada"
	Incomplete = "incompleta"
	Cancelled  = "cancelada"
)

// States of shifts. A call for help is en_curso or terminada.
const (
	Working = "en_curso"
	Paused  = "en_pausa"
	Over    = "terminada"
)

// ReasonClose is the reason of a visit that the end of the day closed.
const ReasonClose = "cierre"

// MaxBytes is the size of the largest event, in bytes of JSON. ACTIVITY is read by every socket that reconnects.
const MaxBytes = 4000

// States returns the states of a kind of activity, or nil for an unknown one.
func States(tipo string) []string {
	switch tipo {
	case Visit, Task:
		return []string{Pending, Accepted, OnTheWay, OnSite, Completed, Incomplete, Cancelled}
	case Shift:
		return []string{Working, Paused, Over}
	case Help:
		return []string{Working, Over}
	}
	return nil
}

// Shows says whether people see what was recorded within an activity of this kind where positions outside shifts are hidden.
func Shows(tipo string) bool { return tipo == Shift || tipo == Help }

// Withdrawn returns the event for a user who has the activity no longer. It says nothing of who has it now.
func Withdrawn(m *terrenov1.Activity, user string) *terrenov1.Activity {
	return &terrenov1.Activity{Id: m.Id, Tipo: m.Tipo, Version: m.Version, UserId: user, Retirada: true}
}

// Fit shortens the texts of an activity until its JSON has at most MaxBytes, the least needed first. It cuts between
// characters, and sets Cut.
func Fit(m *terrenov1.Activity) {
	for _, text := range []*string{&m.Notes, &m.Reason, &m.Address, &m.PlaceName, &m.Title} {
		over := size(m) - MaxBytes
		if over <= 0 {
			return
		}
		m.Cut = true
		*text = shorten(*text, over)
	}
}

// size is the length of the longest client JSON of a message: one with all fields that are not set. protojson varies its
// white space, so blanks count too.
func size(m *terrenov1.Activity) int {
	raw, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(m)
	if err != nil {
		return 0 // A text is not UTF-8. Whoever sends the event gets the error.
	}
	return len(raw)
}

// shorten removes characters from the end until at least so many bytes of JSON are gone, or all of them.
func shorten(text string, bytes int) string {
	for bytes > 0 && text != "" {
		r, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
		bytes -= n
		if r == '"' || r == '\\' || r == '\n' { // JSON writes a backslash before it; other control characters take more.
			bytes--
		}
	}
	return text
}

// Read reads the body of actividad:estado. It checks the body against the subject, and ignores fields that it does not know.
// After an error no retry will help.
func Read(s subject.Subject, body []byte) (*terrenov1.Activity, error) {
	m := &terrenov1.Activity{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("decode an activity: %w", err)
	}
	if s.Domain() != Domain || s.Event() != EventState || m.Id != s.Entity() {
		return nil, fmt.Errorf("the message %s is not about activity %q", s.ClientEvent(), m.Id)
	}
	states := States(m.Tipo)
	if states == nil {
		return nil, fmt.Errorf("an activity of unknown tipo %q", m.Tipo)
	}
	for _, id := range []string{m.UserId, m.TeamId, m.PlaceId} {
		if err := subject.CheckID(id); id != "" && err != nil {
			return nil, fmt.Errorf("an id of an activity: %w", err)
		}
	}
	if m.Retirada {
		return m, nil
	}
	if !slices.Contains(states, m.State) {
		return nil, fmt.Errorf("a %s in the unknown state %q", m.Tipo, m.State)
	}
	if m.Since.CheckValid() != nil || m.From.CheckValid() != nil || m.Until != nil && m.Until.CheckValid() != nil || m.Until == nil && !Shows(m.Tipo) {
		return nil, errors.New("an activity without the instants since, from and until")
	}
	return m, nil
}

// ReadTracking reads the body of actividad:rastreo, as Read does that of actividad:estado.
func ReadTracking(s subject.Subject, body []byte) (*terrenov1.ActivityTracking, error) {
	m := &terrenov1.ActivityTracking{}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("decode when people are tracked: %w", err)
	}
	if s.Domain() != Domain || s.Event() != EventTracking || s.Entity() != s.Tenant() {
		return nil, fmt.Errorf("the message %s does not say when people are tracked", s.ClientEvent())
	}
	if m.Tracking != TrackAlways && m.Tracking != TrackOnShift || m.Since.CheckValid() != nil {
		return nil, fmt.Errorf("tracking %q, or since when it is so", m.Tracking)
	}
	return m, nil
}
