package directory

import (
	"context"
	"maps"
	"time"

	"github.com/terreno/terreno/pkg/wait"
)

const pollEvery = time.Minute

// sessionKey is a session that ended. The issuer of a company cannot name another's.
type sessionKey struct{ tenant, id string }

// poll asks every minute, or a little earlier, for what has no news: platform admins, their sessions, and whether this is still the database
// that was loaded.
func (d *Directory) poll(ctx context.Context) {
	for wait.For(ctx, wait.Jitter(pollEvery)) {
		if d.Ready(ctx) != nil {
			continue
		}
		if err := d.look(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("directory could not ask for platform admins and the database's epoch", "error", err)
		}
	}
}

func (d *Directory) look(ctx context.Context) error {
	now := time.Now()
	d.forgetSessions(now)
	few, err := readFew(ctx, d.db, now)
	if err != nil {
		return err
	}
	d.mu.Lock()
	restored := few.epoch != d.epoch
	companies, users := d.size()
	d.mu.Unlock()
	d.metrics.sizes(companies, users)
	if restored {
		d.log.Warn("the database was restored, the directory is loaded again")
		d.askReload()
		return nil
	}
	d.replacePlatform(few.platform)
	d.mu.Lock()
	d.polled = now
	d.mu.Unlock()
	d.replaceSessions(func(k sessionKey) bool { return k.tenant == "" }, few.sessions)
	return nil
}

func (d *Directory) replacePlatform(rows []userRow) {
	fresh := d.pack(rows)
	d.mu.Lock()
	before := d.tenants[""]
	changed := before == nil && len(rows) > 0 || before != nil && !before.same(fresh)
	d.tenants[""] = fresh
	d.mu.Unlock()
	if changed {
		d.tell("")
	}
}

// replaceSessions takes over what was read of the sessions that the filter names.
func (d *Directory) replaceSessions(which func(sessionKey) bool, read map[sessionKey]time.Time) {
	changed := map[string]bool{}
	d.mu.Lock()
	for key, until := range read {
		if _, known := d.sessions[key]; which(key) && !known {
			changed[key.tenant] = true
			d.sessions[key] = until
		}
	}
	d.mu.Unlock()
	for tenant := range maps.Keys(changed) {
		d.tell(tenant)
	}
}

// forgetSessions drops those of which no token can live.
func (d *Directory) forgetSessions(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, until := range d.sessions {
		if now.After(until) {
			delete(d.sessions, key)
		}
	}
}
