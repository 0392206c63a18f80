package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
)

// Names of the claims that are Terreno's own.
const (
	ClaimCompany = "id_empresa"
	ClaimRole    = "rol"
	ClaimTeams   = "equipos"
	// ClaimSession is the session that the token belongs to; ending it ends the token.
	ClaimSession = "sid"
)

// Claims say who a verified token speaks for.
type Claims struct {
	Subject string
	// Company is the tenant; empty for a platform admin, who belongs to none.
	Company string
	Role    string
	// Teams are the teams at the time the token was issued. The directory knows the current ones.
	Teams     []string
	IssuedAt  time.Time
	ExpiresAt time.Time
	ID        string
	Issuer    string
	// Session is the login that the token came from. It is empty if the issuer names none.
	Session string
}

type contextKey struct{}

// NewContext carries the claims of the request's token.
func NewContext(ctx context.Context, c Claims) context.Context {
	return context.WithValue(ctx, contextKey{}, c)
}

// FromContext returns what NewContext put there; ok is false for a request without a token.
func FromContext(ctx context.Context) (c Claims, ok bool) {
	c, ok = ctx.Value(contextKey{}).(Claims)
	return c, ok
}

// payload is a token's body, with members by exact name. A struct would not do: encoding/json would take "SUB" for
// "sub".
type payload map[string]json.RawMessage

// claims reads the body and makes every check that needs no clock.
func (p payload) claims() (c Claims, err error) {
	c.Subject, err = p.text("sub")
	err = errors.Join(err, subject.CheckID(c.Subject))
	c.ID = p.optional("jti")
	c.Issuer = p.optional("iss")
	c.Session = p.optional(ClaimSession)
	var bad [4]error
	c.Role, bad[0] = p.text(ClaimRole)
	c.Company, bad[1] = p.company()
	c.IssuedAt, bad[2] = p.instant("iat")
	c.ExpiresAt, bad[3] = p.instant("exp")
	if raw, ok := p[ClaimTeams]; ok {
		err = errors.Join(err, json.Unmarshal(raw, &c.Teams))
	}
	for _, team := range c.Teams {
		err = errors.Join(err, subject.CheckID(team))
	}
	return c, errors.Join(err, errors.Join(bad[:]...), c.checkRole())
}

func (c Claims) checkRole() error {
	switch c.Role {
	case audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador:
		return subject.CheckTenant(c.Company)
	case audience.RolePlatformAdmin:
		if c.Company != "" {
			return errors.New("a platform admin has no id_empresa")
		}
		return nil
	}
	return fmt.Errorf("claim rol %.32q is no role", c.Role)
}

func (p payload) text(name string) (s string, err error) {
	raw, ok := p[name]
	if !ok {
		return "", fmt.Errorf("claim %s is missing", name)
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("claim %s: %w", name, err)
	}
	return s, nil
}

func (p payload) optional(name string) string {
	s, _ := p.text(name)
	return s
}

// company reads id_empresa, which older issuers send as a number. Of numbers it accepts only canonical decimal integers,
// because each of those has one spelling. Otherwise 7.0 and 7 would be the same company with two names.
func (p payload) company() (string, error) {
	raw, ok := p[ClaimCompany]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return "", nil
	}
	if raw[0] == '"' {
		return p.text(ClaimCompany)
	}
	// JSON itself forbids leading zeros.
	if _, err := strconv.ParseUint(string(raw), 10, 63); err != nil {
		return "", fmt.Errorf("claim id_empresa %.32q is neither a string nor a canonical decimal", raw)
	}
	return string(raw), nil
}

// audience says whether the token is meant for name.
func (p payload) audience(name string) bool {
	var one string
	if json.Unmarshal(p["aud"], &one) == nil {
		return one == name
	}
	var many []string
	return json.Unmarshal(p["aud"], &many) == nil && slices.Contains(many, name)
}

// instant reads a NumericDate: seconds since 1970, perhaps with a fraction.
func (p payload) instant(name string) (time.Time, error) {
	raw, ok := p[name]
	if !ok {
		return time.Time{}, fmt.Errorf("claim %s is missing", name)
	}
	var seconds *float64
	if err := json.Unmarshal(raw, &seconds); err != nil {
		return time.Time{}, fmt.Errorf("claim %s: %w", name, err)
	}
	// RFC 3339 cannot express a time.Time beyond the year 9999.
	if seconds == nil || *seconds < 0 || *seconds > 253402300799 {
		return time.Time{}, fmt.Errorf("claim %s is no instant", name)
	}
	whole, fraction := math.Modf(*seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)).UTC(), nil
}
