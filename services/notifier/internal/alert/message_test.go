package alert_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/clientjson"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// The tests of proto/alert cover what a body may say.
const (
	place = `"lat":0,"lon":-77.0428,"accuracy_m":8.5,"distance_m":140.25,`
	over  = `,"ended_at":"2026-03-08T13:00:00Z","end_reason":"returned"`
)

func body(more, end string) []byte {
	return []byte(`{"id":"a1","type":"outside_zone","user_id":"ana","started_at":"2026-03-08T12:00:00Z",` + more +
		`"raised_at":"2026-03-08T12:01:10.250Z","zones":["centro","puerto"]` + end + `}`)
}

func read(t *testing.T, event string, body []byte) alert.Message {
	t.Helper()
	s, err := subject.New("acme", wire.Domain, event, "a1")
	if err != nil {
		t.Fatal(err)
	}
	m, err := alert.Read(s, body)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestReadKnowsWhatHappened(t *testing.T) {
	t.Parallel()
	raisedAt := began.Add(70*time.Second + 250*time.Millisecond)
	for event, c := range map[string]struct {
		body []byte
		want alert.Entry
		late bool
	}{
		wire.EventNew:    {body(place, ""), alert.Entry{What: "raised", At: raisedAt}, false},
		wire.EventLate:   {body(place, `,"late":true`), alert.Entry{What: "late", At: raisedAt}, true},
		wire.EventClosed: {body(place, over), alert.Entry{What: "closed", At: began.Add(time.Hour), Note: "returned"}, false},
	} {
		m := read(t, event, c.body)
		f := m.Facts
		if m.Entry != c.want || m.Company != "acme" || m.ID != "a1" || f.Late != c.late || f.User != "ana" || f.Type != "outside_zone" ||
			!f.StartedAt.Equal(began) || *f.Lat != 0 || *f.Lon != -77.0428 || *f.AccuracyM != 8.5 || *f.DistanceM != 140.25 || strings.Join(f.Zones, " ") != "centro puerto" {
			t.Errorf("%s: %+v", event, m)
		}
	}
	if m := read(t, wire.EventNew, body("", "")); m.Facts.Lat != nil || m.Facts.Lon != nil || m.Facts.AccuracyM != nil {
		t.Errorf("without a place: %+v", m)
	}
	s, err := subject.New("acme", wire.Domain, wire.EventNew, "a2")
	if err != nil {
		t.Fatal(err)
	}
	if m, err := alert.Read(s, body(place, "")); err == nil {
		t.Errorf("a body of another alert was accepted: %+v", m)
	}
}

func TestClientJSONIsTheAlertOnOneLine(t *testing.T) {
	t.Parallel()
	const begin = `{"id":"a1","type":"outside_zone","user_id":"ana","late":false,"started_at":"2026-03-08T12:00:00Z",`
	const end = `"raised_at":"2026-03-08T12:01:10.250Z","zones":["centro","puerto"],"ended_at":"2026-03-08T13:00:00Z",` +
		`"end_reason":"returned","status":"reconocida","acknowledged_by":"eva","acknowledged_at":"2026-03-08T12:00:00Z",` +
		`"acknowledged_note":"\"voy\"\n<ya>","resolved_by":"","resolved_note":"","cause":"","people":0,"people_of":0,"scope":"","delivered_to":"","en_route_by":"","resolution":"","unreachable":false,"escalation_step":0,"note":"","joins":""}`
	for _, where := range []string{place, ""} {
		a := alert.Alert{Company: "acme", ID: "a1", Facts: read(t, wire.EventClosed, body(where, over)).Facts}
		a.Handling, _ = alert.Handling{Status: wire.StatusNew}.Act(alert.Action{What: alert.WhatAcknowledged, By: "eva", At: began, Note: "\"voy\"\n<ya>"})
		got, err := clientjson.Marshal(a.Proto())
		if err != nil || string(got) != begin+where+end {
			t.Errorf("%s, %v\nwant %s", got, err, begin+where+end)
		}
	}
}
