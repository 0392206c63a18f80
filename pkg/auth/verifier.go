package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"

	"github.com/terreno/terreno/pkg/retry"
	"github.com/terreno/terreno/proto/subject"
)

const (
	// MaxTokenBytes is the longest token that is looked at.
	MaxTokenBytes = 8 << 10
	maxKeyID      = 128
	// An issuer's clock may be ahead of ours by this much.
	issuedAtLeeway = 30 * time.Second
)

// Issuer is somebody whose tokens are accepted.
type Issuer struct {
	// Name is the tokens' iss, exactly.
	Name    string
	JWKSURL string
	// Company is the only one that the issuer may speak for; empty for ours, which speaks for all.
	Company string
}

// Config says whose tokens are accepted.
type Config struct {
	Issuers []Issuer
	// Audience must be among the tokens' aud.
	Audience string
	// Current replaces what a token that holds says of its user by what is known now: a token does not know that its
	// user was moved to another team. It may be nil.
	Current func(Claims) Claims
	// Now is wall time; nil is time.Now.
	Now func() time.Time
}

// Verifier checks tokens. It is safe for concurrent use.
type Verifier struct {
	audience string
	now      func() time.Time
	issuers  map[string]issuer
	revoked  func(context.Context, Claims) error
	current  func(Claims) Claims
}

type issuer struct {
	Issuer
	keys *keySet
}

// NewVerifier fetches nothing yet. With client nil, keys are fetched through pkg/retry. revoked is asked last, about
// claims that hold otherwise; it returns ErrRevoked, ErrSuspended, ErrUnavailable or nil, and may be nil itself.
func NewVerifier(c Config, client *http.Client, revoked func(context.Context, Claims) error) (*Verifier, error) {
	v := &Verifier{audience: c.Audience, now: c.Now, issuers: map[string]issuer{}, revoked: revoked, current: c.Current}
	if v.now == nil {
		v.now = time.Now
	}
	if v.revoked == nil {
		v.revoked = func(context.Context, Claims) error { return nil }
	}
	if client == nil {
		client = &http.Client{Transport: retry.New(nil)}
	}
	var bad []error
	if c.Audience == "" || len(c.Issuers) == 0 {
		bad = append(bad, errors.New("auth needs an audience and at least one issuer"))
	}
	for _, i := range c.Issuers {
		if _, twice := v.issuers[i.Name]; twice || i.Name == "" {
			bad = append(bad, fmt.Errorf("issuer %q: names must be unique and not empty", i.Name))
		}
		if u, err := url.Parse(i.JWKSURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			bad = append(bad, fmt.Errorf("issuer %q: %q is no http address of a JWKS", i.Name, i.JWKSURL))
		}
		if i.Company != "" {
			bad = append(bad, subject.CheckTenant(i.Company))
		}
		v.issuers[i.Name] = issuer{i, &keySet{url: i.JWKSURL, client: client, now: v.now}}
	}
	return v, errors.Join(bad...)
}

// Verify checks a token and returns whom it speaks for. The error is always an *Error.
func (v *Verifier) Verify(ctx context.Context, token string) (Claims, error) {
	if token == "" {
		return Claims{}, ErrMissing
	}
	if len(token) > MaxTokenBytes || !compact(token) {
		return Claims{}, ErrMalformed
	}
	body, from, err := v.open(ctx, []byte(token))
	if err != nil {
		return Claims{}, err
	}
	claims, err := v.check(body, from)
	if err != nil {
		return Claims{}, err
	}
	if err := v.revoked(ctx, claims); err != nil {
		if _, ok := errors.AsType[*Error](err); ok {
			return Claims{}, err
		}
		return Claims{}, ErrUnavailable.Because(err)
	}
	if v.current != nil {
		claims = v.current(claims)
	}
	return claims, nil
}

// open verifies the signature with the key that the header names, of the issuer that the body names.
func (v *Verifier) open(ctx context.Context, token []byte) (body payload, from Issuer, err error) {
	message, err := jws.Parse(token, jws.WithCompact())
	if err != nil || len(message.Signatures()) != 1 {
		return nil, Issuer{}, ErrMalformed.Because(err)
	}
	header := message.Signatures()[0].ProtectedHeaders()
	if header.Algorithm() != jwa.EdDSA {
		return nil, Issuer{}, ErrInvalid.Because(fmt.Errorf("alg %.16q", header.Algorithm()))
	}
	// No extension is known here, so none may be critical; b64 would change what is signed.
	if _, b64 := header.Get("b64"); b64 || len(header.Critical()) > 0 {
		return nil, Issuer{}, ErrInvalid.Because(errors.New("critical header"))
	}
	kid := header.KeyID()
	if kid == "" || len(kid) > maxKeyID {
		return nil, Issuer{}, ErrInvalid.Because(errors.New("no kid"))
	}
	if err := json.Unmarshal(message.Payload(), &body); err != nil {
		return nil, Issuer{}, ErrMalformed.Because(err)
	}
	known, ok := v.issuers[body.optional("iss")]
	if !ok {
		return nil, Issuer{}, ErrInvalid.Because(fmt.Errorf("issuer %.64q", body.optional("iss")))
	}
	key, err := known.keys.key(ctx, kid)
	if err != nil {
		return nil, Issuer{}, err
	}
	// The raw key with the pinned algorithm: nothing in the token chooses how it is verified.
	if _, err := jws.Verify(token, jws.WithCompact(), jws.WithKey(jwa.EdDSA, key)); err != nil {
		return nil, Issuer{}, ErrInvalid.Because(err)
	}
	return body, known.Issuer, nil
}

func (v *Verifier) check(body payload, from Issuer) (Claims, error) {
	claims, err := body.claims()
	if err != nil {
		return Claims{}, ErrInvalid.Because(err)
	}
	now := v.now()
	switch {
	case !body.audience(v.audience):
		return Claims{}, ErrInvalid.Because(errors.New("another audience"))
	case from.Company != "" && claims.Company != from.Company:
		return Claims{}, ErrInvalid.Because(fmt.Errorf("issuer %q does not speak for company %q", from.Name, claims.Company))
	case !now.Before(claims.ExpiresAt):
		return Claims{}, ErrExpired
	case claims.IssuedAt.After(now.Add(issuedAtLeeway)):
		return Claims{}, ErrInvalid.Because(errors.New("issued in the future"))
	}
	if _, ok := body["nbf"]; ok {
		if from, err := body.instant("nbf"); err != nil || now.Before(from) {
			return Claims{}, ErrInvalid.Because(errors.New("not valid yet"))
		}
	}
	return claims, nil
}

// compact says whether the token is three parts of unpadded base64url. jwx reads more spellings of the same bytes.
func compact(token string) bool {
	dots := 0
	for i := range len(token) {
		switch c := token[i]; {
		case c == '.':
			dots++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return dots == 2
}
