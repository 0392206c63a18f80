package directory

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/wait"
)

const pollEvery = time.Minute

// sessionKey identifies a session that ended. It includes the tenant, so that the issuer of one company cannot end a
// session of another.
type sessionKey struct{ tenant, id string }

// poll reads once a minute, or a little earlier, what no message tells: the platform admins, their sessions, and whether
// the database is still the one that was loaded.
func (d *Directory) poll(ctx context.Context) {
	for wait.For(ctx, wait.Jitter(pollEvery)) {
		if d.Ready(ctx) != nil {
			continue
		}
		if err := d.look(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("the directory could not read the platform admins and the epoch of the database", "error", err)
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
		d.log.Warn("the database was restored, the directory loads it again")
		d.askReload()
		return nil
	}
	d.replacePlatform(few.platform)
	d.mu.Lock()
	d.polled = now
	d.mu.Unlock()
	d.addSessions(few.sessions)
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

// addSessions takes in the ended sessions that were read.
func (d *Directory) addSessions(read map[sessionKey]time.Time) {
	changed := map[string]bool{}
	d.mu.Lock()
	for key, until := range read {
		if _, known := d.sessions[key]; !known {
			changed[key.tenant] = true
			d.sessions[key] = until
		}
	}
	d.mu.Unlock()
	d.tell(slices.Collect(maps.Keys(changed))...)
}

// forgetSessions drops the sessions whose last token has expired.
func (d *Directory) forgetSessions(now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, until := range d.sessions {
		if now.After(until) {
			delete(d.sessions, key)
		}
	}
}
