package visit

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/activity/internal/place"
)

func ptr[T any](v T) *T { return &v }

func TestWhatAVisitMayBe(t *testing.T) {
	t.Parallel()
	good := func() Draft {
		return Draft{Tipo: KindVisit, Details: Details{Title: "Revisar", PlaceID: "p1", Checklist: []Item{{Text: "Foto"}, {ID: "b", Text: "Firma", Required: true}}}, Window: window, Worker: "ana"}
	}
	for name, c := range map[string]struct {
		field string
		wrong func(d *Draft)
	}{
		"another tipo":            {"tipo", func(d *Draft) { d.Tipo = "jornada" }},
		"nowhere":                 {"place_id", func(d *Draft) { d.PlaceID = "" }},
		"a user with a star":      {"user_id", func(d *Draft) { d.Worker = "*" }},
		"a team with a point":     {"team_id", func(d *Draft) { d.Team = "a.b" }},
		"ends before it begins":   {"until", func(d *Draft) { d.Window.Until = d.Window.From }},
		"for two months":          {"until", func(d *Draft) { d.Window.Until = d.Window.From.AddDate(0, 2, 0) }},
		"in the last century":     {"from", func(d *Draft) { d.Window = Window{d.Window.From.AddDate(-50, 0, 0), d.Window.Until.AddDate(-50, 0, 0)} }},
		"in ten years":            {"from", func(d *Draft) { d.Window = Window{d.Window.From.AddDate(10, 0, 0), d.Window.Until.AddDate(10, 0, 0)} }},
		"no title":                {"title", func(d *Draft) { d.Title = " " }},
		"long notes":              {"notes", func(d *Draft) { d.Notes = strings.Repeat("x", 4001) }},
		"two external lines":      {"external_id", func(d *Draft) { d.ExternalID = "a\nb" }},
		"very urgent":             {"priority", func(d *Draft) { d.Priority = "urgent" }},
		"half a point":            {"lat", func(d *Draft) { d.PlaceID, d.Lat = "", ptr(1.0); d.Tipo = KindTask }},
		"two sites":               {"lat", func(d *Draft) { d.Lat, d.Lon = ptr(1.0), ptr(1.0) }},
		"0, 0":                    {"lat", func(d *Draft) { d.PlaceID, d.Lat, d.Lon = "", ptr(0.0), ptr(0.0) }},
		"a radius of nothing":     {"radius_m", func(d *Draft) { d.RadiusM = ptr(50.0) }},
		"a radius of a city":      {"radius_m", func(d *Draft) { d.PlaceID, d.Lat, d.Lon, d.RadiusM = "", ptr(1.0), ptr(1.0), ptr(1e5) }},
		"an item without text":    {"checklist[1].text", func(d *Draft) { d.Checklist[1].Text = "" }},
		"an item twice":           {"checklist[1].id", func(d *Draft) { d.Checklist[1].ID = "1" }},
		"more items than anybody": {"checklist", func(d *Draft) { d.Checklist = make([]Item, 51) }},
	} {
		d := good()
		c.wrong(&d)
		_, err := d.Clean(dawn)
		if f, ok := errors.AsType[*place.FaultError](err); !ok || f.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	d, err := good().Clean(dawn)
	if err != nil || d.Priority != Normal || d.Checklist[0].ID != "1" || d.Checklist[1].ID != "b" {
		t.Errorf("%+v, %v", d, err)
	}
	task := good()
	task.Tipo, task.PlaceID = KindTask, ""
	if _, err := task.Clean(dawn); err != nil {
		t.Error(err)
	}
	if _, err := CleanAnswers([]Answer{{"a b", ""}}); err == nil {
		t.Error("an answer to nothing was taken")
	}
	if _, err := CleanAnswers([]Answer{{"a", strings.Repeat("x", 1001)}}); err == nil {
		t.Error("a long answer was taken")
	}
	if _, err := CleanAnswers(make([]Answer, 51)); err == nil {
		t.Error("51 answers were taken")
	}
}

func (a Action) answers(all ...string) Action {
	for i := 0; i < len(all); i += 2 {
		a.Answers = append(a.Answers, Answer{all[i], all[i+1]})
	}
	return a
}

func TestTheLastAnswerCounts(t *testing.T) {
	t.Parallel()
	stranger := act(Note, 95).answers("a", "no")
	stranger.By = "beto"
	office := office(act(CheckOut, 200)).answers("c", "yes")
	late := act(CheckOut, 130).answers("a", "done", "x", "?")
	_, log := Fold(plan, []Action{late, act(CheckIn, 70).answers("a", "begun", "b", "yes"), act(Note, 90).answers("b", ""), stranger, office, act(CheckIn, 60).because("")})
	for i := range log {
		if log[i].By == "beto" {
			log[i].Rule = RuleNotAssigned
		}
	}
	got := Answers([]Item{{ID: "a"}, {ID: "b"}, {ID: "c"}}, log)
	if len(got) != 2 || got["a"].Value != "done" || !got["a"].At.Equal(dawn.Add(130*time.Minute)) || got["c"].By != "sara" {
		t.Errorf("%v", got)
	}
}
