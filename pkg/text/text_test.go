package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/terreno/terreno/pkg/text"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"  Ana\u00a0\u2003Núñez\u3000": "Ana Núñez", "Nu\u0301n\u0303ez": "Núñez", "\ufeffAna\u200b": "Ana",
		"\u202aAna\u202c": "Ana", "\u2066Ana\u2069": "Ana", "A\u00adna": "Ana", "A\u200fna\u061c": "Ana", "\u2800Ana\u2800": "Ana",
		"Ana\r\n": "Ana", "A\nna": "A\nna", "\u3164": "", "\u200b \u200b": "", "A \u200b B": "A B", "A\xff": "A\xff",
	} {
		if got := text.Clean(typed); got != want {
			t.Errorf("Clean(%+q) = %+q, want %+q", typed, got, want)
		}
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	if got, err := text.Line(" Jose\u0301\u202e ", 4); got != "José" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for typed, want := range map[string]string{
		"": "is empty", " \u00a0": "is empty", "\u200b\u2060\ufeff": "is empty", "\u0301": "is empty", "\u3164\u115f": "is empty",
		"A\nB": "U+000A", "A\tB": "U+0009", "A\u2028B": "U+2028", "A\u0085B": "U+0085", "A\x00": "U+0000",
		"A\xff": "UTF-8", "12345": "5 characters: write at most 4",
	} {
		if got, err := text.Line(typed, 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Line(%+q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ÑANDÚ": "ñandú", "N\u0303ANDU\u0301": "ñandú", "ＡＢＣ１２": "abc12", "Straße": "strasse", "ΣΑΣ": "σασ", "Ana\u200b@X.y ": "ana@x.y",
	} {
		if got := text.Fold(typed); got != want {
			t.Errorf("Fold(%+q) = %+q, want %+q", typed, got, want)
		}
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	if text.Password("Co\u0301digo\u00a0uno ") != "Código uno " || text.Password("a\tB\u200d") != "a\tB\u200d" {
		t.Error("a password changed otherwise than in its blanks and composition")
	}
}

func FuzzWhatLooksTheSameIsTheSame(f *testing.F) {
	for _, s := range []string{"Ana", "İ", "ŉ", "ǰ", "\u0345α", "ﬁ", "\uff1e\u0338", "ﾞ", "A \u200b B", "\u1100\u3164\u1161", "K", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, fn := range map[string]func(string) string{"Clean": text.Clean, "Fold": text.Fold, "Password": text.Password} {
			once := fn(s)
			if again := fn(once); again != once {
				t.Errorf("%s(%+q) = %+q, and of that %+q", name, s, once, again)
			}
			if utf8.ValidString(s) && (fn(norm.NFD.String(s)) != once || fn(norm.NFC.String(s)) != once) {
				t.Errorf("%s tells %+q composed from decomposed", name, s)
			}
		}
	})
}
