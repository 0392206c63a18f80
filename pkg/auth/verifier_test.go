package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ana() auth.Claims {
	return auth.Claims{Subject: "ana", Company: "acme", Role: "supervisor", Teams: []string{"norte", "sur"}, ID: "t-1"}
}

func wantCode(t *testing.T, err error, want *auth.Error) {
	t.Helper()
	got, ok := errors.AsType[*auth.Error](err)
	if !ok || !errors.Is(err, want) {
		t.Errorf("error = %v, want code %s", err, want.Code)
		return
	}
	if got.Detail == "" {
		t.Errorf("%s has no sentence for the client", got.Code)
	}
}

func TestGoodToken(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	now := time.Now().UTC().Truncate(time.Second)
	want := ana()
	want.Issuer, want.IssuedAt, want.ExpiresAt = issuer.Name, now, now.Add(time.Minute)
	var asked auth.Claims
	verifier := issuer.Verifier(t, func(_ context.Context, c auth.Claims) error { asked = c; return nil })
	got, err := verifier.Verify(t.Context(), issuer.Token(t, want))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(asked, want) {
		t.Errorf("claims = %+v, revocation asked about %+v, want %+v", got, asked, want)
	}
	if c, ok := auth.FromContext(auth.NewContext(t.Context(), got)); !ok || c.Subject != "ana" {
		t.Errorf("claims from the context = %+v, %v", c, ok)
	}
	if _, ok := auth.FromContext(t.Context()); ok {
		t.Error("an empty context has claims")
	}
}

func TestBadTokens(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	verifier := issuer.Verifier(t, nil)
	codes := map[string]*auth.Error{
		"expired": auth.ErrExpired, "unsigned": auth.ErrInvalid, "not a token": auth.ErrMalformed, "alg none": auth.ErrInvalid,
	}
	bad := issuer.Bad(t, ana())
	for name, token := range bad {
		want := auth.ErrInvalid
		if w, ok := codes[name]; ok {
			want = w
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims, err := verifier.Verify(t.Context(), token)
			wantCode(t, err, want)
			if !reflect.DeepEqual(claims, auth.Claims{}) {
				t.Errorf("a refused token gave claims %+v", claims)
			}
		})
	}
	t.Run("the same, well signed", func(t *testing.T) {
		t.Parallel()
		if _, err := verifier.Verify(t.Context(), issuer.Token(t, ana())); err != nil {
			t.Error(err)
		}
	})
}

func TestOddTokens(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	verifier := issuer.Verifier(t, nil)
	good := issuer.Token(t, ana())
	header, rest, _ := strings.Cut(good, ".")
	edit := func(change func(header, body map[string]any)) string { return issuer.Forge(t, ana(), change) }
	cases := map[string]struct {
		token string
		want  *auth.Error
	}{
		"empty":          {"", auth.ErrMissing},
		"too long":       {edit(func(_, b map[string]any) { b["x"] = strings.Repeat("a", auth.MaxTokenBytes) }), auth.ErrMalformed},
		"padded":         {header + "=." + rest, auth.ErrMalformed},
		"four parts":     {good + ".x", auth.ErrMalformed},
		"five parts":     {"a.b.c.d.e", auth.ErrMalformed},
		"two parts":      {header + "." + header, auth.ErrMalformed},
		"only dots":      {"..", auth.ErrMalformed},
		"json form":      {`{"payload":"e30","signatures":[]}`, auth.ErrMalformed},
		"space around":   {" " + good, auth.ErrMalformed},
		"critical":       {edit(func(h, _ map[string]any) { h["crit"] = []string{"exp"} }), auth.ErrInvalid},
		"unencoded":      {edit(func(h, _ map[string]any) { h["b64"] = true }), auth.ErrInvalid},
		"long kid":       {edit(func(h, _ map[string]any) { h["kid"] = strings.Repeat("k", 200) }), auth.ErrInvalid},
		"embedded key":   {edit(func(h, _ map[string]any) { h["kid"] = nil; h["jku"] = issuer.JWKSURL }), auth.ErrInvalid},
		"exp as text":    {edit(func(_, b map[string]any) { b["exp"] = "2999-01-01T00:00:00Z" }), auth.ErrInvalid},
		"exp negative":   {edit(func(_, b map[string]any) { b["exp"] = -1 }), auth.ErrInvalid},
		"exp huge":       {edit(func(_, b map[string]any) { b["exp"] = json.Number("1e300") }), auth.ErrInvalid},
		"nbf as text":    {edit(func(_, b map[string]any) { b["nbf"] = "now" }), auth.ErrInvalid},
		"sub in capital": {edit(func(_, b map[string]any) { b["sub"] = nil; b["SUB"] = "ana" }), auth.ErrInvalid},
		"team injection": {edit(func(_, b map[string]any) { b["equipos"] = []string{"norte,sur"} }), auth.ErrInvalid},
		"teams as text":  {edit(func(_, b map[string]any) { b["equipos"] = "norte" }), auth.ErrInvalid},
		"no company":     {edit(func(_, b map[string]any) { b["id_empresa"] = nil }), auth.ErrInvalid},
		"platform admin of a company": {
			edit(func(_, b map[string]any) { b["rol"] = "platform_admin" }), auth.ErrInvalid,
		},
		"just issued ahead": {edit(func(_, b map[string]any) { b["iat"] = time.Now().Add(20 * time.Second).Unix() }), nil},
		"audience list":     {edit(func(_, b map[string]any) { b["aud"] = []string{"x", authtest.Audience} }), nil},
		"platform admin":    {issuer.Token(t, auth.Claims{Subject: "root", Role: "platform_admin"}), nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := verifier.Verify(t.Context(), c.token)
			if c.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, c.want)
		})
	}
}

func TestCompanyAsANumber(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	verifier := issuer.Verifier(t, nil)
	for raw, want := range map[string]string{
		`7`: "7", `"7"`: "7", `0`: "0", `9007199254740993`: "9007199254740993",
		`7.0`: "", `1e3`: "", `-1`: "", `-0`: "", `7.5`: "", `true`: "", `[7]`: "", `{"a":1}`: "", `""`: "", `null`: "",
		`99999999999999999999999`: "",
	} {
		token := issuer.Forge(t, ana(), func(_, body map[string]any) { body["id_empresa"] = json.RawMessage(raw) })
		claims, err := verifier.Verify(t.Context(), token)
		if want == "" {
			if !errors.Is(err, auth.ErrInvalid) {
				t.Errorf("id_empresa %s: claims %+v, error %v, want it refused", raw, claims, err)
			}
			continue
		}
		if err != nil || claims.Company != want {
			t.Errorf("id_empresa %s: company %q, error %v, want %q", raw, claims.Company, err, want)
		}
	}
}

func TestOutsideIssuerSpeaksForItsCompanyAlone(t *testing.T) {
	t.Parallel()
	ours, theirs := authtest.New(t), authtest.New(t)
	verifier, err := auth.NewVerifier(auth.Config{Audience: authtest.Audience, Issuers: []auth.Issuer{
		{Name: ours.Name, JWKSURL: ours.JWKSURL},
		{Name: theirs.Name, JWKSURL: theirs.JWKSURL, Company: "acme"},
	}}, &http.Client{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	other := ana()
	other.Company = "globex"
	for name, c := range map[string]struct {
		token string
		good  bool
	}{
		"ours, any company":        {ours.Token(t, other), true},
		"theirs, their company":    {theirs.Token(t, ana()), true},
		"theirs, another company":  {theirs.Token(t, other), false},
		"theirs, a platform admin": {theirs.Token(t, auth.Claims{Subject: "root", Role: "platform_admin"}), false},
		// Both issuers call their key key-1: the kid alone must not choose it.
		"theirs, as ours": {theirs.Token(t, auth.Claims{Subject: "ana", Company: "globex", Role: "admin", Issuer: ours.Name}), false},
	} {
		_, err := verifier.Verify(t.Context(), c.token)
		if c.good && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !c.good && !errors.Is(err, auth.ErrInvalid) {
			t.Errorf("%s: error = %v, want token_invalid", name, err)
		}
	}
}

func TestRevocationDecides(t *testing.T) {
	t.Parallel()
	issuer := authtest.New(t)
	for _, c := range []struct {
		answer error
		want   *auth.Error
	}{
		{auth.ErrRevoked, auth.ErrRevoked},
		{auth.ErrSuspended, auth.ErrSuspended},
		{auth.ErrUnavailable, auth.ErrUnavailable},
		{errors.New("directory broke"), auth.ErrUnavailable},
	} {
		verifier := issuer.Verifier(t, func(context.Context, auth.Claims) error { return c.answer })
		_, err := verifier.Verify(t.Context(), issuer.Token(t, ana()))
		wantCode(t, err, c.want)
	}
	verifier := issuer.Verifier(t, func(context.Context, auth.Claims) error { panic("asked about a token that does not hold") })
	for name, token := range issuer.Bad(t, ana()) {
		if _, err := verifier.Verify(t.Context(), token); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestNewVerifierNamesEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := auth.NewVerifier(auth.Config{Issuers: []auth.Issuer{
		{Name: "twice", JWKSURL: "http://a.test/jwks"},
		{Name: "twice", JWKSURL: "http://a.test/jwks"},
		{Name: "file", JWKSURL: "file:///etc/passwd"},
		{Name: "bound", JWKSURL: "http://a.test/", Company: "a.b"},
	}}, nil, nil)
	if err == nil {
		t.Fatal("accepted")
	}
	for _, part := range []string{"audience", `"twice"`, `"file"`, `"a.b"`} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not name %s", err, part)
		}
	}
}

func FuzzVerify(f *testing.F) {
	issuer := authtest.New(f)
	verifier := issuer.Verifier(f, nil)
	good := issuer.Token(f, ana())
	bad := issuer.Bad(f, ana())
	for _, token := range append(slices.Sorted(maps.Values(bad)), good) {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := verifier.Verify(context.Background(), token)
		if err == nil && token != good {
			t.Errorf("a token that was never issued was accepted: %q -> %+v", token, claims)
		}
		if _, ok := errors.AsType[*auth.Error](err); err != nil && !ok {
			t.Errorf("error without a code: %v", err)
		}
	})
}
