// Package directory keeps in the memory of every process what identity knows of companies and users. This is enough to
// judge a token or an audience without a question to another service. It holds no names of people.
//
// identity owns the data. A Directory loads identity's views once, in pages. Then it follows the stream DIRECTORY in
// order, beginning after the last message from before the load (bus.LoadAndFollow). So it knows of a change as soon as
// the message arrives, and a broken link loses nothing. It loads again in three cases: when the stream was replaced or
// has dropped messages that the directory did not hear, when it cannot read a message, and when the database was
// restored. To notice a restore, it reads identity.v_directory_epoch once a minute.
//
// Platform admins have no company, so no messages tell of them. The directory reads them and their sessions once a minute
// too, and keeps them under tenant "".
//
// The newer version wins. A message that comes late or twice changes nothing, and a load does not undo messages that came
// while it ran. Before the first load the directory knows nobody, and Ready returns an error. After that, while the
// database or NATS is away, the directory keeps what it knows.
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

// lookupsPerSecond limits how often this process asks identity's database about the user of a single token.
const lookupsPerSecond = 20

// User is what the directory knows of a user. The slice Teams is shared: do not change it.
type User struct {
	ID    string
	Role  string
	Teams []string
	// Active is false once the user is deactivated or deleted.
	Active bool
	// TokensValidFrom revokes all tokens with an earlier iat (auth.ValidFrom).
	TokensValidFrom time.Time
	Version         int64
}

// Company is what the directory knows of a company.
type Company struct {
	ID string
	// Zone is the time zone in which the company's day begins and ends.
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
	sessions map[sessionKey]time.Time // sessions that ended, and when their last token expires
	// heard holds the messages that arrive during a load, by tenant. It is nil when no load runs.
	heard map[string][]news
	// loaded is true after the first successful load.
	loaded bool
	// caughtUp is an instant: the directory knows everything that was published before it. polled is the same for
	// platform admins.
	caughtUp, polled time.Time
	// epoch is the epoch of the database that was loaded.
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

// Run keeps the directory up to date until ctx ends. It returns an error when the connection to NATS was closed for good.
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

// Ready returns nil once the directory is loaded.
func (d *Directory) Ready(context.Context) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if !d.loaded {
		return errors.New("directory is not loaded yet")
	}
	return nil
}

// User returns the user with this id in the company. Platform admins are in company "".
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

// Company returns the company, even when it is suspended.
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

// Companies returns all companies, sorted by id.
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

// OnChange registers f, which the directory calls after a change in a tenant: of a user, of the company, or of a session
// that ended. Calls may overlap, and while f runs the directory reads no further messages: so f must be quick. Call
// OnChange before Run.
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
