package activity_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

func at(hour int) *timestamppb.Timestamp {
	return timestamppb.New(time.Date(2026, 3, 9, hour, 0, 0, 0, time.UTC))
}

func visit() *terrenov1.Activity {
	return &terrenov1.Activity{
		Id: "v1", Tipo: activity.Visit, Version: 3, UserId: "ana", State: activity.OnSite, Since: at(10), From: at(9), Until: at(12),
		CheckInAt: at(10), Title: "Revisar la bomba", PlaceId: "p1", PlaceName: "Panadería Ñandú",
	}
}

func address(t testing.TB, event, id string) subject.Subject {
	t.Helper()
	s, err := subject.New("acme", activity.Domain, event, id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t testing.TB, m *terrenov1.Activity) []byte {
	t.Helper()
	raw, err := protojson.MarshalOptions{UseProtoNames: true, EmitDefaultValues: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestReadReturnsWhatWasWritten(t *testing.T) {
	t.Parallel()
	task, shift := visit(), &terrenov1.Activity{Id: "s1", Tipo: activity.Shift, UserId: "ana", State: activity.Working, Since: at(8), From: at(8), WorkedS: 60}
	task.Tipo, task.PlaceId = activity.Task, ""
	for _, m := range []*terrenov1.Activity{visit(), task, shift, activity.Withdrawn(visit(), "beto")} {
		got, err := activity.Read(address(t, activity.EventState, m.Id), write(t, m))
		if err != nil || !proto.Equal(got, m) {
			t.Errorf("%v reads as %v, %v", m, got, err)
		}
	}
}

func TestReadRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(m *terrenov1.Activity){
		"another id":           func(m *terrenov1.Activity) { m.Id = "v2" },
		"no tipo":              func(m *terrenov1.Activity) { m.Tipo = "" },
		"a shift's state":      func(m *terrenov1.Activity) { m.State = activity.Working },
		"a user with a point":  func(m *terrenov1.Activity) { m.UserId = "ana.>" },
		"a team with a blank":  func(m *terrenov1.Activity) { m.TeamId = "a b" },
		"a place with a star":  func(m *terrenov1.Activity) { m.PlaceId = "*" },
		"no since":             func(m *terrenov1.Activity) { m.Since = nil },
		"no beginning":         func(m *terrenov1.Activity) { m.From = nil },
		"a visit without end":  func(m *terrenov1.Activity) { m.Until = nil },
		"a withdrawn star":     func(m *terrenov1.Activity) { m.Retirada, m.UserId = true, "*" },
		"a visit in a pause":   func(m *terrenov1.Activity) { m.State = activity.Paused },
		"a tipo of the future": func(m *terrenov1.Activity) { m.Tipo = "ruta" },
	} {
		m := visit()
		change(m)
		if got, err := activity.Read(address(t, activity.EventState, "v1"), write(t, m)); err == nil {
			t.Errorf("%s: taken as %v", name, got)
		}
	}
	for name, body := range map[string]string{"no JSON": "{", "empty": "", "a list": "[]"} {
		if got, err := activity.Read(address(t, activity.EventState, "v1"), []byte(body)); err == nil {
			t.Errorf("%s: taken as %v", name, got)
		}
	}
	if _, err := activity.Read(address(t, "otra", "v1"), write(t, visit())); err == nil {
		t.Error("another event was taken")
	}
}

// Whatever people write, an event has at most 4 kB, whole characters, and what a phone needs.
func TestFitCutsBetweenCharacters(t *testing.T) {
	t.Parallel()
	for _, r := range []string{"a", "ñ", "界", "🏗", `"`, `\`, "\n"} {
		long := func(n int) string { return strings.Repeat(r, n) }
		m := visit()
		m.Notes = long(4000)
		activity.Fit(m)
		if n := len(write(t, m)); !m.Cut || n > activity.MaxBytes || n < activity.MaxBytes-200 || m.PlaceName == "" || !utf8.ValidString(m.Notes) {
			t.Errorf("%q: %d bytes, cut %t, %q", r, n, m.Cut, m.Notes)
		}
		m = visit()
		m.Title, m.Notes, m.Reason, m.Address, m.PlaceName = long(200), long(4000), long(500), long(300), long(200)
		activity.Fit(m)
		if n := len(write(t, m)); !m.Cut || n > activity.MaxBytes || m.Title == "" {
			t.Errorf("%q: %d bytes, title %q", r, n, m.Title)
		}
		if !json.Valid(write(t, m)) {
			t.Errorf("%q: no JSON", r)
		}
	}
	m := visit()
	if activity.Fit(m); m.Cut || !proto.Equal(m, visit()) {
		t.Errorf("a short one was cut: %v", m)
	}
}

// For any body: Read does not panic, and what it takes is about its subject and can be read again.
func FuzzRead(f *testing.F) {
	f.Add(write(f, visit()))
	f.Add(write(f, activity.Withdrawn(visit(), "ana")))
	f.Add([]byte(`{"id":"v1","tipo":"jornada","state":"terminada","since":"2026-03-09T10:00:00Z","from":"2026-03-09T10:00:00Z","lat":"NaN"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := activity.Read(address(t, activity.EventState, "v1"), body)
		if err != nil {
			return
		}
		again, err := activity.Read(address(t, activity.EventState, "v1"), write(t, m))
		if err != nil || again.Id != "v1" || again.State != m.State {
			t.Fatalf("%v reads again as %v, %v", m, again, err)
		}
	})
}
