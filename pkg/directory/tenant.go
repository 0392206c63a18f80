package directory

import (
	"hash/maphash"
	"strings"
	"sync"
)

// tenant is a company and its users. A process may hold a million users, so each user takes only a few words: users share
// their lists of teams, and a role is a number.
type tenant struct {
	company Company           // its ID is empty while the company is unknown
	users   map[string]record // set writes it
	// sum is of all users: equal users have equal sums, and nobody has to compare 200,000 of them under the lock.
	sum uint64
	// lists holds the lists of teams, by their joined ids.
	lists map[string]*teams
}

type record struct {
	teams     *teams
	validFrom int64 // milliseconds since 1970
	version   int64
	role      uint8
	active    bool
}

// teams is a sorted list of team ids. Many users may share it.
type teams struct {
	ids    []string
	joined string
}

var noTeams = &teams{ids: []string{}}

// separator appears in no id.
const separator = ","

func newTenant(users int) *tenant { return &tenant{users: make(map[string]record, users)} }

// list returns the list of teams for ids that are joined by separator.
func (t *tenant) list(joined string) *teams {
	if joined == "" {
		return noTeams
	}
	if l := t.lists[joined]; l != nil {
		return l
	}
	// Drop the lists that no user has any more: their users have moved to other teams since the last load.
	if t.lists == nil || len(t.lists) > len(t.users)+16 {
		t.lists = map[string]*teams{}
	}
	l := &teams{ids: strings.Split(joined, separator), joined: joined}
	t.lists[joined] = l
	return l
}

// set enters a user, or replaces one.
func (t *tenant) set(id string, r record) {
	if before, ok := t.users[id]; ok {
		t.sum ^= fingerprint(id, before)
	}
	t.users[id] = r
	t.sum ^= fingerprint(id, r)
}

var seed = maphash.MakeSeed()

func fingerprint(id string, r record) uint64 {
	return maphash.Comparable(seed, struct {
		id, teams          string
		validFrom, version int64
		role               uint8
		active             bool
	}{id, r.teams.joined, r.validFrom, r.version, r.role, r.active})
}

// same says whether both tenants hold the same data.
func (t *tenant) same(o *tenant) bool {
	return sameCompany(t.company, o.company) && len(t.users) == len(o.users) && t.sum == o.sum
}

func sameCompany(a, b Company) bool {
	return a.ID == b.ID && a.Zone.String() == b.Zone.String() && a.Suspended == b.Suspended && a.Version == b.Version
}

// names gives a number to each role. There are only a few.
type names struct {
	mu  sync.RWMutex
	all []string
}

// number returns the number of a name, or false when there are too many names.
func (n *names) number(name string) (uint8, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, known := range n.all {
		if known == name {
			return uint8(i), true
		}
	}
	if len(n.all) > 255 {
		return 0, false
	}
	n.all = append(n.all, strings.Clone(name))
	return uint8(len(n.all) - 1), true
}

// list returns all names so far, by number.
func (n *names) list() []string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.all[:len(n.all):len(n.all)] // names are only ever added
}

func (n *names) name(i uint8) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.all[i]
}
