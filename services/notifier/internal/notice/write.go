package notice

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/text"
)

// maxName is how many characters of a name a text shows, so that a long one does not push the text from the screen.
const maxName = 60

// longest is how many characters a text may have with its longest name. Phones cut longer ones.
const longest = 170

// blanks say what stands in a text for an argument that is missing or empty. A text must never fail for a missing name, because a call
// for help must reach people. It is the table of all placeholders that there are.
var blanks = map[string]map[string]string{
	"name":  {"es": "una persona", "en": "a person"},
	"count": {"es": "varias", "en": "several"},
	"date":  {"es": "otro día", "en": "another day"},
	"title": {"es": "una conversación", "en": "a conversation"},
	"visit": {"es": "una visita", "en": "a visit"},
}

// examples stand in the texts that people look at before one is sent.
var examples = map[string]string{"name": "Juan Pérez", "count": "3", "date": "2026-03-09", "title": "Equipo Norte", "visit": "Farmacia Guadalupe"}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// Kinds returns all kinds of notices, sorted.
func Kinds() []string {
	return []string{
		KindChat, KindForbidden, KindInactivity, KindLowBattery, KindOutsideZone, KindPanic, KindFirstVisit, KindPendingTasks, KindShiftOpen,
		KindTomorrow, KindSystem, KindTest, KindVisitOff, KindVisitMoved, KindVisitNew, KindVisitTaken, KindVisitsOpen, KindWebhookOff,
	}
}

// Check returns what is wrong with the table of texts: a kind or a language without a text, a placeholder that nothing fills, or a text
// that is empty or too long. The service does not start with such a table.
func Check() error { return check(texts) }

func check(texts map[string]map[string]Text) error {
	var wrong []error
	for _, kind := range Kinds() {
		if texts[kind] == nil {
			wrong = append(wrong, fmt.Errorf("there is no text for %q", kind))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if kindOf(name) == "" {
			wrong = append(wrong, fmt.Errorf("the text %q is of no kind", name))
		}
		for _, language := range Languages {
			t := texts[name][language]
			for what, s := range map[string]string{"title": t.Title, "body": t.Body} {
				if err := checkOne(s); err != nil {
					wrong = append(wrong, fmt.Errorf("the %s of %q in %q %w", what, name, language, err))
				}
			}
		}
		if len(texts[name]) != len(Languages) {
			wrong = append(wrong, fmt.Errorf("%q has texts in %d languages, want %d", name, len(texts[name]), len(Languages)))
		}
	}
	return errors.Join(wrong...)
}

func checkOne(s string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("is empty")
	}
	if n := utf8.RuneCountInString(placeholder.ReplaceAllString(s, strings.Repeat("x", maxName))); n > longest {
		return fmt.Errorf("has up to %d characters, want at most %d", n, longest)
	}
	for _, p := range placeholder.FindAllString(s, -1) {
		if blanks[strings.Trim(p, "{}")] == nil {
			return fmt.Errorf("has the placeholder %s, which nothing fills", p)
		}
	}
	if strings.ContainsAny(placeholder.ReplaceAllString(s, ""), "{}") {
		return errors.New("has a brace that belongs to no placeholder")
	}
	return nil
}

// kindOf returns the kind of a text: the longest kind with which its name begins.
func kindOf(name string) (kind string) {
	for _, k := range Kinds() {
		if (name == k || strings.HasPrefix(name, k+"_")) && len(k) > len(kind) {
			kind = k
		}
	}
	return kind
}

// Write fills a text in a language; the first of Languages stands for any other. An argument that is missing leaves a general word.
func Write(name, language string, args map[string]string) (Text, error) {
	byLanguage, ok := texts[name]
	if !ok {
		return Text{}, fmt.Errorf("there is no text for %q", name)
	}
	if !slices.Contains(Languages, language) {
		language = Languages[0]
	}
	fill := func(s string) string {
		return placeholder.ReplaceAllStringFunc(s, func(p string) string {
			name := strings.Trim(p, "{}")
			if value := show(name, language, args[name]); value != "" {
				return value
			}
			return blanks[name][language]
		})
	}
	t := byLanguage[language]
	return Text{fill(t.Title), fill(t.Body)}, nil
}

// show returns an argument as a text shows it: one line, without characters that change how the rest is shown, and not too long.
func show(name, language, value string) string {
	if name == "date" {
		return showDate(language, value)
	}
	value = strings.ToValidUTF8(value, " ")
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, value)
	value = text.Clean(value)
	if !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsMark(r) && !unicode.IsSpace(r) }) {
		return ""
	}
	if runes := []rune(value); len(runes) > maxName {
		value = strings.TrimSpace(string(runes[:maxName-1])) + "…"
	}
	return value
}

var months = []string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"}

func showDate(language, date string) string {
	at, err := time.Parse(time.DateOnly, date)
	switch {
	case err != nil:
		return ""
	case language == "en":
		return at.Format("Jan 2")
	default:
		return fmt.Sprintf("%d %s", at.Day(), months[at.Month()-1])
	}
}

// Example is a text as it will be sent, with an example in place of each argument.
type Example struct {
	// Name is that of the text, and Kind is its kind.
	Name, Kind, Language string
	Text
}

// Examples returns all texts in a language, by name.
func Examples(language string) []Example {
	var list []Example
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		t, _ := Write(name, language, examples) // The name is one of the table.
		list = append(list, Example{Name: name, Kind: kindOf(name), Language: language, Text: t})
	}
	return list
}
