package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
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
	// MaxTokenBytes is the longest token that Verify reads.
	MaxTokenBytes = 8 << 10
	maxKeyID      = 128
	// An issuer's clock may be ahead of ours by this much.
	issuedAtLeeway = 30 * time.Second
)

// Issuer is an issuer whose tokens the verifier accepts.
type Issuer struct {
	// Name must equal the iss of the tokens exactly.
	Name    string
	JWKSURL string
	// Company is the only company that the issuer may speak for. It is empty for our own issuer, which speaks for all.
	Company string
}

// Config says whose tokens are accepted.
type Config struct {
	Issuers []Issuer
	// Audience must be among the tokens' aud.
	Audience string
	// Current replaces what a valid token says of its user by what the service knows now. A token does not know, for
	// example, that its user has moved to another team. Current may be nil.
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
	seen     *seen
}

type issuer struct {
	Issuer
	keys *keySet
}

// NewVerifier makes a verifier and fetches nothing yet. If client is nil, the verifier fetches keys through pkg/retry.
// It calls revoked last, with claims that passed every other check. revoked returns ErrRevoked, ErrSuspended,
// ErrUnavailable or nil. revoked itself may be nil.
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
	v.seen = newSeen(generationBytes, v.now)
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
	if len(token) > MaxTokenBytes {
		return Claims{}, ErrMalformed
	}
	p, err := v.prove(ctx, []byte(token))
	if err != nil {
		return Claims{}, err
	}
	if err := v.holds(p); err != nil {
		return Claims{}, err
	}
	claims := p.says()
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

// prove returns the proof of a token: the one that an earlier request left, if the issuer still has the key that verified
// it, else a new one.
func (v *Verifier) prove(ctx context.Context, token []byte) (*proof, error) {
	id := sha256.Sum256(token)
	if p := v.seen.get(id); p != nil {
		key, err := p.from.keys.key(ctx, p.kid)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(key, p.key) {
			return p, nil
		}
	}
	p, err := v.open(ctx, token)
	if err != nil {
		return nil, err
	}
	v.seen.put(id, p)
	return p, nil
}

// open verifies the signature, and everything in the token that no clock can change. The body names the issuer, and the
// header names which of the issuer's keys to use.
func (v *Verifier) open(ctx context.Context, token []byte) (*proof, error) {
	if !compact(token) {
		return nil, ErrMalformed
	}
	message, err := jws.Parse(token, jws.WithCompact())
	if err != nil || len(message.Signatures()) != 1 {
		return nil, ErrMalformed.Because(err)
	}
	header := message.Signatures()[0].ProtectedHeaders()
	if header.Algorithm() != jwa.EdDSA {
		return nil, ErrInvalid.Because(fmt.Errorf("alg %.16q", header.Algorithm()))
	}
	// This verifier knows no extensions, so it refuses every critical one. The extension b64 would change what is
	// signed.
	if _, b64 := header.Get("b64"); b64 || len(header.Critical()) > 0 {
		return nil, ErrInvalid.Because(errors.New("critical header"))
	}
	kid := header.KeyID()
	if kid == "" || len(kid) > maxKeyID {
		return nil, ErrInvalid.Because(errors.New("no kid"))
	}
	var body payload
	if err := json.Unmarshal(message.Payload(), &body); err != nil {
		return nil, ErrMalformed.Because(err)
	}
	known, ok := v.issuers[body.optional("iss")]
	if !ok {
		return nil, ErrInvalid.Because(fmt.Errorf("issuer %.64q", body.optional("iss")))
	}
	key, err := known.keys.key(ctx, kid)
	if err != nil {
		return nil, err
	}
	// The verifier passes the raw key and pins the algorithm, so nothing in the token chooses how it is verified.
	if _, err := jws.Verify(token, jws.WithCompact(), jws.WithKey(jwa.EdDSA, key)); err != nil {
		return nil, ErrInvalid.Because(err)
	}
	p, err := v.read(body, known.Issuer)
	if err != nil {
		return nil, ErrInvalid.Because(err)
	}
	p.from, p.kid, p.key = known, kid, key
	return p, nil
}

// read makes every check of a body that needs no clock.
func (v *Verifier) read(body payload, from Issuer) (*proof, error) {
	claims, err := body.claims()
	if err != nil {
		return nil, err
	}
	p := &proof{claims: claims}
	switch {
	case !body.audience(v.audience):
		return nil, errors.New("another audience")
	case from.Company != "" && claims.Company != from.Company:
		return nil, fmt.Errorf("issuer %q does not speak for company %q", from.Name, claims.Company)
	}
	if _, ok := body["nbf"]; ok {
		if p.notBefore, err = body.instant("nbf"); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// holds compares the token with the clock.
func (v *Verifier) holds(p *proof) error {
	now := v.now()
	switch {
	case !now.Before(p.claims.ExpiresAt):
		return ErrExpired
	case p.claims.IssuedAt.After(now.Add(issuedAtLeeway)):
		return ErrInvalid.Because(errors.New("issued in the future"))
	case now.Before(p.notBefore):
		return ErrInvalid.Because(errors.New("not valid yet"))
	}
	return nil
}

// compact says whether the token is three parts of unpadded base64url. It is stricter than jwx, which also reads other
// spellings of the same bytes.
func compact(token []byte) bool {
	dots := 0
	for _, c := range token {
		switch {
		case c == '.':
			dots++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return dots == 2
}
