// Package directory is what every process knows of companies and users, in memory: enough to judge a token or an audience
// without asking anybody. It names nobody.
//
// identity owns the data. A Directory loads identity's views once, in pages, and then follows the stream DIRECTORY in order
// from where it ended before that load (bus.LoadAndFollow): a change is known within the time that a message takes, and a
// link that was away loses nothing. It loads again when the stream was replaced or dropped what was not heard, when news
// cannot be read, and when the database says that it was restored (see identity.v_directory_epoch), which is asked once
// a minute. Platform admins have no company and so no news: they and their sessions are read in that same minute, and
// stand under tenant "".
//
// Newer wins, by version: news that come late or twice change nothing, and a load does not undo news that came while it
// ran. Until the first load nobody is known and Ready says so. After that a database or NATS that is away leaves
// everything as it was last known.
//
// Run starts and ends all goroutines.
package directory

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a company's zone must not depend on the machine

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/stream"
)

// Questions about single tokens that identity's database may get from this process.
const lookupsPerSecond = 20

// User is what the directory knows of somebody. Teams is shared: read it only.
type User struct {
	ID    string
	Role  string
	Teams []string
	// Active is false once deactivated or deleted.
	Active bool
	// TokensValidFrom: a token with an earlier iat is revoked (auth.ValidFrom).
	TokensValidFrom time.Time
	Version         int64
}

// Company is what the directory knows of a tenant.
type Company struct {
	ID string
	// Zone is where the company's day begins and ends.
	Zone      *time.Location
	Suspended bool
	Version   int64
}

// Directory is safe for concurrent use.
type Directory struct {
	db      *db.DB
	bus     *bus.Bus
	log     *slog.Logger
	metrics *metrics
	lookups *budget
	reload  chan struct{}
	zones   sync.Map // *time.Location by name
	roles   names

	mu       sync.RWMutex
	tenants  map[string]*tenant
	sessions map[sessionKey]time.Time // that ended, until when a token of theirs may live
	// heard is what came while a load runs, by tenant; nil while none does.
	heard map[string][]news
	// loaded is set by the first load that worked.
	loaded bool
	// caughtUp: everything that was published before is known. polled: so are the platform admins of then.
	caughtUp, polled time.Time
	// epoch of the database that was loaded.
	epoch    string
	onChange []func(tenant string)
}

// New makes an empty directory; Run fills it. reg may be nil.
func New(d *db.DB, b *bus.Bus, log *slog.Logger, reg prometheus.Registerer) *Directory {
	return &Directory{
		db: d, bus: b, log: log, metrics: newMetrics(reg), reload: make(chan struct{}, 1),
		lookups: &budget{perSecond: lookupsPerSecond},
		tenants: map[string]*tenant{}, sessions: map[sessionKey]time.Time{},
	}
}

// Run keeps the directory until ctx ends. An error means that the connection to NATS was closed for good.
func (d *Directory) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var polling sync.WaitGroup
	polling.Go(func() { d.poll(ctx) })
	defer polling.Wait()
	defer cancel()
	return d.bus.LoadAndFollow(ctx, stream.Directory, d.reload, view{d})
}

func (d *Directory) askReload() {
	select {
	case d.reload <- struct{}{}:
	default:
	}
}

// Ready is nil once the directory was loaded.
func (d *Directory) Ready(context.Context) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if !d.loaded {
		return errors.New("directory is not loaded yet")
	}
	return nil
}

// User returns who has the id in the company; platform admins are in company "".
func (d *Directory) User(tenant, id string) (User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.user(tenant, id)
}

func (d *Directory) user(tenant, id string) (User, bool) {
	t := d.tenants[tenant]
	if t == nil {
		return User{}, false
	}
	r, ok := t.users[id]
	if !ok {
		return User{}, false
	}
	return d.show(id, r), true
}

func (d *Directory) show(id string, r record) User {
	return User{
		ID: id, Role: d.roles.name(r.role), Teams: r.teams.ids, Active: r.active,
		TokensValidFrom: time.UnixMilli(r.validFrom).UTC(), Version: r.version,
	}
}

// Company returns the company, suspended or not.
func (d *Directory) Company(tenant string) (Company, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.company(tenant)
}

func (d *Directory) company(tenant string) (Company, bool) {
	t := d.tenants[tenant]
	if t == nil || t.company.ID == "" {
		return Company{}, false
	}
	return t.company, true
}

// Companies returns all companies by id.
func (d *Directory) Companies() []Company {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := make([]Company, 0, len(d.tenants))
	for _, t := range d.tenants {
		if t.company.ID != "" {
			all = append(all, t.company)
		}
	}
	slices.SortFunc(all, func(a, b Company) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// OnChange calls f after something of a tenant changed: a user, the company, or a session that ended. Calls may run at
// the same time, and hold up the news: f must be quick. Register before Run.
func (d *Directory) OnChange(f func(tenant string)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.onChange = append(d.onChange, f)
}

func (d *Directory) tell(tenants ...string) {
	d.mu.RLock()
	listeners := d.onChange
	d.mu.RUnlock()
	for _, tenant := range tenants {
		for _, f := range listeners {
			f(tenant)
		}
	}
}
