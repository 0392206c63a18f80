package directory

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Events of the directory.
const (
	eventUser    = "usuario"
	eventCompany = "empresa"
	eventSession = "sesion"
)

// news is one change in a tenant: of a company, of a user, or of a session that ended.
type news struct {
	tenant  string
	company *Company
	user    *userRow
	session string
	until   time.Time
}

// mine is false for events of the domain that the directory does not use.
func (n news) mine() bool { return n.company != nil || n.user != nil || n.session != "" }

// parse reads a message. The subject names the entity; parse refuses a body that names another.
func (d *Directory) parse(s subject.Subject, body []byte) (news, error) {
	n := news{tenant: s.Tenant()}
	// A newer version of identity may send fields that this service does not know.
	decode := protojson.UnmarshalOptions{DiscardUnknown: true}
	switch s.Event() {
	case eventUser:
		var u terrenov1.DirectoryUser
		if err := decode.Unmarshal(body, &u); err != nil {
			return news{}, fmt.Errorf("read news of a user: %w", err)
		}
		if u.GetId() != s.Entity() {
			return news{}, errors.New("news of a user: the body is about another")
		}
		for _, team := range u.GetTeams() {
			if err := subject.CheckID(team); err != nil {
				return news{}, fmt.Errorf("news of a user: team: %w", err)
			}
		}
		n.user = &userRow{
			company: s.Tenant(), id: u.GetId(), role: u.GetRole(), teams: strings.Join(slices.Sorted(slices.Values(u.GetTeams())), separator),
			active: u.GetActive(), validFrom: u.GetTokensValidFromMs(), version: u.GetVersion(),
		}
	case eventCompany:
		var c terrenov1.DirectoryCompany
		if err := decode.Unmarshal(body, &c); err != nil {
			return news{}, fmt.Errorf("read news of a company: %w", err)
		}
		if c.GetId() != s.Tenant() || s.Entity() != s.Tenant() {
			return news{}, errors.New("news of a company: the body is about another")
		}
		n.company = &Company{
			ID: c.GetId(), Zone: d.location(c.GetId(), c.GetZone()), Suspended: c.GetSuspended(), Version: c.GetVersion(),
		}
	case eventSession:
		var e terrenov1.DirectorySession
		if err := decode.Unmarshal(body, &e); err != nil {
			return news{}, fmt.Errorf("read news of a session: %w", err)
		}
		if e.GetId() != s.Entity() {
			return news{}, errors.New("news of a session: the body is about another")
		}
		n.session, n.until = e.GetId(), time.UnixMilli(e.GetTokensUntilMs())
	}
	return n, nil
}

// location falls back to UTC. A time zone that this build does not know shifts a company's day, but must not stop the
// directory. It looks up each name once, and logs an unknown name once.
func (d *Directory) location(tenant, zone string) *time.Location {
	if at, ok := d.zones.Load(zone); ok {
		return at.(*time.Location)
	}
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		d.log.Error("unknown time zone, using UTC", "id_empresa", tenant, "zone", zone, "error", err)
		at = time.UTC
	}
	d.zones.Store(zone, at)
	return at
}
