package session

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestRefreshTokenSurvivesItsText(t *testing.T) {
	t.Parallel()
	for _, company := range []string{"acme", "", "a-b_C9"} {
		r := newRefreshToken(company, uuid.New())
		back, err := parseRefreshToken(r.String())
		if err != nil || back != r || !bytes.Equal(back.hash(), r.hash()) {
			t.Errorf("%q: %+v, %v; want %+v", r.String(), back, err, r)
		}
	}
	a, b := newRefreshToken("acme", uuid.Nil), newRefreshToken("acme", uuid.Nil)
	if a == b {
		t.Error("two tokens of a family are equal")
	}
	if c := (refreshToken{"beta", a.family, a.secret}); bytes.Equal(a.hash(), c.hash()) {
		t.Error("the hash does not cover the company")
	}
}

func FuzzParseRefreshToken(f *testing.F) {
	good := newRefreshToken("acme", uuid.New()).String()
	for _, seed := range []string{
		"", "tr1", "tr1..", "tr1.acme.", good, good + "=", good[:30] + "\r" + good[31:], good[:len(good)-1], strings.Replace(good, "acme", "a.b", 1),
		strings.Replace(good, "acme", ">", 1), strings.Replace(good, "acme", "in", 1), strings.Replace(good, "tr1", "tr2", 1),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseRefreshToken(s)
		if err == nil && r.String() != s {
			t.Errorf("%q was read as %q: one token, two spellings", s, r.String())
		}
	})
}
