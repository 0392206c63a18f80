// Package subject builds and parses the NATS subjects of Terreno. No other code in the project joins subject tokens. The
// server would store a literal `>` or a token with a space without an error, so one place has to check them.
//
// An event has two subjects. A service publishes on the ingress side, in.{tenant}.{domain}.{event}.{entity}, where a
// stream stores and acknowledges the event. The server then republishes it on the tenant side,
// {tenant}.{domain}.{event}.{entity} (dir.{tenant}... for the directory), where the other services subscribe.
//
// A live event has one subject, _live.{tenant}.{domain}.{event}.{entity}: nothing stores it, and who listens hears it.
package subject

import (
	"errors"
	"fmt"
	"strings"
)

const (
	ingressRoot   = "in"
	directoryRoot = "dir"
	liveRoot      = "_live"
	maxToken      = 64
)

// ErrToken means that a part of a subject is not a token: 1 to 64 characters of A-Z, a-z, 0-9, _ and -.
var ErrToken = errors.New("must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -")

// ErrReserved means that Terreno keeps the name for itself, so no tenant may have it.
var ErrReserved = errors.New("is a reserved tenant name")

// Subject is the address of an event. New and Parse return only valid subjects.
type Subject struct {
	tenant, domain, event, entity string
}

// New checks the four tokens. The tenant comes from the verified access token, the domain and the event come from the
// stream table, and the entity is the id of the user, the alert or another object that the event is about. The error names
// the invalid token and wraps ErrToken or ErrReserved.
func New(tenant, domain, event, entity string) (Subject, error) {
	if err := CheckTenant(tenant); err != nil {
		return Subject{}, err
	}
	for _, t := range []struct{ name, value string }{{"domain", domain}, {"event", event}, {"entity", entity}} {
		if !isToken(t.value) {
			return Subject{}, fmt.Errorf("subject %s %s: %w", t.name, quote(t.value), ErrToken)
		}
	}
	return Subject{tenant, domain, event, entity}, nil
}

// Parse parses a subject of either side, or that of a live event. It refuses the tokens that New refuses.
func Parse(s string) (Subject, error) {
	if len(s) > 5*(maxToken+1) {
		return Subject{}, fmt.Errorf("subject of %d bytes is too long", len(s))
	}
	parts := strings.Split(s, ".")
	if len(parts) == 5 && (parts[0] == ingressRoot || parts[0] == directoryRoot || parts[0] == liveRoot) {
		parts = parts[1:]
	}
	if len(parts) != 4 {
		return Subject{}, fmt.Errorf("subject %s has %d tokens", quote(s), len(parts))
	}
	return New(parts[0], parts[1], parts[2], parts[3])
}

// CheckTenant returns an error if a company cannot have this id. The id is a token of all the company's subjects. The
// error wraps ErrToken or ErrReserved.
func CheckTenant(tenant string) error {
	if !isToken(tenant) {
		return fmt.Errorf("tenant %s: %w", quote(tenant), ErrToken)
	}
	switch {
	case tenant == ingressRoot, tenant == directoryRoot, tenant == "dlq", tenant[0] == '_':
		return fmt.Errorf("tenant %s: %w", quote(tenant), ErrReserved)
	}
	return nil
}

// CheckID returns an error if an id, such as the id of a user, a team or an alert, cannot be a token of a subject. The
// error wraps ErrToken.
func CheckID(id string) error {
	if !isToken(id) {
		return fmt.Errorf("id %s: %w", quote(id), ErrToken)
	}
	return nil
}

// Tenant returns the company (id_empresa).
func (s Subject) Tenant() string { return s.tenant }

// Domain returns the first half of the client's event: tracking, alerta, actividad, chat, directorio or notificacion.
func (s Subject) Domain() string { return s.domain }

// Event returns the second half of the client's event, such as ubicacion, nueva or mensaje.
func (s Subject) Event() string { return s.event }

// Entity returns the id of the object that the event is about.
func (s Subject) Entity() string { return s.entity }

// Ingress returns the subject to which a service publishes the event, and under which the stream stores it.
func (s Subject) Ingress() string { return ingressRoot + "." + s.String() }

// Live returns the subject on which the event is told to who listens now, if it is one that nothing stores. No company's subjects
// begin like that, because no company's id begins with _.
func (s Subject) Live() string { return liveRoot + "." + s.String() }

// ClientEvent returns the event's name on a socket, such as `tracking:ubicacion`.
func (s Subject) ClientEvent() string { return s.domain + ":" + s.event }

// String returns the subject of the tenant side.
func (s Subject) String() string {
	return s.tenant + "." + s.domain + "." + s.event + "." + s.entity
}

func isToken(s string) bool {
	if len(s) == 0 || len(s) > maxToken {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// quote shortens a long token, so that an error stays readable even if the token has a megabyte.
func quote(s string) string {
	if len(s) > maxToken {
		return fmt.Sprintf("%q... (%d bytes)", s[:16], len(s))
	}
	return fmt.Sprintf("%q", s)
}
