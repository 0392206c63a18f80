package talk_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/terreno/terreno/services/chat/internal/talk"
)

var typed = []string{
	"hola", " Jose\u0301 \r\n", "\u202eabc\u2066", "a\x00b", "a\x07", "a\xff", "\u200b", "👩\u200d👧", "<script>", strings.Repeat("ñ", 8001), strings.Repeat("a", 32001), "a\u0085b", "\u1100\u1161", "A\u030a",
}

// FuzzBody checks what people send: it is refused, or what is stored is composed text without control characters and marks of direction,
// not too long, and cleaning it again changes nothing.
func FuzzBody(f *testing.F) {
	for _, s := range typed {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := talk.Body(s)
		if err != nil {
			if got != "" || strings.HasSuffix(err.Error(), ".") {
				t.Errorf("%q with %v", got, err)
			}
			return
		}
		if !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || utf8.RuneCountInString(got) > talk.MaxText {
			t.Errorf("%+q became %+q", s, got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool {
			return unicode.IsControl(r) && r != '\n' && r != '\t' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
		}); i >= 0 {
			t.Errorf("%+q became %+q", s, got)
		}
		if again, err := talk.Body(got); err != nil || again != got {
			t.Errorf("%+q again: %+q, %v", got, again, err)
		}
	})
}

// FuzzCheck checks drafts of any kind: what is taken says something, has all that its kind has, and nothing that it does not have.
func FuzzCheck(f *testing.F) {
	for i, s := range typed {
		f.Add([]string{"text", "location", "photo", "file", "system", ""}[i%6], s, 4.65, -74.05, 5.0, i%2 == 0, []string{"", "f1"}[i%2], int64(i), "ana,beto")
	}
	f.Fuzz(func(t *testing.T, kind, body string, lat, lon, accuracy float64, place bool, file string, reply int64, mentions string) {
		d := talk.Draft{Kind: kind, Text: body, FileID: file, ReplyTo: reply, Mentions: strings.Split(mentions, ",")}
		if place {
			d.Lat, d.Lon, d.Accuracy = &lat, &lon, &accuracy
		}
		if err := d.Check(); err != nil {
			if f, ok := errors.AsType[*talk.FieldError](err); !ok || f.Field == "" || f.Why == nil {
				t.Errorf("%v", err)
			}
			return
		}
		shows := kind == talk.Photo || kind == talk.File
		switch {
		case kind != talk.Text && kind != talk.Location && !shows:
			t.Errorf("kind %q", kind)
		case kind == talk.Text && strings.TrimSpace(d.Text) == "":
			t.Errorf("%+q says nothing", body)
		case (kind == talk.Location) != place, shows != (file != ""):
			t.Errorf("%s with place %v, file %q", kind, place, file)
		case place && !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180 && accuracy >= 0):
			t.Errorf("at %v %v within %v", lat, lon, accuracy)
		case reply < 0, len(d.Mentions) > talk.MaxMentions:
			t.Errorf("answers %d, mentions %d", reply, len(d.Mentions))
		}
	})
}
