// Package subject builds and reads the NATS subjects of Terreno. Nothing else in the project joins subject tokens: the
// server stores a literal `>` or a token with a space as it comes, so the check has to stand in one place.
//
// An event has two subjects. Services publish on the ingress side, in.{tenant}.{domain}.{event}.{entity}, where a
// stream stores and acknowledges it. What was stored is then republished on the tenant side,
// {tenant}.{domain}.{event}.{entity} (dir.{tenant}... for the directory), where everyone listens.
package subject

import (
	"errors"
	"fmt"
	"strings"
)

const (
	ingressRoot   = "in"
	directoryRoot = "dir"
	maxToken      = 64
)

// ErrToken says that a part of a subject is not a token: 1 to 64 of A-Z a-z 0-9 _ -.
var ErrToken = errors.New("must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -")

// ErrReserved says that a tenant has a name which Terreno keeps for itself.
var ErrReserved = errors.New("is a reserved tenant name")

// Subject is an event's address. Only New and Parse make one that is checked.
type Subject struct {
	tenant, domain, event, entity string
}

// New checks the four tokens: tenant from the verified token, domain and event from the stream table, entity what the
// event is about (a user, an alert). The error names the token that is wrong and wraps ErrToken or ErrReserved.
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

// Parse reads a subject of either side. It refuses what New would refuse.
func Parse(s string) (Subject, error) {
	if len(s) > 5*(maxToken+1) {
		return Subject{}, fmt.Errorf("subject of %d bytes is too long", len(s))
	}
	parts := strings.Split(s, ".")
	if len(parts) == 5 && (parts[0] == ingressRoot || parts[0] == directoryRoot) {
		parts = parts[1:]
	}
	if len(parts) != 4 {
		return Subject{}, fmt.Errorf("subject %s has %d tokens", quote(s), len(parts))
	}
	return New(parts[0], parts[1], parts[2], parts[3])
}

// CheckTenant says whether a company may have this id: it becomes the first token of its subjects. The error wraps
// ErrToken or ErrReserved.
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

// CheckID says whether an id may become a token of a subject: a user, a team, an alert. The error wraps ErrToken.
func CheckID(id string) error {
	if !isToken(id) {
		return fmt.Errorf("id %s: %w", quote(id), ErrToken)
	}
	return nil
}

// Tenant is the company (id_empresa).
func (s Subject) Tenant() string { return s.tenant }

// Domain is the first half of the client's event: tracking, alerta, actividad, chat, directorio, notificacion.
func (s Subject) Domain() string { return s.domain }

// Event is the second half: ubicacion, nueva, mensaje.
func (s Subject) Event() string { return s.event }

// Entity is the id of what the event is about.
func (s Subject) Entity() string { return s.entity }

// Ingress is where a service publishes the event, and the subject under which its stream keeps it.
func (s Subject) Ingress() string { return ingressRoot + "." + s.String() }

// ClientEvent is the event's name on a socket: `tracking:ubicacion`.
func (s Subject) ClientEvent() string { return s.domain + ":" + s.event }

// String is the tenant side of the subject.
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

// quote keeps an error readable when the token is a megabyte long.
func quote(s string) string {
	if len(s) > maxToken {
		return fmt.Sprintf("%q... (%d bytes)", s[:16], len(s))
	}
	return fmt.Sprintf("%q", s)
}
