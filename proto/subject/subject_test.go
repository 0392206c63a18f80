package subject_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/subject"
)

func TestNewMakesBothSides(t *testing.T) {
	t.Parallel()
	s, err := subject.New("acme", "tracking", "ubicacion", "u1")
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Ingress(); got != "in.acme.tracking.ubicacion.u1" {
		t.Errorf("ingress %q", got)
	}
	if got := s.String(); got != "acme.tracking.ubicacion.u1" {
		t.Errorf("tenant side %q", got)
	}
	if got := s.ClientEvent(); got != "tracking:ubicacion" {
		t.Errorf("client event %q", got)
	}
	if got := s.Live(); got != "_live.acme.tracking.ubicacion.u1" {
		t.Errorf("live %q", got)
	}
	for _, side := range []string{s.Ingress(), s.String(), "dir." + s.String(), s.Live()} {
		if parsed, err := subject.Parse(side); err != nil || parsed != s {
			t.Errorf("parse %q: %v, %v", side, parsed, err)
		}
	}
}

func TestInjectedTokensAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", ">", "*", "a.b", "a b", "a\tb", "a\r\nb", "ñ", "a>", "a\x00", strings.Repeat("x", 65), strings.Repeat("x", 1<<20),
	} {
		for i := range 4 {
			tokens := []string{"acme", "alerta", "nueva", "a1"}
			tokens[i] = bad
			_, err := subject.New(tokens[0], tokens[1], tokens[2], tokens[3])
			if !errors.Is(err, subject.ErrToken) {
				t.Errorf("token %d = %.20q: %v, want ErrToken", i, bad, err)
			} else if len(err.Error()) > 300 {
				t.Errorf("token %d: the error repeats %d bytes of input", i, len(err.Error()))
			}
		}
	}
}

func TestReservedTenantsAreRefused(t *testing.T) {
	t.Parallel()
	for _, tenant := range []string{"in", "dir", "dlq", "_INBOX", "_"} {
		if err := subject.CheckTenant(tenant); !errors.Is(err, subject.ErrReserved) {
			t.Errorf("%s: %v, want ErrReserved", tenant, err)
		}
	}
	if err := subject.CheckTenant("$JS"); !errors.Is(err, subject.ErrToken) {
		t.Errorf("$JS: %v, want ErrToken", err)
	}
}

// FuzzParse checks that Parse accepts only subjects that New builds from the same parts, and none with a wildcard.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"in.acme.tracking.ubicacion.u1", "acme.alerta.nueva.>", "dir.a.directorio.usuario.u", "_live.acme.chat.escribiendo.c1", "_live._live.a.b.c", "....", "in.in.a.b.c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := subject.Parse(text)
		if err != nil {
			return
		}
		if again, err := subject.New(s.Tenant(), s.Domain(), s.Event(), s.Entity()); err != nil || again != s {
			t.Errorf("Parse accepted %q, but New refuses its parts: %v", text, err)
		}
		if strings.ContainsAny(s.Ingress(), "*> \t\r\n\x00") {
			t.Errorf("Parse accepted %q", text)
		}
		if !strings.HasSuffix(text, s.String()) {
			t.Errorf("Parse read %q as %q", text, s)
		}
	})
}
