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

// The domain of an alert's subjects, and their events.
const (
	Domain       = "alerta"
	EventNew     = "nueva"
	EventLate    = "tardia"
	EventClosed  = "cerrada"
	EventUpdated = "actualizada"
)

// MaxZones is how many zones an alert names.
const MaxZones = 50

// Message is what one message of the stream says about an alert.
type Message struct {
	Company, ID string
	Facts       Facts
	// Entry is its line in the alert's log, but for when it was received.
	Entry Entry
}

// Read reads the body of an alerta:nueva, tardia or cerrada. Whose alert it is and which one, the subject says. What the
// body says of people's doings is left out: that is the inbox's own to know. An error says what no retry can mend.
func Read(s subject.Subject, body []byte) (Message, error) {
	var wire terrenov1.Alert
	// A newer publisher may say more than we know.
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, &wire); err != nil {
		return Message{}, fmt.Errorf("decode an alert: %w", err)
	}
	if wire.Id != s.Entity() {
		return Message{}, errors.New("the alert's id is not that of its subject")
	}
	facts, err := read(&wire)
	if err != nil {
		return Message{}, err
	}
	m := Message{Company: s.Tenant(), ID: wire.Id, Facts: facts}
	m.Entry, err = entryOf(s.Event(), facts)
	return m, err
}

// entryOf refuses a body that contradicts its event.
func entryOf(event string, f Facts) (Entry, error) {
	switch {
	case event == EventNew && !f.Late && f.EndedAt == nil:
		return Entry{What: WhatRaised, At: f.RaisedAt}, nil
	case event == EventLate && f.Late && f.EndedAt == nil:
		return Entry{What: WhatLate, At: f.RaisedAt}, nil
	case event == EventClosed && f.EndedAt != nil:
		return Entry{What: WhatClosed, At: *f.EndedAt, Note: f.EndReason}, nil
	default:
		return Entry{}, fmt.Errorf("an alert that is late=%t ended=%t is no %s:%s", f.Late, f.EndedAt != nil, Domain, event)
	}
}

func read(w *terrenov1.Alert) (f Facts, err error) {
	for name, id := range map[string]string{"type": w.Type, "user_id": w.UserId} {
		if err := subject.CheckID(id); err != nil {
			return Facts{}, fmt.Errorf("%s of an alert: %w", name, err)
		}
	}
	if err := checkPlace(w); err != nil {
		return Facts{}, err
	}
	if len(w.Zones) > MaxZones {
		return Facts{}, fmt.Errorf("an alert names %d zones, at most %d are taken", len(w.Zones), MaxZones)
	}
	for _, zone := range w.Zones {
		if err := subject.CheckID(zone); err != nil {
			return Facts{}, fmt.Errorf("zone of an alert: %w", err)
		}
	}
	f = Facts{
		Type: w.Type, User: w.UserId, Late: w.Late, Lat: w.Lat, Lon: w.Lon, AccuracyM: w.AccuracyM, DistanceM: w.DistanceM,
		Zones: append([]string{}, w.Zones...), EndReason: w.EndReason,
	}
	if f.StartedAt, err = instant("started_at", w.StartedAt); err != nil {
		return Facts{}, err
	}
	if f.RaisedAt, err = instant("raised_at", w.RaisedAt); err != nil {
		return Facts{}, err
	}
	return f, f.end(w)
}

// end reads when and why it was over: both or neither.
func (f *Facts) end(w *terrenov1.Alert) error {
	if (w.EndedAt == nil) != (w.EndReason == "") {
		return errors.New("an alert that ended needs both ended_at and end_reason, another one neither")
	}
	if w.EndedAt == nil {
		return nil
	}
	if err := subject.CheckID(w.EndReason); err != nil {
		return fmt.Errorf("end_reason of an alert: %w", err)
	}
	at, err := instant("ended_at", w.EndedAt)
	f.EndedAt = &at
	return err
}

func checkPlace(w *terrenov1.Alert) error {
	// Written so that NaN fails as well.
	if !(math.Abs(w.Lat) <= 90) || !(math.Abs(w.Lon) <= 180) {
		return errors.New("an alert has no place on Earth")
	}
	if w.AccuracyM != nil && !(*w.AccuracyM >= 0 && *w.AccuracyM <= math.MaxFloat32) {
		return errors.New("accuracy_m of an alert is no length")
	}
	if w.DistanceM != nil && !(math.Abs(*w.DistanceM) <= math.MaxFloat64) {
		return errors.New("distance_m of an alert is no length")
	}
	return nil
}

func instant(name string, t *timestamppb.Timestamp) (time.Time, error) {
	if err := t.CheckValid(); err != nil {
		return time.Time{}, fmt.Errorf("%s of an alert: %w", name, err)
	}
	return t.AsTime().Truncate(time.Millisecond), nil
}
