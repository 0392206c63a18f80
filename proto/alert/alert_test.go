package alert_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/subject"
)

var began = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func ptr[T any](v T) *T { return &v }

// body returns an alerta:nueva with changed fields; nil removes a field.
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

var (
	ended   = map[string]any{"ended_at": "2026-03-08T13:00:00Z", "end_reason": "returned"}
	silence = map[string]any{
		"type": "inactividad", "distance_m": nil, "cause": "battery_empty", "cause_at": "2026-03-08T11:59:00Z", "battery": 0.03, "last_fix_at": "2026-03-08T12:00:00Z",
	}
	system = map[string]any{
		"type": "sistema", "user_id": nil, "lat": nil, "lon": nil, "accuracy_m": nil, "distance_m": nil, "cause": "shared_silence", "people": 12, "people_of": 20, "scope": "company",
	}
	nowhere = map[string]any{"lat": nil, "lon": nil, "accuracy_m": nil, "distance_m": nil}
)

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
	want := alert.Alert{
		ID: "a1", Type: alert.TypeOutsideZone, User: "ana", StartedAt: began, Place: &alert.Place{Lat: -12.0464, Lon: -77.0428, AccuracyM: ptr(float32(8.5))},
		DistanceM: ptr(140.25), RaisedAt: began.Add(70*time.Second + 250*time.Millisecond), Zones: []string{"centro", "puerto"},
	}
	late, over := want, want
	late.Late = true
	over.EndedAt, over.EndReason = ptr(began.Add(time.Hour)), alert.EndReturned
	for event, c := range map[string]struct {
		body []byte
		want alert.Alert
	}{
		alert.EventNew:    {body(nil), want},
		alert.EventLate:   {body(map[string]any{"late": true}), late},
		alert.EventClosed: {body(ended), over},
	} {
		if got, err := alert.Read(about(t, event, "a1"), c.body); err != nil || !reflect.DeepEqual(got, c.want) || got.Event() != event {
			t.Errorf("%s: %+v, %v\nwant %+v", event, got, err, c.want)
		}
	}
}

func TestReadTakesWhyAnAlertHappened(t *testing.T) {
	t.Parallel()
	got, err := alert.Read(about(t, alert.EventNew, "a1"), body(silence))
	want := alert.Why{Cause: alert.CauseBatteryEmpty, CauseAt: ptr(began.Add(-time.Minute)), Battery: ptr(float32(0.03)), LastFixAt: ptr(began)}
	if err != nil || !reflect.DeepEqual(got.Why, want) {
		t.Errorf("%+v, %v", got.Why, err)
	}
	got, err = alert.Read(about(t, alert.EventSystem, "a1"), body(system))
	want = alert.Why{Cause: alert.CauseSharedSilence, People: 12, PeopleOf: 20, Scope: alert.ScopeCompany}
	if err != nil || got.User != "" || got.Event() != alert.EventSystem || !reflect.DeepEqual(got.Why, want) {
		t.Errorf("%+v, %v", got, err)
	}
	got.EndedAt, got.EndReason = ptr(began.Add(time.Hour)), alert.EndReturned
	raw, err := protojson.Marshal(got.Proto())
	if err != nil {
		t.Fatal(err)
	}
	if again, err := alert.Read(about(t, alert.EventClosed, "a1"), raw); err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestReadTakesAnAlertWithoutAPlace(t *testing.T) {
	t.Parallel()
	got, err := alert.Read(about(t, alert.EventNew, "a1"), body(nowhere))
	if err != nil || got.Place != nil || got.DistanceM != nil {
		t.Errorf("%+v, %v", got, err)
	}
	raw, err := protojson.Marshal(got.Proto())
	if err != nil || strings.Contains(string(raw), `"lat"`) || strings.Contains(string(raw), `"lon"`) {
		t.Errorf("%s, %v", raw, err)
	}
	// Zero is a valid place, off the coast of Ghana.
	got, err = alert.Read(about(t, alert.EventNew, "a1"), body(map[string]any{"lat": 0, "lon": 0, "accuracy_m": nil}))
	if err != nil || got.Place == nil || *got.Place != (alert.Place{}) {
		t.Errorf("%+v, %v", got, err)
	}
	raw, err = protojson.Marshal(got.Proto())
	if err != nil || !strings.Contains(strings.ReplaceAll(string(raw), " ", ""), `"lat":0,"lon":0`) {
		t.Errorf("%s, %v", raw, err)
	}
}

// A newer publisher sends more fields, and a dishonest one pretends to know what people did.
func TestReadLeavesOutWhatIsNotThePublishers(t *testing.T) {
	t.Parallel()
	a, err := alert.Read(about(t, alert.EventNew, "a1"), body(map[string]any{
		"severity": "high", "status": "resuelta", "resolved_by": "mallory", "zones": nil, "started_at": "2026-03-08T12:00:00.000999Z",
	}))
	if err != nil || a.Zones == nil || !a.StartedAt.Equal(began) || a.Proto().Status != "" || a.Proto().ResolvedBy != "" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestReadRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 65)
	for name, c := range map[string]struct {
		event string
		body  []byte
	}{
		"no JSON":                     {alert.EventNew, []byte("\xff{")},
		"empty":                       {alert.EventNew, nil},
		"another id":                  {alert.EventNew, body(map[string]any{"id": "a2"})},
		"no id":                       {alert.EventNew, body(map[string]any{"id": nil})},
		"no user":                     {alert.EventNew, body(map[string]any{"user_id": nil})},
		"a user with a wildcard":      {alert.EventNew, body(map[string]any{"user_id": "ana.>"})},
		"a long user":                 {alert.EventNew, body(map[string]any{"user_id": long})},
		"no type":                     {alert.EventNew, body(map[string]any{"type": ""})},
		"a long type":                 {alert.EventNew, body(map[string]any{"type": long})},
		"no start":                    {alert.EventNew, body(map[string]any{"started_at": nil})},
		"no confirmation":             {alert.EventNew, body(map[string]any{"raised_at": nil})},
		"a start that is no time":     {alert.EventNew, body(map[string]any{"started_at": "yesterday"})},
		"half a place":                {alert.EventNew, body(map[string]any{"lon": nil})},
		"the other half":              {alert.EventNew, body(map[string]any{"lat": nil})},
		"an accuracy without a place": {alert.EventNew, body(map[string]any{"lat": nil, "lon": nil})},
		"north of the pole":           {alert.EventNew, body(map[string]any{"lat": 90.1})},
		"beyond the date line":        {alert.EventNew, body(map[string]any{"lon": -180.1})},
		"no number":                   {alert.EventNew, body(map[string]any{"lat": "NaN"})},
		"an accuracy below zero":      {alert.EventNew, body(map[string]any{"accuracy_m": -1})},
		"an endless accuracy":         {alert.EventNew, body(map[string]any{"accuracy_m": "Infinity"})},
		"an endless distance":         {alert.EventNew, body(map[string]any{"distance_m": "-Infinity"})},
		"a distance that is none":     {alert.EventNew, body(map[string]any{"distance_m": "NaN"})},
		"too many zones":              {alert.EventNew, body(map[string]any{"zones": strings.Split(strings.Repeat("z ", 51), " ")[:51]})},
		"a zone that is no id":        {alert.EventNew, body(map[string]any{"zones": []string{"a b"}})},
		"new and late":                {alert.EventNew, body(map[string]any{"late": true})},
		"new and over":                {alert.EventNew, body(ended)},
		"late and not late":           {alert.EventLate, body(nil)},
		"closed and not over":         {alert.EventClosed, body(nil)},
		"over without a reason":       {alert.EventClosed, body(map[string]any{"ended_at": "2026-03-08T13:00:00Z"})},
		"over without an instant":     {alert.EventClosed, body(map[string]any{"end_reason": "returned"})},
		"over for a story":            {alert.EventClosed, body(map[string]any{"ended_at": "2026-03-08T13:00:00Z", "end_reason": "he came back"})},
		"an event that is not its":    {alert.EventUpdated, body(nil)},
		"a system alert of somebody":  {alert.EventSystem, body(map[string]any{"type": "sistema"})},
		"a system alert as a new one": {alert.EventNew, body(map[string]any{"type": "sistema", "user_id": nil})},
		"nobody's silence":            {alert.EventSystem, body(map[string]any{"type": "inactividad", "user_id": nil})},
		"a cause that is a story":     {alert.EventNew, body(map[string]any{"cause": "he slept"})},
		"a scope that is a story":     {alert.EventNew, body(map[string]any{"scope": "the world"})},
		"a battery of 101 percent":    {alert.EventNew, body(map[string]any{"battery": 1.01})},
		"a battery that is no number": {alert.EventNew, body(map[string]any{"battery": "NaN"})},
		"more people than there are":  {alert.EventNew, body(map[string]any{"people": 3, "people_of": 2})},
		"fewer people than none":      {alert.EventNew, body(map[string]any{"people": -1})},
		"a cause at no time":          {alert.EventNew, body(map[string]any{"cause_at": "then"})},
	} {
		if a, err := alert.Read(about(t, c.event, "a1"), c.body); err == nil {
			t.Errorf("%s: taken as %+v", name, a)
		}
	}
	other, err := subject.New("acme", "chat", alert.EventNew, "a1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := alert.Read(other, body(nil)); err == nil {
		t.Error("a message of another domain was taken")
	}
	if _, err := alert.Read(about(t, alert.EventNew, "a1"), body(map[string]any{"zones": strings.Split(strings.Repeat("z ", 51), " ")[:50]})); err != nil {
		t.Errorf("50 zones: %v", err)
	}
}

// For any body: Read does not panic, and what it accepts is about the alert in the subject, within bounds, and survives a
// round trip.
func FuzzRead(f *testing.F) {
	f.Add("nueva", body(nil))
	f.Add("nueva", body(nowhere))
	f.Add("tardia", body(map[string]any{"late": true, "zones": nil}))
	f.Add("cerrada", body(ended))
	f.Add("cerrada", []byte(`{"id":"a1","type":"t","userId":"u","startedAt":"0001-01-01T00:00:00Z","raisedAt":"9999-12-31T23:59:59.999999999Z","lat":"-0","lon":0,"endedAt":"1969-12-31T23:59:59.9999Z","endReason":"r"}`))
	f.Add("sistema", body(system))
	f.Add("nueva", body(silence))
	f.Add("actualizada", []byte(`{}`))
	f.Fuzz(func(t *testing.T, event string, raw []byte) {
		s, err := subject.New("acme", alert.Domain, event, "a1")
		if err != nil {
			return
		}
		a, err := alert.Read(s, raw)
		if err != nil {
			return
		}
		if a.ID != "a1" || len(a.Zones) > alert.MaxZones || (a.User == "") != (a.Type == alert.TypeSystem) || a.Type == "" || a.Event() != event || (a.EndedAt == nil) != (a.EndReason == "") {
			t.Fatalf("read %+v", a)
		}
		out, err := protojson.Marshal(a.Proto())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := alert.Read(s, out); err != nil || !reflect.DeepEqual(again, a) {
			t.Fatalf("%s\nreads back as %+v, %v\nwant %+v", out, again, err, a)
		}
	})
}
