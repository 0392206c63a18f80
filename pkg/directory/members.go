package directory

import (
	"slices"
	"strings"

	"github.com/terreno/terreno/proto/audience"
)

// Members returns all active users whom an audience includes, by id: the users that it names, the supervisors of its
// teams, and everyone who has one of its roles. A push, a chat message or an escalation goes to them.
func (d *Directory) Members(tenant string, a audience.Audience) []User {
	d.mu.RLock()
	defer d.mu.RUnlock()
	t := d.tenants[tenant]
	if t == nil {
		return nil
	}
	var members []User
	add := func(id string, r record) {
		if !r.active {
			return
		}
		u := d.show(id, r)
		if a.Includes(audience.Viewer{User: id, Role: u.Role, Teams: u.Teams}) {
			members = append(members, u)
		}
	}
	if len(a.Teams) == 0 && len(a.Roles) == 0 {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(a.Users))) {
			if r, ok := t.users[id]; ok {
				add(id, r)
			}
		}
		return members
	}
	for id, r := range t.users {
		add(id, r)
	}
	slices.SortFunc(members, func(a, b User) int { return strings.Compare(a.ID, b.ID) })
	return members
}
