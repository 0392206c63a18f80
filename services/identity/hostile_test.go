package identity

import (
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// parts returns header and body of a token.
func parts(t *testing.T, token string) (header, claims body) {
	t.Helper()
	for i, into := range []*body{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

func join(t *testing.T, header, claims body) string {
	t.Helper()
	h, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	c, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return encode(h) + "." + encode(c)
}

// What somebody with a real token and the published keys may try.
func TestForgedTokensAreRefused(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	key := w.send(t, "GET", "/.well-known/jwks.json", "", nil).Body["keys"].([]any)[0].(body)
	public, err := base64.RawURLEncoding.DecodeString(key["x"].(string))
	if err != nil {
		t.Fatal(err)
	}
	header, claims := parts(t, ana.access)
	signature := strings.Split(ana.access, ".")[2]
	with := func(b body, name string, value any) body {
		changed := maps.Clone(b)
		changed[name] = value
		return changed
	}
	hs256 := func(secret []byte) string {
		signed := join(t, with(header, "alg", "HS256"), with(claims, "rol", audience.RoleAdmin))
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(signed))
		return signed + "." + encode(mac.Sum(nil))
	}
	for what, token := range map[string]string{
		"another role":             join(t, header, with(claims, "rol", audience.RoleAdmin)) + "." + signature,
		"another company":          join(t, header, with(claims, "id_empresa", "beta")) + "." + signature,
		"a later end":              join(t, header, with(claims, "exp", 4e9)) + "." + signature,
		"alg none":                 join(t, with(header, "alg", "none"), claims) + ".",
		"no signature":             join(t, header, claims) + ".",
		"HS256, the published key": hs256([]byte(key["x"].(string))),
		"HS256, its bytes":         hs256(public),
		"an unknown kid":           join(t, with(header, "kid", "nobody"), claims) + "." + signature,
		"a key of its own":         join(t, with(with(header, "kid", ""), "jwk", key), claims) + "." + signature,
		"a refresh token":          ana.refresh,
	} {
		if a := w.send(t, "GET", "/v1/users/me", token, nil); a.Status != http.StatusUnauthorized || a.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
	w.send(t, "GET", "/v1/users/me", ana.access, nil).Is(t, http.StatusOK, "")
}

func TestBadInputGetsAClearError(t *testing.T) {
	t.Parallel()
	w, admin, _ := signedIn(t)
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	if _, err := io.Copy(zip, io.LimitReader(zeros{}, 64<<20)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	post := func(path, token string, content any, header ...string) answer {
		t.Helper()
		return w.send(t, "POST", path, token, content, header...)
	}
	for what, tc := range map[string]struct {
		a      answer
		status int
		code   string
	}{
		"no body":                {post("/v1/auth/login", "", nil), 400, "body_required"},
		"no JSON":                {post("/v1/auth/login", "", "login=ana"), 400, "json_invalid"},
		"a list":                 {post("/v1/auth/login", "", `["ana"]`), 422, "validation_failed"},
		"wrong types":            {post("/v1/auth/login", "", `{"login": 7, "password": true}`), 422, "validation_failed"},
		"no password":            {post("/v1/auth/login", "", `{"login": "ana"}`), 422, "validation_failed"},
		"a huge login":           {post("/v1/auth/login", "", `{"login": "`+strings.Repeat("a", 1<<20)+`", "password": "x"}`), 413, "body_too_large"},
		"a bomb":                 {post("/v1/auth/login", "", bomb.Bytes(), "Content-Encoding", "gzip"), 413, "body_too_large"},
		"broken gzip":            {post("/v1/auth/login", "", "\x1f\x8bno", "Content-Encoding", "gzip"), 400, "gzip_invalid"},
		"a NUL":                  {post("/v1/users", admin, `{"name": "a\u0000b", "role": "colaborador"}`), 400, "text_holds_nul"},
		"a huge name":            {post("/v1/users", admin, `{"name": "`+strings.Repeat("a", 1<<16)+`", "role": "colaborador"}`), 422, "validation_failed"},
		"a huge id":              {post("/v1/users", admin, `{"id": "`+strings.Repeat("a", 1<<16)+`", "name": "X", "role": "colaborador"}`), 422, "validation_failed"},
		"an address of subjects": {post("/v1/users/%3E/revoke", admin, nil), 404, "user_not_found"},
		"an empty refresh":       {post("/v1/auth/refresh", "", `{"refresh_token": ""}`), 422, "validation_failed"},
		"a method that is none":  {post("/v1/users/me", admin, nil), 405, "method_not_allowed"},
		"a path that is none":    {post("/v1/auth/register", "", nil), 404, "not_found"},
	} {
		if tc.a.Status != tc.status || tc.a.Code() != tc.code || tc.a.Body["detail"] == "" {
			t.Errorf("%s: %d %s, want %d %s", what, tc.a.Status, tc.a.Text, tc.status, tc.code)
		}
		if strings.Contains(tc.a.Text, strings.Repeat("a", 1000)) {
			t.Errorf("%s: the answer sends the request back", what)
		}
	}
	post("/v1/auth/login", "", strings.NewReader(`{"company": "acme", "login": "ana", "password": "`+secret+`", "app_version": "9.1"}`)).Is(t, http.StatusOK, "")
}

// zeros is a reader without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A key that is shared by mistake does not make tokens of another installation, or for another use, good here.
func TestTheRealKeySignsForOneIssuerAndAudience(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	w.send(t, "GET", "/v1/users/me", ana.access, nil).Is(t, http.StatusOK, "")
	for what, change := range map[string]func(*Config){
		"another issuer":   func(c *Config) { c.Issuer = "elsewhere" },
		"another audience": func(c *Config) { c.Audience = "elsewhere" },
	} {
		here := w.url
		w.url = w.replica(t, change) // the same database, and so the same key
		token := w.login(t, "acme", "ana").access
		header, _ := parts(t, token)
		if own, _ := parts(t, ana.access); header["kid"] != own["kid"] {
			t.Fatalf("%s: signed by %v, not by %v", what, header["kid"], own["kid"])
		}
		w.url = here
		if a := w.send(t, "GET", "/v1/users/me", token, nil); a.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
}
