package talk_test

import (
	"regexp"
	"testing"

	"github.com/terreno/terreno/services/chat/internal/talk"
)

func TestQuery(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Camión": "camion:*", "ÑANDÚ  llegó": "nandu & llego:*", "factura-12.pdf": "factura & 12 & pdf:*", "a&b | !casa": "a & b & casa:*", "ruta 7": "ruta & 7", "a b": "", "12": "", "'": "", ":*": "", "&": "",
		"": "", "🚚": "", "el": "", "x:*": "", "\\": "", "日本語": "日本語:*", "ñu": "",
	} {
		if got := talk.Query(typed); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, typed := range []string{"a b", "'", ":*", "a <-> b", "!x", "\x00", "é"} {
		f.Add(typed)
	}
	form := regexp.MustCompile(`^$|^[\pL\p{Nd}]+( & [\pL\p{Nd}]+)*(:\*)?$`)
	f.Fuzz(func(t *testing.T, typed string) {
		if got := talk.Query(typed); !form.MatchString(got) {
			t.Errorf("%q: %q", typed, got)
		}
	})
}
