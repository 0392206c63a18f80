package login_test

import (
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/identity/internal/login"
)

func TestKeyFoldsWhatPeopleType(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Ana@ACME.example ": "ana@acme.example", "+52 (33) 1234-5678": "523312345678", "00523312345678": "523312345678",
		"E-1001": "e-1001", "1001": "1001", "123.456": "123.456", "123.4567": "1234567", "ÑANDÚ-7": "ñandú-7",
		"1234567890123456": "1234567890123456", "5+512345678": "5+512345678",
		"\u202a+52\u00a033\u20111234\u20115678\u202c": "523312345678", "tel:+52-33-1234-5678": "523312345678", "33/1234–5678": "3312345678",
		"٥٥٥١٢٣٤": "5551234", "５５５１２３４": "5551234", "＋52 33 1234 5678": "523312345678",
		"(+52) 33 1234 5678": "523312345678", "( +52 ) 33-1234-5678": "523312345678", "tel://+52 33 1234 5678": "523312345678",
		"+44 (0)20 7946 0958": "442079460958", "0044 (0) 20 7946 0958": "442079460958", "(＋44)（0）20 7946 0958": "442079460958",
		"(0)20 7946 0958": "02079460958", "++5233123456": "++5233123456",
		"\ufeffana@acme.example\u200b": "ana@acme.example", "N\u0303andu\u0301-7": "ñandú-7", "\u2003E-77\u3000": "e-77",
		"E\u00a077": "e 77", "E\u00ad-77": "e-77", "\u200b": "", "a\u2028b": "", "a\tb": "",
		"": "", "a\x00b": "", "a\xff": "", strings.Repeat("a", 300): "",
	} {
		if got := login.Key(typed); got != want {
			t.Errorf("Key(%q) = %q, want %q", typed, got, want)
		}
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		check func(string) (string, error)
		good  []string
		bad   []string
	}{
		"Email": {
			login.Email,
			[]string{"ana@acme.example", " j.p+x@b.mx ", "ñ@españa.example", "\u2066ana@b.mx\u2069"},
			[]string{"", "ana", "@b", "a@", "a@b@c", "a b@c", "Ana <a@b.c>", "a@\nb", strings.Repeat("a", 250) + "@b.co", "a\xff@b"},
		},
		"Phone": {
			login.Phone,
			[]string{"+52 33 1234 5678", "5551234", " (555) 123-4567 ", "\u202a+57\u00a0300\u00a0123\u00a04567\u202c"},
			[]string{"", "123456", "1234567890123456", "555 CALL ME", "+52+33 12345678", "1 2 3 4 5 6 7" + strings.Repeat("-", 70) + "8"},
		},
		"PayrollNumber": {
			login.PayrollNumber,
			[]string{"1001", "E-77", " Ñ 1 ", "E\u00a07"},
			[]string{"", "  ", "\u200b", "a@b", "a\tb", strings.Repeat("1", 65), "a\xff"},
		},
	} {
		for _, s := range tc.good {
			if got, err := tc.check(s); err != nil || got != text.Clean(s) {
				t.Errorf("%s(%q) = %q, %v", name, s, got, err)
			}
		}
		for _, s := range tc.bad {
			if _, err := tc.check(s); err == nil {
				t.Errorf("%s(%q) is accepted", name, s)
			}
		}
	}
}

func FuzzWhatIsAcceptedHasAKey(f *testing.F) {
	for _, s := range []string{"ana@acme.example", "+52 33 1234 5678", "E-77", "İ@x.y", "1234567"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, check := range []func(string) (string, error){login.Email, login.Phone, login.PayrollNumber} {
			s, err := check(typed)
			if err != nil {
				continue
			}
			key := login.Key(s)
			if key == "" {
				t.Errorf("%q is accepted and nobody can sign in with it", s)
			}
			if again := login.Key(key); again != key {
				t.Errorf("the key of %q is %q, and the key of that is %q", s, key, again)
			}
		}
	})
}
