package directory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/bus"
)

// view implements the interface that bus.LoadAndFollow needs.
type view struct{ d *Directory }

func (v view) CaughtUp(at time.Time) {
	v.d.mu.Lock()
	defer v.d.mu.Unlock()
	v.d.caughtUp = at
}

func (v view) Hear(m bus.Msg) {
	d := v.d
	n, err := d.parse(m.Subject, m.Data)
	if err != nil {
		// The next load brings the change. Until then this directory does not know it.
		d.log.Error("the directory cannot read a message", "subject", m.Subject.String(), "stream_seq", m.Seq, "error", err)
		d.metrics.refused.Inc()
		d.askReload()
		return
	}
	if n.mine() {
		d.learn(n)
	}
}

// Load reads everything that identity holds now. It replaces each company as soon as it has read it, so that a process
// never holds a million users twice. It keeps what was heard about the company since the load began.
func (v view) Load(ctx context.Context) error {
	d := v.d
	began := time.Now()
	d.mu.Lock()
	d.heard = map[string][]news{}
	d.mu.Unlock()
	err := d.load(ctx)
	d.mu.Lock()
	d.heard = nil
	if err != nil {
		d.mu.Unlock()
		d.metrics.loads.WithLabelValues("failed").Inc()
		return fmt.Errorf("load the directory: %w", err)
	}
	first := !d.loaded
	d.loaded = true
	companies, users := d.size()
	d.mu.Unlock()
	d.metrics.loadedAll(companies, users)
	took := time.Since(began).Round(time.Millisecond)
	d.log.Info("directory loaded", "companies", companies, "users", users, "took", took, "first", first)
	return nil
}

func (d *Directory) load(ctx context.Context) error {
	// Read the epoch first. Otherwise a restore during the load would go unnoticed.
	began := time.Now()
	few, err := readFew(ctx, d.db, began)
	if err != nil {
		return err
	}
	companies, err := readCompanies(ctx, d.db, d.location)
	if err != nil {
		return err
	}
	l := &loading{d: d, companies: companies, seen: map[string]bool{}}
	if err := readUsers(ctx, d.db, l.add); err != nil {
		return err
	}
	l.flush()
	for id := range companies {
		if !l.seen[id] {
			l.put(id, newTenant(0))
		}
	}
	l.forgetOthers()
	d.addSessions(few.sessions)
	d.mu.Lock()
	d.epoch, d.polled = few.epoch, began
	d.mu.Unlock()
	return nil
}

// loading collects the rows of one company after another. The rows come sorted by company.
type loading struct {
	d         *Directory
	companies map[string]Company
	seen      map[string]bool

	id   string
	rows []userRow
}

func (l *loading) add(r userRow) {
	if r.company != l.id {
		l.flush()
		l.id = strings.Clone(r.company)
	}
	l.rows = append(l.rows, r)
}

// flush replaces the company whose rows were collected.
func (l *loading) flush() {
	if len(l.rows) == 0 {
		return
	}
	l.put(l.id, l.d.pack(l.rows))
	clear(l.rows)
	l.rows = l.rows[:0]
}

// pack makes a tenant from rows. It puts all ids into one string, which saves the garbage collector a million small ones.
func (d *Directory) pack(rows []userRow) *tenant {
	var ids strings.Builder
	for _, r := range rows {
		ids.WriteString(r.id)
	}
	rest := ids.String()
	t := newTenant(len(rows))
	for _, r := range rows {
		id := rest[:len(r.id)]
		rest = rest[len(r.id):]
		if packed, ok := d.record(t, r); ok {
			t.set(id, packed)
		}
	}
	return t
}

// put replaces a company by a fresh copy, and adds what was heard about it since the load began.
func (l *loading) put(id string, fresh *tenant) {
	d := l.d
	l.seen[id] = true
	fresh.company = l.companies[id]
	d.mu.Lock()
	before := d.tenants[id]
	d.tenants[id] = fresh
	for _, n := range d.heard[id] {
		d.merge(n)
	}
	changed := before == nil || !before.same(fresh)
	d.mu.Unlock()
	if changed {
		d.tell(id)
	}
}

// forgetOthers drops the companies that no longer exist, unless a message about them came since the load began.
func (l *loading) forgetOthers() {
	d := l.d
	d.mu.Lock()
	var gone []string
	for id := range d.tenants {
		if !l.seen[id] && len(d.heard[id]) == 0 {
			gone = append(gone, id)
			delete(d.tenants, id)
		}
	}
	d.mu.Unlock()
	d.tell(gone...)
}

// learn takes in what was heard or looked up, and calls the functions of OnChange for each tenant that changed.
func (d *Directory) learn(all ...news) {
	var changed []string
	d.mu.Lock()
	for _, n := range all {
		if d.heard != nil {
			d.heard[n.tenant] = append(d.heard[n.tenant], n)
		}
		if d.merge(n) {
			changed = append(changed, n.tenant)
		}
	}
	d.mu.Unlock()
	d.tell(slices.Compact(changed)...)
}

// merge takes in a change if it is newer. The caller holds the lock.
func (d *Directory) merge(n news) (changed bool) {
	if n.session != "" {
		key := sessionKey{n.tenant, n.session}
		if _, known := d.sessions[key]; known {
			return false
		}
		d.sessions[key] = n.until
		return true
	}
	t := d.tenants[n.tenant]
	if t == nil {
		t = newTenant(0)
		d.tenants[n.tenant] = t
	}
	if c := n.company; c != nil && (t.company.ID == "" || c.Version > t.company.Version) {
		t.company = *c
		changed = true
	}
	if u := n.user; u != nil {
		there, known := t.users[u.id]
		if fresh, ok := d.record(t, *u); ok && (!known || fresh.version > there.version) {
			t.set(u.id, fresh)
			changed = true
		}
	}
	return changed
}

func (d *Directory) record(t *tenant, r userRow) (record, bool) {
	role, ok := d.roles.number(r.role)
	if !ok {
		d.log.Error("too many roles for the directory", "id_empresa", r.company)
		return record{}, false
	}
	return record{teams: t.list(r.teams), validFrom: r.validFrom, version: r.version, role: role, active: r.active}, true
}

// size requires that the caller holds the lock.
func (d *Directory) size() (companies, users int) {
	for _, t := range d.tenants {
		if t.company.ID != "" {
			companies++
		}
		users += len(t.users)
	}
	return companies, users
}
