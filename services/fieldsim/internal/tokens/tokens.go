// Package tokens issues access tokens for load. A thousand logins would take minutes of argon2id, so the installation that
// is measured gets this issuer's keys in place of its own (TERRENO_JWKS_URL); all other checks of a token stay. Only a
// person who starts the installation can do that.
package tokens

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Name is both the iss and the aud of the tokens, which are the defaults of an installation.
const Name = "terreno"

const (
	path     = "/.well-known/jwks.json"
	kid      = "load"
	lifetime = 6 * time.Hour
)

// Issuer signs tokens. It is safe for concurrent use.
type Issuer struct {
	private ed25519.PrivateKey
	server  *http.Server
	url     string
}

// New makes a key and serves it on a port of this machine until Close. It starts one goroutine.
func New(ctx context.Context) (*Issuer, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	keys, err := json.Marshal(map[string]any{"keys": []map[string]string{{
		"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": encode(public),
	}}})
	if err != nil {
		return nil, fmt.Errorf("encode the public key: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serve the public key: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(keys) // A client that has left is no error.
	})
	i := &Issuer{private: private, url: "http://" + l.Addr().String() + path, server: &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}}
	go func() { _ = i.server.Serve(l) }() // It ends with Close.
	return i, nil
}

// JWKSURL is where the public key is.
func (i *Issuer) JWKSURL() string { return i.url }

// Token returns a token that is good for some hours. A platform admin has no company.
func (i *Issuer) Token(company, user, role string) (string, error) {
	now := time.Now()
	claims := map[string]any{
		"iss": Name, "aud": Name, "sub": user, "rol": role, "iat": now.Unix(), "exp": now.Add(lifetime).Unix(),
	}
	if company != "" {
		claims["id_empresa"] = company
	}
	header, err1 := json.Marshal(map[string]string{"alg": "EdDSA", "typ": "JWT", "kid": kid})
	body, err2 := json.Marshal(claims)
	if err := errors.Join(err1, err2); err != nil {
		return "", fmt.Errorf("encode a token: %w", err)
	}
	signed := encode(header) + "." + encode(body)
	return signed + "." + encode(ed25519.Sign(i.private, []byte(signed))), nil
}

// Close stops serving the key.
func (i *Issuer) Close() error { return i.server.Close() }

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
