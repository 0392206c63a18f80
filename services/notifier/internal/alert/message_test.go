package alert_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// body is an alert:nueva as geofence writes it; nil takes a member away.
func body(changes map[string]any) []byte {
	b := map[string]any{
		"id": "a1", "type": "outside_zone", "user_id": "ana", "started_at": "2026-03-08T12:00:00Z", "lat": -12.0464, "lon": -77.0428,
		"accuracy_m": 8.5, "distance_m": 140.25, "raised_at": "2026-03-08T12:01:10.250Z", "zones": []string{"centro", "puerto"},
	}
	maps.Copy(b, changes)
	maps.DeleteFunc(b, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(b)
	if err != nil {
		panic(fmt.Sprintf("encode a body: %v", err))
	}
	return raw
}

var ended = map[string]any{"ended_at": "2026-03-08T13:00:00Z", "end_reason": "returned"}

func about(t testing.TB, event, id string) subject.Subject {
	t.Helper()
	s, err := subject.New("acme", alert.Domain, event, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestReadTakesEachEvent(t *testing.T) {
	t.Parallel()
	for event, c := range map[string]struct {
		body []byte
		want alert.Entry
		late bool
	}{
		alert.EventNew:    {body(nil), alert.Entry{What: "raised", At: began.Add(70*time.Second + 250*time.Millisecond)}, false},
		alert.EventLate:   {body(map[string]any{"late": true}), alert.Entry{What: "late", At: began.Add(70*time.Second + 250*time.Millisecond)}, true},
		alert.EventClosed: {body(ended), alert.Entry{What: "closed", At: began.Add(time.Hour), Note: "returned"}, false},
	} {
		m, err := alert.Read(about(t, event, "a1"), c.body)
		if err != nil || m.Entry != c.want || m.Company != "acme" || m.ID != "a1" || m.Facts.Late != c.late {
			t.Errorf("%s: %+v, %v", event, m, err)
		}
		f := m.Facts
		if f.User != "ana" || f.Type != "outside_zone" || !f.StartedAt.Equal(began) || f.Lat != -12.0464 || *f.AccuracyM != 8.5 ||
			*f.DistanceM != 140.25 || strings.Join(f.Zones, " ") != "centro puerto" {
			t.Errorf("%s: facts %+v", event, f)
		}
	}
	// A newer publisher, and one that pretends to know what people did.
	m, err := alert.Read(about(t, alert.EventNew, "a1"), body(map[string]any{
		"severity": "high", "status": "resuelta", "resolved_by": "mallory", "zones": nil, "accuracy_m": nil, "distance_m": nil,
		"started_at": "2026-03-08T12:00:00.000999Z",
	}))
	if err != nil || m.Facts.Zones == nil || m.Facts.AccuracyM != nil || m.Facts.DistanceM != nil || !m.Facts.StartedAt.Equal(began) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestReadRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 65)
	for name, c := range map[string]struct {
		event string
		body  []byte
	}{
		"no JSON":                  {alert.EventNew, []byte("\xff{")},
		"empty":                    {alert.EventNew, nil},
		"another id":               {alert.EventNew, body(map[string]any{"id": "a2"})},
		"no id":                    {alert.EventNew, body(map[string]any{"id": nil})},
		"no user":                  {alert.EventNew, body(map[string]any{"user_id": nil})},
		"a user with a wildcard":   {alert.EventNew, body(map[string]any{"user_id": "ana.>"})},
		"a long user":              {alert.EventNew, body(map[string]any{"user_id": long})},
		"no type":                  {alert.EventNew, body(map[string]any{"type": ""})},
		"a long type":              {alert.EventNew, body(map[string]any{"type": long})},
		"no start":                 {alert.EventNew, body(map[string]any{"started_at": nil})},
		"no confirmation":          {alert.EventNew, body(map[string]any{"raised_at": nil})},
		"a start that is no time":  {alert.EventNew, body(map[string]any{"started_at": "yesterday"})},
		"north of the pole":        {alert.EventNew, body(map[string]any{"lat": 90.1})},
		"beyond the date line":     {alert.EventNew, body(map[string]any{"lon": -180.1})},
		"no number":                {alert.EventNew, body(map[string]any{"lat": "NaN"})},
		"an accuracy below zero":   {alert.EventNew, body(map[string]any{"accuracy_m": -1})},
		"an endless accuracy":      {alert.EventNew, body(map[string]any{"accuracy_m": "Infinity"})},
		"an endless distance":      {alert.EventNew, body(map[string]any{"distance_m": "-Infinity"})},
		"a distance that is none":  {alert.EventNew, body(map[string]any{"distance_m": "NaN"})},
		"too many zones":           {alert.EventNew, body(map[string]any{"zones": strings.Split(strings.Repeat("z ", 51), " ")[:51]})},
		"a zone that is no id":     {alert.EventNew, body(map[string]any{"zones": []string{"a b"}})},
		"new and late":             {alert.EventNew, body(map[string]any{"late": true})},
		"new and over":             {alert.EventNew, body(ended)},
		"late and not late":        {alert.EventLate, body(nil)},
		"closed and not over":      {alert.EventClosed, body(nil)},
		"over without a reason":    {alert.EventClosed, body(map[string]any{"ended_at": "2026-03-08T13:00:00Z"})},
		"over without an instant":  {alert.EventClosed, body(map[string]any{"end_reason": "returned"})},
		"over for a story":         {alert.EventClosed, body(map[string]any{"ended_at": "2026-03-08T13:00:00Z", "end_reason": "he came back"})},
		"an event that is not its": {alert.EventUpdated, body(nil)},
	} {
		if m, err := alert.Read(about(t, c.event, "a1"), c.body); err == nil {
			t.Errorf("%s: taken as %+v", name, m)
		}
	}
	if _, err := alert.Read(about(t, alert.EventNew, "a1"), body(map[string]any{"zones": strings.Split(strings.Repeat("z ", 51), " ")[:50]})); err != nil {
		t.Errorf("50 zones: %v", err)
	}
}

func TestClientJSONIsTheAlertOnOneLine(t *testing.T) {
	t.Parallel()
	m, err := alert.Read(about(t, alert.EventClosed, "a1"), body(map[string]any{"ended_at": "2026-03-08T13:00:00Z", "end_reason": "returned", "lat": 0}))
	if err != nil {
		t.Fatal(err)
	}
	a := alert.Alert{Company: "acme", ID: "a1", Facts: m.Facts}
	a.Handling, _ = alert.Handling{Status: alert.New}.Act(alert.Action{What: alert.WhatAcknowledged, By: "eva", At: began, Note: "\"voy\"\n<ya>"})
	got, err := a.ClientJSON()
	const want = `{"id":"a1","type":"outside_zone","user_id":"ana","late":false,"started_at":"2026-03-08T12:00:00Z","lat":0,"lon":-77.0428,` +
		`"accuracy_m":8.5,"distance_m":140.25,"raised_at":"2026-03-08T12:01:10.250Z","zones":["centro","puerto"],"ended_at":"2026-03-08T13:00:00Z",` +
		`"end_reason":"returned","status":"reconocida","acknowledged_by":"eva","acknowledged_at":"2026-03-08T12:00:00Z",` +
		`"acknowledged_note":"\"voy\"\n<ya>","resolved_by":"","resolved_note":""}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

// Whatever comes: no panic, and what is read is about the alert of its subject, within bounds, and reads back as the same.
func FuzzRead(f *testing.F) {
	f.Add("nueva", body(nil))
	f.Add("tardia", body(map[string]any{"late": true, "zones": nil}))
	f.Add("cerrada", body(ended))
	f.Add("cerrada", []byte(`{"id":"a1","type":"t","userId":"u","startedAt":"0001-01-01T00:00:00Z","raisedAt":"9999-12-31T23:59:59.999999999Z","lat":"-0","endedAt":"1969-12-31T23:59:59.9999Z","endReason":"r"}`))
	f.Add("actualizada", []byte(`{}`))
	f.Fuzz(func(t *testing.T, event string, raw []byte) {
		s, err := subject.New("acme", alert.Domain, event, "a1")
		if err != nil {
			return
		}
		m, err := alert.Read(s, raw)
		if err != nil {
			return
		}
		if m.ID != "a1" || m.Company != "acme" || len(m.Facts.Zones) > alert.MaxZones || m.Facts.User == "" || m.Entry.What == "" {
			t.Fatalf("read %+v", m)
		}
		if same, err := m.Facts.With(m.Facts); err != nil || !same.Equal(m.Facts) {
			t.Fatalf("with itself it is %+v, %v", same, err)
		}
		out, err := alert.Alert{Company: m.Company, ID: m.ID, Facts: m.Facts, Handling: alert.Handling{Status: alert.New}}.ClientJSON()
		if err != nil {
			t.Fatal(err)
		}
		again, err := alert.Read(s, out)
		if err != nil || !again.Facts.Equal(m.Facts) || again.Entry != m.Entry {
			t.Fatalf("%s\nreads back as %+v, %v\nwant %+v", out, again, err, m)
		}
	})
}
