package directory

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Events of the directory.
const (
	eventUser    = "usuario"
	eventCompany = "empresa"
)

func (d *Directory) hear(m bus.Msg) {
	if e := m.Subject.Event(); e != eventUser && e != eventCompany {
		return // another service's news
	}
	news, err := d.parse(m.Subject, m.Data)
	if err != nil {
		// The next load has it right; until then the change is not known here.
		d.log.Error("news of the directory not understood", "subject", m.Subject.String(), "stream_seq", m.Seq, "error", err)
		d.metrics.refused.Inc()
		d.askReload()
		return
	}
	d.learn(news)
}

// parse reads news. The subject says whom they are about; a body that says otherwise is refused.
func (d *Directory) parse(s subject.Subject, body []byte) (people, error) {
	p := newPeople()
	// A newer identity may say more than this service knows.
	decode := protojson.UnmarshalOptions{DiscardUnknown: true}
	switch s.Event() {
	case eventUser:
		var u terrenov1.DirectoryUser
		if err := decode.Unmarshal(body, &u); err != nil {
			return people{}, fmt.Errorf("read news of a user: %w", err)
		}
		if u.GetId() != s.Entity() {
			return people{}, errors.New("news of a user: the body is about another")
		}
		p.users[userKey{s.Tenant(), u.GetId()}] = User{
			ID: u.GetId(), Role: u.GetRole(), Teams: u.GetTeams(), Active: u.GetActive(),
			TokensValidFrom: time.UnixMilli(u.GetTokensValidFromMs()).UTC(), Version: u.GetVersion(),
		}
	case eventCompany:
		var c terrenov1.DirectoryCompany
		if err := decode.Unmarshal(body, &c); err != nil {
			return people{}, fmt.Errorf("read news of a company: %w", err)
		}
		if c.GetId() != s.Tenant() || s.Entity() != s.Tenant() {
			return people{}, errors.New("news of a company: the body is about another")
		}
		p.companies[c.GetId()] = Company{
			ID: c.GetId(), Zone: d.location(c.GetId(), c.GetZone()), Suspended: c.GetSuspended(), Version: c.GetVersion(),
		}
	}
	return p, nil
}

// location falls back to UTC: a zone that this build does not know shifts a company's day, and stops nothing. Each name is
// looked up, and complained about, once.
func (d *Directory) location(tenant, zone string) *time.Location {
	if at, ok := d.zones.Load(zone); ok {
		return at.(*time.Location)
	}
	at, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		d.log.Error("unknown time zone, taking UTC", "id_empresa", tenant, "zone", zone, "error", err)
		at = time.UTC
	}
	d.zones.Store(zone, at)
	return at
}
