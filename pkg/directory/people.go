package directory

import (
	"slices"
)

type userKey struct{ tenant, id string }

// people are companies and users at one time.
type people struct {
	companies map[string]Company
	users     map[userKey]User
}

func newPeople() people {
	return people{companies: map[string]Company{}, users: map[userKey]User{}}
}

// merge takes over what is newer in news and returns the tenants that this changed.
func (p *people) merge(news people) (changed []string) {
	for id, c := range news.companies {
		if there, ok := p.companies[id]; !ok || c.Version > there.Version {
			p.companies[id] = c
			changed = append(changed, id)
		}
	}
	for key, u := range news.users {
		if there, ok := p.users[key]; !ok || u.Version > there.Version {
			p.users[key] = u
			changed = append(changed, key.tenant)
		}
	}
	slices.Sort(changed)
	return slices.Compact(changed)
}

// differences returns the tenants of which other holds something else.
func (p *people) differences(other people) []string {
	differ := map[string]bool{}
	for id, c := range other.companies {
		if there, ok := p.companies[id]; !ok || !sameCompany(there, c) {
			differ[id] = true
		}
	}
	for id := range p.companies {
		if _, ok := other.companies[id]; !ok {
			differ[id] = true
		}
	}
	for key, u := range other.users {
		if there, ok := p.users[key]; !ok || !sameUser(there, u) {
			differ[key.tenant] = true
		}
	}
	for key := range p.users {
		if _, ok := other.users[key]; !ok {
			differ[key.tenant] = true
		}
	}
	tenants := make([]string, 0, len(differ))
	for tenant := range differ {
		tenants = append(tenants, tenant)
	}
	slices.Sort(tenants)
	return tenants
}

func sameCompany(a, b Company) bool {
	return a.Zone.String() == b.Zone.String() && a.Suspended == b.Suspended && a.Version == b.Version
}

func sameUser(a, b User) bool {
	return a.Role == b.Role && a.Active == b.Active && a.Version == b.Version &&
		a.TokensValidFrom.Equal(b.TokensValidFrom) && slices.Equal(a.Teams, b.Teams)
}
