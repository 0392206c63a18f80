package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
)

func TestFromHeader(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]struct {
		token string
		err   error
	}{
		"Bearer a.b.c":        {"a.b.c", nil},
		"bearer   a.b.c  ":    {"a.b.c", nil},
		"":                    {"", auth.ErrMissing},
		"Bearer":              {"", auth.ErrMissing},
		"Bearer ":             {"", auth.ErrMissing},
		"Basic dXNlcjpwYXNz":  {"", auth.ErrMissing},
		"a.b.c":               {"", auth.ErrMissing},
		"Bearer a.b.c, x":     {"", auth.ErrMalformed},
		"Bearer a.b.c Bearer": {"", auth.ErrMalformed},
	} {
		token, err := auth.FromHeader(http.Header{"Authorization": {value}})
		if token != want.token || !errors.Is(err, want.err) {
			t.Errorf("%q: %q, %v, want %q, %v", value, token, err, want.token, want.err)
		}
	}
	if _, err := auth.FromHeader(http.Header{}); !errors.Is(err, auth.ErrMissing) {
		t.Errorf("no header: %v", err)
	}
	twice := http.Header{"Authorization": {"Bearer a.b.c", "Bearer d.e.f"}}
	if _, err := auth.FromHeader(twice); !errors.Is(err, auth.ErrMalformed) {
		t.Errorf("two headers: %v", err)
	}
}

func TestFromHandshake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url    string
		header http.Header
		want   string
	}{
		"authorization":       {"/ws", http.Header{"Authorization": {"Bearer a.b.c"}}, "a.b.c"},
		"query":               {"/ws?token=a.b.c", nil, "a.b.c"},
		"subprotocol":         {"/ws", http.Header{"Sec-Websocket-Protocol": {"terreno, bearer.a.b.c"}}, "a.b.c"},
		"second header line":  {"/ws", http.Header{"Sec-Websocket-Protocol": {"terreno", "bearer.a.b.c"}}, "a.b.c"},
		"authorization first": {"/ws?token=x", http.Header{"Authorization": {"Bearer a.b.c"}}, "a.b.c"},
		"none":                {"/ws", http.Header{"Sec-Websocket-Protocol": {"terreno, bearer."}}, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, c.url, nil)
		r.Header = c.header
		token, err := auth.FromHandshake(r)
		if token != c.want || (c.want == "") != errors.Is(err, auth.ErrMissing) {
			t.Errorf("%s: %q, %v, want %q", name, token, err, c.want)
		}
	}
}

func FuzzFromHandshake(f *testing.F) {
	f.Add("Bearer a.b.c", "token=x", "terreno, bearer.y")
	f.Add("", "token=%zz", ",,bearer.")
	f.Fuzz(func(t *testing.T, authorization, query, protocol string) {
		r := &http.Request{URL: &url.URL{RawQuery: query}, Header: http.Header{
			"Authorization": {authorization}, "Sec-Websocket-Protocol": {protocol},
		}}
		token, err := auth.FromHandshake(r)
		if (token == "") == (err == nil) {
			t.Errorf("token %q with error %v", token, err)
		}
		if token, err := auth.FromHeader(r.Header); err == nil && strings.ContainsAny(token, " \t,") {
			t.Errorf("token %q from header %q", token, authorization)
		}
	})
}

func TestRevocationAndIssueInTheSameSecond(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
	// Every order of issuing (i) and revoking (r) within one second: a token lives exactly until the next revocation.
	for _, order := range []string{"ir", "ri", "iri", "rir", "rri", "irri", "rirr", "iriri", "rrriririr"} {
		var validFrom time.Time
		var issued []time.Time
		alive := 0 // index of the first token issued after the last revocation
		for n, what := range order {
			now := start.Add(time.Duration(n) * 100 * time.Millisecond)
			if what == 'r' {
				validFrom = auth.ValidFrom(now, validFrom)
				alive = len(issued)
			} else {
				issued = append(issued, auth.IssuedAt(now, validFrom))
			}
			for i, iat := range issued {
				if refused := iat.Before(validFrom); refused != (i < alive) {
					t.Errorf("%s at step %d: token %d refused = %v", order, n, i, refused)
				}
			}
		}
		if ahead := validFrom.Sub(start); ahead > 7*time.Second {
			t.Errorf("%s: valid from %v ahead", order, ahead)
		}
	}
}
