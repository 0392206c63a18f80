package session

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"github.com/terreno/terreno/pkg/auth"
)

// Terms are the claims and the lifetime that all access tokens of this installation share.
type Terms struct {
	Issuer   string
	Audience string
	// Lifetime is how long a service accepts a token without asking anybody.
	Lifetime time.Duration
}

// AccessToken signs a token of a family for the account. Its iat is now in whole seconds, or the instant of a revocation
// just before (auth.IssuedAt). The token ends one lifetime after its iat.
func (t Terms) AccessToken(kid string, key ed25519.PrivateKey, a Account, family uuid.UUID, now time.Time) (string, error) {
	iat := auth.IssuedAt(now, a.ValidFrom)
	b := jwt.NewBuilder().
		Issuer(t.Issuer).Audience([]string{t.Audience}).Subject(a.ID).JwtID(uuid.NewString()).
		IssuedAt(iat).Expiration(iat.Add(t.Lifetime)).
		Claim(auth.ClaimRole, a.Role).Claim(auth.ClaimSession, family.String())
	if a.Company != "" {
		teams := a.Teams
		if teams == nil {
			teams = []string{}
		}
		b = b.Claim(auth.ClaimCompany, a.Company).Claim(auth.ClaimTeams, teams)
	}
	token, err := b.Build()
	if err != nil {
		return "", fmt.Errorf("build access token: %w", err)
	}
	header := jws.NewHeaders()
	if err := header.Set(jws.KeyIDKey, kid); err != nil {
		return "", fmt.Errorf("name the key of an access token: %w", err)
	}
	signed, err := jwt.Sign(token, jwt.WithKey(jwa.EdDSA, key, jws.WithProtectedHeaders(header)))
	if err != nil {
		return "", fmt.Errorf("sign access token: %w", err)
	}
	return string(signed), nil
}
