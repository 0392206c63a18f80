package presence

import (
	"context"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

const (
	// chunk is how many people one frame of a list names.
	chunk = 500
	// atOnce is how many sockets of a company get their lists before other companies have their turn.
	atOnce = 100
	// New lists are made when nothing has changed in a company's directory for settle, so that an import does not make one for each user. Nobody
	// waits longer than settleAtMost.
	settle       = 2 * time.Second
	settleAtMost = 15 * time.Second
	// turnEvery is how often the domain clock is looked at while shifts are going to begin or end.
	turnEvery = time.Second
)

// everyRole is everybody of a company.
var everyRole = audience.Audience{Roles: []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}}

// Change is the data of usuario:online and usuario:offline.
type Change struct {
	User     string `json:"user_id"`
	At       string `json:"at"`
	LastSeen string `json:"last_seen,omitempty"`
}

// UserPresence says whether a person is online.
type UserPresence struct {
	User     string `json:"user_id" doc:"id of the user"`
	State    State  `json:"state" enum:"online,offline,unknown,hidden" doc:"online while any device of the person has a connection, and for some seconds after; unknown while that cannot be known; hidden outside the person's shifts, if the company decided so"`
	Since    string `json:"since,omitempty" format:"date-time" doc:"of who is online: since when"`
	LastSeen string `json:"last_seen,omitempty" format:"date-time" doc:"of who is offline: when the person last had a connection, to the minute"`
}

// List is the data of usuario:presencia.
type List struct {
	Users []UserPresence `json:"users"`
	// Part counts the parts of a whole list from 1. It is left out when only single people changed. Complete says that this is the last part.
	Part     int  `json:"parte,omitempty"`
	Complete bool `json:"completo,omitempty"`
}

func stamp(at time.Time) string { return at.UTC().Truncate(time.Second).Format(time.RFC3339) }

func minute(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Truncate(time.Minute).Format(time.RFC3339)
}

// shows holds which sockets must be sent a list.
type shows struct {
	wake chan struct{}
	mu   sync.Mutex
	// waiting are the sockets, by company, and order the companies in the order of their turns. A socket that is not forced gets its list only
	// if it would be of other people than the last one.
	waiting map[string]map[*hub.Member]bool
	order   []string
	// dirty are the companies that changed in the directory.
	dirty map[string]dirty
	// turned are the people whose shift began or ended. turns is when a shift of others will begin or end, in domain time, and first is the
	// earliest of these instants.
	turned map[who]struct{}
	turns  map[who]time.Time
	first  time.Time
}

// dirty is when a company first and last changed since there were new lists.
type dirty struct{ first, last time.Time }

func (d dirty) due() time.Time {
	at, latest := d.last.Add(settle), d.first.Add(settleAtMost)
	if at.After(latest) {
		return latest
	}
	return at
}

// change notes that a company changed.
func (s *shows) change(tenant string, now time.Time) {
	s.mu.Lock()
	d, known := s.dirty[tenant]
	if d.last = now; !known {
		d.first = now
	}
	s.dirty[tenant] = d
	s.mu.Unlock()
	poke(s.wake)
}

func (s *shows) init() {
	s.wake = make(chan struct{}, 1)
	s.waiting, s.dirty, s.turned = map[string]map[*hub.Member]bool{}, map[string]dirty{}, map[who]struct{}{}
	s.turns = map[who]time.Time{}
}

func (s *shows) add(force bool, members ...*hub.Member) {
	s.mu.Lock()
	for _, m := range members {
		if s.waiting[m.Tenant] == nil {
			s.waiting[m.Tenant] = map[*hub.Member]bool{}
			s.order = append(s.order, m.Tenant)
		}
		s.waiting[m.Tenant][m] = force || s.waiting[m.Tenant][m]
	}
	s.mu.Unlock()
	poke(s.wake)
}

// next returns some sockets of the company whose turn it is.
func (s *shows) next() (tenant string, members map[*hub.Member]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.order) == 0 {
		return "", nil
	}
	tenant = s.order[0]
	s.order = s.order[1:]
	members = s.waiting[tenant]
	if len(members) <= atOnce {
		delete(s.waiting, tenant)
		return tenant, members
	}
	some := map[*hub.Member]bool{}
	for m, force := range members {
		if some[m] = force; len(some) == atOnce {
			break
		}
	}
	for m := range some {
		delete(members, m)
	}
	s.order = append(s.order, tenant)
	return tenant, some
}

// turn notes when the shift of a user begins or ends by itself, never when at is zero.
func (s *shows) turn(w who, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.IsZero() {
		delete(s.turns, w)
		return
	}
	s.turns[w] = at
	if s.first.IsZero() || at.Before(s.first) {
		s.first = at
		poke(s.wake) // the pause until the next look was chosen without it
	}
}

// due returns the companies that changed and the people whose shift turned, and when to look again for the others.
func (s *shows) due(now, domain time.Time) (tenants []string, turned []who, again time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	again = time.Hour
	for tenant, d := range s.dirty {
		if at := d.due(); at.After(now) {
			again = min(again, at.Sub(now))
			continue
		}
		tenants = append(tenants, tenant)
		delete(s.dirty, tenant)
	}
	if len(s.turns) > 0 && !s.first.After(domain) {
		s.first = time.Time{}
		for w, at := range s.turns {
			if !at.After(domain) {
				s.turned[w] = struct{}{}
				delete(s.turns, w)
			} else if s.first.IsZero() || at.Before(s.first) {
				s.first = at
			}
		}
	}
	if len(s.turns) > 0 {
		again = min(again, turnEvery)
	}
	for w := range s.turned {
		turned = append(turned, w)
	}
	clear(s.turned)
	return tenants, turned, again
}

// all sends a list to the sockets whose last list said unknown of somebody, and to those without a list; with every, to all sockets.
func (s *shows) all(h *hub.Hub, every bool) {
	for _, tenant := range h.Tenants() {
		for _, m := range h.Overseers(tenant) {
			if told := h.Told(m); every || told.Unsure || !told.Listed {
				s.add(true, m)
			}
		}
	}
}

// Joined sends a new socket the list of whom it may see, soon. It does not wait.
func (p *Presence) Joined(m *hub.Member) { p.shows.add(true, m) }

// Changed says that a company changed in the directory: who may see whom may be different. It does not wait.
func (p *Presence) Changed(tenant string) {
	p.shows.change(tenant, time.Now())
}

// ShiftChanged says that a shift of a user began, ended or changed, or of anybody when user is empty. It does not wait.
func (p *Presence) ShiftChanged(company, user string) {
	if !p.rules.onShift(company) {
		return
	}
	p.shows.mu.Lock()
	p.shows.turned[who{company, user}] = struct{}{}
	p.shows.mu.Unlock()
	poke(p.shows.wake)
}

// showAll sends lists until ctx ends.
func (p *Presence) showAll(ctx context.Context) {
	for {
		tenants, turned, again := p.shows.due(time.Now(), p.Clock.Now())
		for _, tenant := range tenants {
			p.shows.add(false, p.hub.Overseers(tenant)...)
			p.noteTurns(tenant)
		}
		for _, w := range turned {
			p.showOne(w)
		}
		if tenant, members := p.shows.next(); tenant != "" {
			p.show(ctx, tenant, members)
			if ctx.Err() != nil {
				return
			}
			continue
		}
		timer := time.NewTimer(again)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-p.shows.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// showOne tells what is to be seen of a user now, or makes new lists of everybody in the company when user is empty.
func (p *Presence) showOne(w who) {
	if !p.rules.onShift(w.company) {
		return
	}
	if w.user == "" {
		p.shows.add(true, p.hub.Overseers(w.company)...)
		p.noteTurns(w.company)
		return
	}
	domain := p.Clock.Now()
	p.shows.turn(w, p.Shifts.NextTurn(w.company, w.user, domain))
	user, ok := p.People.User(w.company, w.user)
	if !ok {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	is := p.person(w, time.Now(), domain)
	n := p.hub.Presence(w.company, w.user, audience.OfUser(w.user, user.Teams), func() *protocol.Event {
		return protocol.Encode(EventList, List{Users: []UserPresence{is}})
	})
	p.Metrics.Events.WithLabelValues(EventList).Add(float64(n))
}

// noteTurns notes when the shifts of a company's people will begin or end, if that changes what is shown of them.
func (p *Presence) noteTurns(tenant string) {
	if !p.rules.onShift(tenant) {
		return
	}
	now := p.Clock.Now()
	for _, u := range p.People.Members(tenant, everyRole) {
		p.shows.turn(who{tenant, u.ID}, p.Shifts.NextTurn(tenant, u.ID, now))
	}
}

// show sends some sockets of a company their lists. The directory is read once for all of them, and admins, who all see the same, share one list.
func (p *Presence) show(ctx context.Context, tenant string, members map[*hub.Member]bool) {
	var everybody []directory.User
	var admins []*hub.Member
	for m, force := range members {
		u, ok := p.People.User(tenant, m.User)
		if !ok || !u.Active {
			continue
		}
		if u.Role == audience.RoleColaborador {
			// A phone sees only itself, and its socket is open.
			e := protocol.Encode(EventList, List{Users: []UserPresence{{User: m.User, State: Online}}, Part: 1, Complete: true})
			p.hub.TellPresence(m, 0, false, []*protocol.Event{e})
			continue
		}
		if everybody == nil {
			everybody = p.People.Members(tenant, everyRole)
			p.loadSeen(ctx, tenant)
		}
		if u.Role == audience.RoleAdmin {
			if force || p.hub.Told(m).Of != hashOf(everybody) {
				admins = append(admins, m)
			}
			continue
		}
		filter := visible.For(audience.Viewer{User: u.ID, Role: u.Role, Teams: u.Teams})
		sees := slices.DeleteFunc(slices.Clone(everybody), func(other directory.User) bool { return !filter.Sees(other.ID, other.Teams) })
		if force || p.hub.Told(m).Of != hashOf(sees) {
			p.send(tenant, sees, m)
		}
	}
	if len(admins) > 0 {
		p.send(tenant, everybody, admins...)
	}
}

func hashOf(users []directory.User) uint64 {
	h := fnv.New64a()
	for _, u := range users {
		_, _ = h.Write([]byte(u.ID))
		_, _ = h.Write([]byte{0})
	}
	return h.Sum64()
}

// send sends sockets the list of some users.
func (p *Presence) send(tenant string, users []directory.User, members ...*hub.Member) {
	of, doubt := hashOf(users), false
	p.mu.Lock()
	defer p.mu.Unlock()
	now, domain := time.Now(), p.Clock.Now()
	var frames []*protocol.Event
	for rest := users; ; {
		n := min(len(rest), chunk)
		list := List{Users: make([]UserPresence, n), Part: len(frames) + 1, Complete: n == len(rest)}
		for i, u := range rest[:n] {
			list.Users[i] = p.person(who{tenant, u.ID}, now, domain)
			doubt = doubt || list.Users[i].State == Unknown
		}
		frames = append(frames, protocol.Encode(EventList, list))
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
	}
	for _, m := range members {
		p.hub.TellPresence(m, of, doubt, frames)
	}
	p.Metrics.Events.WithLabelValues(EventList).Add(float64(len(frames) * len(members)))
}

// person returns what is shown of a user. The caller holds the lock.
func (p *Presence) person(w who, now, domain time.Time) UserPresence {
	switch p.visible(w, domain) {
	case invisible:
		return UserPresence{User: w.user, State: Hidden}
	case unsure:
		return UserPresence{User: w.user, State: Unknown}
	}
	is, since := p.core.State(now, w.company, w.user)
	out := UserPresence{User: w.user, State: is}
	switch is {
	case Online:
		if at := time.Unix(since, 0); p.shown(w, at) {
			out.Since = stamp(at)
		}
	case Offline:
		if at := p.seen.of(w); p.shown(w, at) {
			out.LastSeen = minute(at)
		}
	}
	return out
}

// shown says whether what a person did at an instant may be shown: a shift shows nothing of the time before it.
func (p *Presence) shown(w who, at time.Time) bool { return p.visible(w, at) == seenByAll }

// Look returns what is shown of some users of a company, with what the caller knows of when they were last seen.
func (p *Presence) Look(company string, users []string, seen map[string]time.Time) []UserPresence {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, domain := time.Now(), p.Clock.Now()
	list := make([]UserPresence, len(users))
	for i, u := range users {
		list[i] = p.person(who{company, u}, now, domain)
		if at, ok := seen[u]; ok && list[i].State == Offline && p.shown(who{company, u}, at) {
			list[i].LastSeen = max(list[i].LastSeen, minute(at))
		}
	}
	return list
}
