package alert

import (
	"errors"
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Read reads the body of alerta:nueva, alerta:sistema, alerta:tardia or alerta:cerrada. It checks the body against the subject, which
// names the company and the alert. It ignores fields that it does not know, and what the body says people did, because
// only the inbox knows that. After an error no retry will help.
func Read(s subject.Subject, body []byte) (Alert, error) {
	var m terrenov1.Alert
	// A newer publisher may send fields that this service does not know.
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, &m); err != nil {
		return Alert{}, fmt.Errorf("decode an alert: %w", err)
	}
	if m.Id != s.Entity() {
		return Alert{}, errors.New("the alert's id is not that of its subject")
	}
	a, err := read(&m)
	if err != nil {
		return Alert{}, err
	}
	if s.Domain() != Domain || s.Event() != a.Event() {
		return Alert{}, fmt.Errorf("an alert that is late=%t ended=%t is no %s", a.Late, a.EndedAt != nil, s.ClientEvent())
	}
	return a, nil
}

func read(m *terrenov1.Alert) (a Alert, err error) {
	if err := checkIDs(m); err != nil {
		return Alert{}, err
	}
	if m.DistanceM != nil && !finite(*m.DistanceM) {
		return Alert{}, errors.New("distance_m of an alert is no length")
	}
	a = Alert{
		ID: m.Id, Type: m.Type, User: m.UserId, Late: m.Late, DistanceM: m.DistanceM, Zones: append([]string{}, m.Zones...),
		EndReason: m.EndReason,
	}
	if a.Place, err = place(m); err != nil {
		return Alert{}, err
	}
	if a.StartedAt, err = instant("started_at", m.StartedAt); err != nil {
		return Alert{}, err
	}
	if a.RaisedAt, err = instant("raised_at", m.RaisedAt); err != nil {
		return Alert{}, err
	}
	if a.EndedAt, err = end(m); err != nil {
		return Alert{}, err
	}
	a.Why, err = why(m)
	return a, err
}

func why(m *terrenov1.Alert) (w Why, err error) {
	w = Why{Cause: m.Cause, Battery: m.Battery, People: m.People, PeopleOf: m.PeopleOf, Scope: m.Scope}
	for _, f := range []struct{ name, word string }{{"cause", m.Cause}, {"scope", m.Scope}} {
		if err := subject.CheckID(f.word); f.word != "" && err != nil {
			return Why{}, fmt.Errorf("%s of an alert: %w", f.name, err)
		}
	}
	if b := m.Battery; b != nil && !(*b >= 0 && *b <= 1) {
		return Why{}, errors.New("battery of an alert is not from 0 to 1")
	}
	if m.People < 0 || m.PeopleOf < m.People {
		return Why{}, errors.New("people of an alert must be from 0 to people_of")
	}
	for _, f := range []struct {
		name string
		from *timestamppb.Timestamp
		to   **time.Time
	}{{"cause_at", m.CauseAt, &w.CauseAt}, {"last_fix_at", m.LastFixAt, &w.LastFixAt}} {
		if f.from == nil {
			continue
		}
		at, err := instant(f.name, f.from)
		if err != nil {
			return Why{}, err
		}
		*f.to = &at
	}
	return w, nil
}

func checkIDs(m *terrenov1.Alert) error {
	if err := subject.CheckID(m.Type); err != nil {
		return fmt.Errorf("type of an alert: %w", err)
	}
	if m.Type == TypeSystem {
		if m.UserId != "" {
			return errors.New("an alert of type sistema has no user_id")
		}
	} else if err := subject.CheckID(m.UserId); err != nil {
		return fmt.Errorf("user_id of an alert: %w", err)
	}
	if len(m.Zones) > MaxZones {
		return fmt.Errorf("an alert names %d zones, at most %d are taken", len(m.Zones), MaxZones)
	}
	for _, zone := range m.Zones {
		if err := subject.CheckID(zone); err != nil {
			return fmt.Errorf("zone of an alert: %w", err)
		}
	}
	return nil
}

func place(m *terrenov1.Alert) (*Place, error) {
	switch {
	case (m.Lat == nil) != (m.Lon == nil):
		return nil, errors.New("an alert with a place needs both lat and lon, another one neither")
	case m.Lat == nil && m.AccuracyM != nil:
		return nil, errors.New("an alert without a place has no accuracy_m")
	case m.Lat == nil:
		return nil, nil
	// The condition is written so that NaN fails too.
	case !(math.Abs(*m.Lat) <= 90) || !(math.Abs(*m.Lon) <= 180):
		return nil, errors.New("the place of an alert is not on Earth")
	case m.AccuracyM != nil && !(*m.AccuracyM >= 0 && *m.AccuracyM <= math.MaxFloat32):
		return nil, errors.New("accuracy_m of an alert is no length")
	}
	return &Place{Lat: *m.Lat, Lon: *m.Lon, AccuracyM: m.AccuracyM}, nil
}

// end reads when and why the alert ended. An alert has both an instant and a reason, or neither.
func end(m *terrenov1.Alert) (*time.Time, error) {
	if (m.EndedAt == nil) != (m.EndReason == "") {
		return nil, errors.New("an alert that ended needs both ended_at and end_reason, another one neither")
	}
	if m.EndedAt == nil {
		return nil, nil
	}
	if err := subject.CheckID(m.EndReason); err != nil {
		return nil, fmt.Errorf("end_reason of an alert: %w", err)
	}
	at, err := instant("ended_at", m.EndedAt)
	return &at, err
}

func instant(name string, t *timestamppb.Timestamp) (time.Time, error) {
	if err := t.CheckValid(); err != nil {
		return time.Time{}, fmt.Errorf("%s of an alert: %w", name, err)
	}
	return t.AsTime().Truncate(time.Millisecond), nil
}

func finite(x float64) bool { return math.Abs(x) <= math.MaxFloat64 }

// ReadHelp reads a call for help from any event about an alert, also from alerta:actualizada; ok is false for an alert of another type.
// EndedAt is when the call ended or somebody resolved it, whichever came first, and nil while it is open. After an error no retry will
// help.
func ReadHelp(s subject.Subject, body []byte) (a Alert, ok bool, err error) {
	var m terrenov1.Alert
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, &m); err != nil {
		return Alert{}, false, fmt.Errorf("decode an alert: %w", err)
	}
	if m.Type != TypePanic {
		return Alert{}, false, nil
	}
	if m.Id != s.Entity() {
		return Alert{}, false, errors.New("the alert's id is not that of its subject")
	}
	if a, err = read(&m); err != nil || m.ResolvedAt == nil {
		return a, err == nil, err
	}
	resolved, err := instant("resolved_at", m.ResolvedAt)
	if a.EndedAt == nil || resolved.Before(*a.EndedAt) {
		a.EndedAt = &resolved
	}
	return a, err == nil, err
}
