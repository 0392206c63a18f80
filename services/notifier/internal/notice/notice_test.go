package notice

import (
	"maps"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // a company's zone must not depend on the machine
	"unicode"
	"unicode/utf8"
)

func write(t *testing.T, name, language string, args map[string]string) Text {
	t.Helper()
	text, err := Write(name, language, args)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The product was asked for these words.
func TestThreeTextsAreWordForWord(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		KindVisitNew:   "Tienes una nueva visita hoy",
		KindPanic:      "Alerta de pánico enviada por Juan Pérez",
		KindFirstVisit: "No has realizado check-in en tu primera visita",
	} {
		if got := write(t, name, "es", map[string]string{"name": "Juan Pérez"}).Body; got != want {
			t.Errorf("%s says %q, want %q", name, got, want)
		}
	}
}

func TestTheTableOfTextsIsWhole(t *testing.T) {
	t.Parallel()
	if err := Check(); err != nil {
		t.Fatal(err)
	}
	for what, spoil := range map[string]func(map[string]map[string]Text){
		"a placeholder that nothing fills": func(m map[string]map[string]Text) { m[KindPanic] = both("{nombre} pide ayuda") },
		"a placeholder of nothing":         func(m map[string]map[string]Text) { m[KindPanic] = both("{}") },
		"an open brace":                    func(m map[string]map[string]Text) { m[KindPanic] = both("{name") },
		"a closed brace":                   func(m map[string]map[string]Text) { m[KindPanic] = both("name}") },
		"an empty text":                    func(m map[string]map[string]Text) { m[KindPanic] = both(" ") },
		"a long text":                      func(m map[string]map[string]Text) { m[KindPanic] = both(strings.Repeat("{name}", 3)) },
		"a kind without a text":            func(m map[string]map[string]Text) { delete(m, KindChat) },
		"a text of no kind":                func(m map[string]map[string]Text) { m["later"] = both("luego") },
		"a language too few":               func(m map[string]map[string]Text) { m[KindPanic] = map[string]Text{"es": {"a", "b"}} },
		"a language too many": func(m map[string]map[string]Text) {
			m[KindPanic] = both("ayuda")
			m[KindPanic]["fr"] = Text{"a", "b"}
		},
	} {
		spoilt := maps.Clone(texts)
		spoil(spoilt)
		if check(spoilt) == nil {
			t.Errorf("%s is taken", what)
		}
	}
}

func both(body string) map[string]Text {
	return map[string]Text{"es": {"Aviso", body}, "en": {"Notice", body}}
}

// A name is what somebody typed: it must not change how the rest of the text is shown, or be taken for a placeholder.
func TestNamesDoNotBreakATextThatShowsThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Juan Pérez": "Juan Pérez", "": "una persona", " \u200b\u202e ": "una persona", "\x00\x07": "una persona", "\u0301": "una persona",
		"Ana\nRuiz\r\n": "Ana Ruiz", "Ana\u2028Ruiz": "Ana Ruiz", "\u202eanA\u202c": "anA", "\u2066Ana\u2069": "Ana", "A\xffna": "A na",
		"{count}": "{count}", "{name}{name}": "{name}{name}", strings.Repeat("ñ", 200): strings.Repeat("ñ", 59) + "…", "50%s": "50%s", `<b>"&`: `<b>"&`,
	} {
		if got := write(t, KindPanic, "es", map[string]string{"name": typed}).Body; got != "Alerta de pánico enviada por "+want {
			t.Errorf("%+q: %+q", typed, got)
		}
	}
}

func FuzzWrite(f *testing.F) {
	f.Add("Juan Pérez")
	f.Add("\u202e\x00{name}")
	f.Fuzz(func(t *testing.T, name string) {
		for _, language := range Languages {
			body := write(t, KindPanic, language, map[string]string{"name": name}).Body
			odd := strings.ContainsFunc(body, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) })
			if !utf8.ValidString(body) || odd || utf8.RuneCountInString(body) > longest {
				t.Errorf("%+q: %+q", name, body)
			}
		}
	})
}

func TestLanguagesAndDates(t *testing.T) {
	t.Parallel()
	args := map[string]string{"date": "2026-03-09", "count": "4"}
	for _, c := range []struct{ name, language, want string }{
		{VisitNewLater, "es", "Tienes una nueva visita el 9 mar"},
		{VisitNewLater, "en", "You have a new visit on Mar 9"},
		{VisitNewLater, "fr", "Tienes una nueva visita el 9 mar"},
		{VisitNewLater, "", "Tienes una nueva visita el 9 mar"},
		{KindTomorrow, "en", "You have 4 visits tomorrow"},
	} {
		if got := write(t, c.name, c.language, args).Body; got != c.want {
			t.Errorf("%s in %q says %q, want %q", c.name, c.language, got, c.want)
		}
	}
	if got := write(t, VisitNewLater, "es", map[string]string{"date": "mañana"}).Body; got != "Tienes una nueva visita el otro día" {
		t.Errorf("without a date: %q", got)
	}
	if _, err := Write("lottery", "es", nil); err == nil {
		t.Error("there is a text for an unknown kind")
	}
	if list := Examples("es"); len(list) != len(texts) || list[0].Kind == "" {
		t.Errorf("examples %+v", list)
	}
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	at := func(zone, local string) (time.Time, *time.Location) {
		l, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		is, err := time.Parse(time.RFC3339, local)
		if err != nil {
			t.Fatal(err)
		}
		return is, l
	}
	night, noon := Quiet{"22:00", "06:00"}, Quiet{"12:00", "14:00"}
	for _, c := range []struct {
		quiet      Quiet
		zone, when string
		want       bool
	}{
		{night, "America/Bogota", "2026-03-08T21:59:59-05:00", false},
		{night, "America/Bogota", "2026-03-08T22:00:00-05:00", true},
		{night, "America/Bogota", "2026-03-09T00:00:00-05:00", true},
		{night, "America/Bogota", "2026-03-09T05:59:59-05:00", true},
		{night, "America/Bogota", "2026-03-09T06:00:00-05:00", false},
		{night, "Asia/Tokyo", "2026-03-08T22:00:00-05:00", false}, // noon there
		{noon, "America/Bogota", "2026-03-08T12:00:00-05:00", true},
		{noon, "America/Bogota", "2026-03-08T14:00:00-05:00", false},
		{Quiet{}, "America/Bogota", "2026-03-08T03:00:00-05:00", false},
		// New York skips 02:00 to 03:00, and shows 01:00 to 02:00 twice.
		{Quiet{"23:00", "02:30"}, "America/New_York", "2026-03-08T06:59:00Z", true},
		{Quiet{"23:00", "02:30"}, "America/New_York", "2026-03-08T07:00:00Z", false},
		{Quiet{"02:15", "02:45"}, "America/New_York", "2026-03-08T07:00:00Z", false},
		{Quiet{"01:00", "02:00"}, "America/New_York", "2026-11-01T05:30:00Z", true},
		{Quiet{"01:00", "02:00"}, "America/New_York", "2026-11-01T06:30:00Z", true},
		{Quiet{"01:00", "02:00"}, "America/New_York", "2026-11-01T07:00:00Z", false},
	} {
		now, zone := at(c.zone, c.when)
		if got := c.quiet.Holds(now, zone); got != c.want {
			t.Errorf("%s in %s is in %v: %t", c.when, c.zone, c.quiet, got)
		}
	}
}

func TestWhatSkipsANotice(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 8, 23, 0, 0, 0, time.UTC)
	p := Preferences{Off: []string{KindVisitMoved, KindPanic}, Quiet: Quiet{"22:00", "06:00"}}
	later := now.Add(time.Hour)
	for _, c := range []struct {
		n    Notice
		want string
	}{
		{Notice{Kind: KindVisitNew, Until: later}, SkippedQuiet},
		{Notice{Kind: KindVisitNew, Until: later, Urgent: true}, ""},
		{Notice{Kind: KindVisitMoved, Until: later, Urgent: true}, SkippedOff},
		{Notice{Kind: KindPanic, Until: later}, ""},
		{Notice{Kind: KindPanic, Until: now}, SkippedExpired},
		{Notice{Kind: KindVisitNew, Until: now}, SkippedExpired},
	} {
		if got := p.Skips(c.n, now, time.UTC); got != c.want {
			t.Errorf("%+v is skipped as %q, want %q", c.n, got, c.want)
		}
	}
}

func TestPreferencesThatCannotBe(t *testing.T) {
	t.Parallel()
	for want, list := range map[error][]Preferences{
		nil:         {{}, {Language: "en"}, {Off: []string{KindChat}}, {Quiet: Quiet{"22:00", "06:00"}}, {Quiet: Quiet{"06:00", "22:00"}}},
		ErrLanguage: {{Language: "fr"}, {Language: "ES"}},
		ErrKind:     {{Off: []string{"lottery"}}, {Off: []string{KindPanic}}, {Off: []string{""}}},
		ErrQuiet: {
			{Quiet: Quiet{"22:00", ""}}, {Quiet: Quiet{"22:00", "22:00"}}, {Quiet: Quiet{"24:00", "06:00"}}, {Quiet: Quiet{"9:00", "10:00"}}, {Quiet: Quiet{"22:00\n", "06:00"}},
		},
	} {
		for _, p := range list {
			if got := p.Check(); got != want { //nolint:errorlint // Check returns them as they are.
				t.Errorf("%+v: %v, want %v", p, got, want)
			}
		}
	}
}
