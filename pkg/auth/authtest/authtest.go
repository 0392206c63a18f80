// Package authtest issues access tokens for tests: good ones, and every kind that a service must refuse. An Issuer serves
// its JWKS over HTTP until its test ends.
package authtest

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"

	"github.com/terreno/terreno/pkg/auth"
)

// Audience is the audience of an Issuer's tokens.
const Audience = "terreno-test"

// Issuer signs tokens with an Ed25519 key of its own.
type Issuer struct {
	Name    string
	JWKSURL string

	mu      sync.Mutex
	kid     string
	private ed25519.PrivateKey
	keys    map[string]ed25519.PublicKey // published
	fetches int
	down    bool
	held    chan struct{}
}

// New starts an issuer whose JWKS server ends with the test.
func New(t testing.TB) *Issuer {
	t.Helper()
	i := &Issuer{keys: map[string]ed25519.PublicKey{}}
	i.Rotate(t)
	server := httptest.NewServer(http.HandlerFunc(i.serve))
	t.Cleanup(server.Close)
	i.Name, i.JWKSURL = server.URL, server.URL+"/.well-known/jwks.json"
	return i
}

// Verifier accepts the issuer's tokens for any company. revoked may be nil.
func (i *Issuer) Verifier(t testing.TB, revoked func(context.Context, auth.Claims) error) *auth.Verifier {
	t.Helper()
	c := auth.Config{Issuers: []auth.Issuer{{Name: i.Name, JWKSURL: i.JWKSURL}}, Audience: Audience}
	v, err := auth.NewVerifier(c, &http.Client{}, revoked)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Token signs a token. It fills in what the claims leave open: the issuer's name, issued now, good for 15 minutes.
func (i *Issuer) Token(t testing.TB, c auth.Claims) string {
	t.Helper()
	return i.Forge(t, c, nil)
}

// Forge signs a token after change has edited its header and body. It leaves out members that change sets to nil.
func (i *Issuer) Forge(t testing.TB, c auth.Claims, change func(header, body map[string]any)) string {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	signed := i.unsigned(t, c, change)
	return signed + "." + encode(ed25519.Sign(i.private, []byte(signed)))
}

// Bad returns tokens that a service must refuse, each under the name of its fault. Everything else in them is as in
// Token.
func (i *Issuer) Bad(t testing.TB, c auth.Claims) map[string]string {
	t.Helper()
	set := func(name string, value any) string {
		return i.Forge(t, c, func(_, body map[string]any) { body[name] = value })
	}
	head := func(name string, value any) string {
		return i.Forge(t, c, func(header, _ map[string]any) { header[name] = value })
	}
	good := i.Token(t, c)
	return map[string]string{
		"expired":           set("exp", time.Now().Add(-time.Second).Unix()),
		"no exp":            set("exp", nil),
		"no iat":            set("iat", nil),
		"issued in future":  set("iat", time.Now().Add(time.Hour).Unix()),
		"not valid yet":     set("nbf", time.Now().Add(time.Hour).Unix()),
		"another issuer":    set("iss", "https://elsewhere.test"),
		"another audience":  set("aud", "elsewhere"),
		"no audience":       set("aud", nil),
		"no subject":        set("sub", nil),
		"subject injection": set("sub", "u1.>"),
		"company injection": set("id_empresa", "*"),
		"reserved company":  set("id_empresa", "dlq"),
		"unknown role":      set("rol", "root"),
		"wrong kid":         head("kid", "nobody"),
		"no kid":            head("kid", nil),
		"alg none":          i.none(t, c),
		"hs256 public key":  i.hs256(t, c),
		"unsigned":          good[:len(good)-86],
		"changed signature": good[:len(good)-86] + encode(make([]byte, ed25519.SignatureSize)),
		"not a token":       "not-a-token",
	}
}

// none is a token that claims to need no signature.
func (i *Issuer) none(t testing.TB, c auth.Claims) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.unsigned(t, c, func(header, _ map[string]any) { header["alg"] = "none" }) + "."
}

// hs256 is a token whose HMAC secret is the issuer's public key, which everyone can read.
func (i *Issuer) hs256(t testing.TB, c auth.Claims) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	signed := i.unsigned(t, c, func(header, _ map[string]any) { header["alg"] = "HS256" })
	mac := hmac.New(sha256.New, i.keys[i.kid])
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}

// Rotate makes a new key, publishes it beside the old ones and signs with it from now on.
func (i *Issuer) Rotate(t testing.TB) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kid, i.private = fmt.Sprintf("key-%d", len(i.keys)+1), private
	i.keys[i.kid] = public
}

// Withdraw makes a new key like Rotate, and publishes that key alone. If same is true, the new key takes the kid of the
// present one.
func (i *Issuer) Withdraw(t testing.TB, same bool) {
	t.Helper()
	i.mu.Lock()
	before := i.kid
	i.mu.Unlock()
	i.Rotate(t)
	i.mu.Lock()
	defer i.mu.Unlock()
	public := i.keys[i.kid]
	if same {
		i.kid = before
	}
	i.keys = map[string]ed25519.PublicKey{i.kid: public}
}

// SetDown makes the JWKS answer 503, or answer again.
func (i *Issuer) SetDown(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

// Hold keeps JWKS answers back until release is called.
func (i *Issuer) Hold() (release func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	held := make(chan struct{})
	i.held = held
	return sync.OnceFunc(func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.held = nil
		close(held)
	})
}

// Fetches is how often clients asked for the JWKS.
func (i *Issuer) Fetches() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.fetches
}

// unsigned returns the header and body of a token. The caller holds i.mu.
func (i *Issuer) unsigned(t testing.TB, c auth.Claims, change func(header, body map[string]any)) string {
	t.Helper()
	now := time.Now()
	header := map[string]any{"alg": "EdDSA", "typ": "JWT", "kid": i.kid}
	body := map[string]any{
		"iss": i.Name, "aud": Audience, "sub": c.Subject, auth.ClaimRole: c.Role,
		"iat": now.Unix(), "exp": now.Add(15 * time.Minute).Unix(),
	}
	optional := map[string]any{}
	if c.Company != "" {
		optional[auth.ClaimCompany] = c.Company
	}
	if len(c.Teams) > 0 {
		optional[auth.ClaimTeams] = c.Teams
	}
	if c.ID != "" {
		optional["jti"] = c.ID
	}
	if c.Session != "" {
		optional[auth.ClaimSession] = c.Session
	}
	if c.Issuer != "" {
		optional["iss"] = c.Issuer
	}
	if !c.IssuedAt.IsZero() {
		optional["iat"] = c.IssuedAt.Unix()
	}
	if !c.ExpiresAt.IsZero() {
		optional["exp"] = c.ExpiresAt.Unix()
	}
	maps.Copy(body, optional)
	if change != nil {
		change(header, body)
	}
	return part(t, header) + "." + part(t, body)
}

func (i *Issuer) serve(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	i.fetches++
	down, held, keys := i.down, i.held, maps.Clone(i.keys)
	i.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-r.Context().Done():
		}
	}
	if down {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	set := jwk.NewSet()
	for kid, public := range keys {
		key, err := jwk.FromRaw(public)
		if err == nil {
			err = key.Set(jwk.KeyIDKey, kid)
		}
		if err == nil {
			err = set.AddKey(key)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	_ = json.NewEncoder(w).Encode(set)
}

func part(t testing.TB, members map[string]any) string {
	t.Helper()
	maps.DeleteFunc(members, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return encode(b)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
