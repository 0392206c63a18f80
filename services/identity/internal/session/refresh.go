package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/google/uuid"

	"github.com/terreno/terreno/proto/subject"
)

// refreshToken is what a client keeps to get the next access token. The client cannot read it. This package reads
// tr1.{company}.{family and secret}. The company lets the store look up the token under row-level security before anything
// else is known. It is empty for a platform admin. The family is as secret as the rest. It lets the store recognise a token
// long after the token's row is gone.
type refreshToken struct {
	company string
	family  uuid.UUID
	secret  [32]byte
}

const refreshPrefix = "tr1"

var errRefreshToken = errors.New("not a refresh token")

func newRefreshToken(company string, family uuid.UUID) refreshToken {
	r := refreshToken{company: company, family: family}
	_, _ = rand.Read(r.secret[:]) // never fails: crypto/rand ends the process instead
	return r
}

func parseRefreshToken(s string) (refreshToken, error) {
	prefix, rest, _ := strings.Cut(s, ".")
	company, body, ok := strings.Cut(rest, ".")
	if !ok || prefix != refreshPrefix || len(body) != base64.RawURLEncoding.EncodedLen(len(uuid.UUID{})+32) {
		return refreshToken{}, errRefreshToken
	}
	if company != "" && subject.CheckTenant(company) != nil {
		return refreshToken{}, errRefreshToken
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) != len(uuid.UUID{})+32 {
		return refreshToken{}, errRefreshToken
	}
	r := refreshToken{company: company}
	copy(r.family[:], raw)
	copy(r.secret[:], raw[len(r.family):])
	if r.String() != s { // base64 skips line breaks
		return refreshToken{}, errRefreshToken
	}
	return r, nil
}

func (r refreshToken) String() string {
	return refreshPrefix + "." + r.company + "." + base64.RawURLEncoding.EncodeToString(append(r.family[:], r.secret[:]...))
}

// hash returns what the store keeps of the token. A secret of 256 random bits needs no slow hash.
func (r refreshToken) hash() []byte {
	sum := sha256.Sum256([]byte(r.String()))
	return sum[:]
}
