package directory

import (
	"slices"
	"strings"

	"github.com/terreno/terreno/proto/audience"
)

// Members returns all active users whom an audience includes, by id: the users that it names, the supervisors of its
// teams, all people of the teams in Members, and everyone who has one of its roles. A push, a chat message or an escalation goes to them.
func (d *Directory) Members(tenant string, a audience.Audience) []User {
	found := d.find(tenant, a)
	slices.SortFunc(found, func(a, b member) int { return strings.Compare(a.id, b.id) })
	var members []User
	for _, m := range found {
		members = append(members, d.show(m.id, m.record))
	}
	return members
}

type member struct {
	id string
	record
}

// find does only what needs the lock: a company may have very many users, and every token of every company is judged under
// the same lock.
func (d *Directory) find(tenant string, a audience.Audience) (found []member) {
	roles := d.roles.list()
	d.mu.RLock()
	defer d.mu.RUnlock()
	t := d.tenants[tenant]
	if t == nil {
		return nil
	}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(a.Users))) {
		if r, ok := t.users[id]; ok && r.active {
			found = append(found, member{id, r})
		}
	}
	others := audience.Audience{Teams: a.Teams, Roles: a.Roles, Members: a.Members}
	if len(others.Teams) == 0 && len(others.Roles) == 0 && len(others.Members) == 0 {
		return found
	}
	for id, r := range t.users {
		// A role that came after the list was taken is one that nobody of the list has.
		if !r.active || int(r.role) >= len(roles) {
			continue
		}
		v := audience.Viewer{Role: roles[r.role], Teams: r.teams.ids}
		if others.Includes(v) && !slices.Contains(a.Users, id) {
			found = append(found, member{id, r})
		}
	}
	return found
}
