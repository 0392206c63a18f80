// Package directory is what every process knows of companies and users, in memory: enough to judge a token or an audience
// without asking anybody. It names nobody.
//
// identity owns the data. A Directory loads identity's two views at the start and every 60 s, and hears each change as
// NEWS; it reloads as well when news may have been missed. A change is known within the time that a message takes, or 60 s
// at worst. Platform admins, who have no company and so no news, are known at the next load; they stand under tenant "".
//
// Newer wins, by version: a load never undoes a change that was heard while it ran, and news that come late or twice
// change nothing. Until the first load nobody is known and Ready says so. After that a database or NATS that is away
// leaves things as they were last known.
//
// Run starts and ends all goroutines.
package directory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // a company's zone must not depend on the machine

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
)

const (
	pattern     = "dir.*.directorio.*.*"
	reloadEvery = time.Minute
	loadTimeout = 30 * time.Second
	retryAfter  = time.Second
	// Questions about single tokens that identity's database may get from this process.
	lookupsPerSecond = 20
)

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
	lookups *rate.Limiter
	reload  chan struct{}
	zones   sync.Map // *time.Location by name

	mu    sync.RWMutex
	held  people
	heard *people // what came while a load runs; nil when none does
	// When the last load that worked began; zero before the first.
	loaded   time.Time
	onChange []func(tenant string)
}

// New makes an empty directory; Run fills it. reg may be nil.
func New(d *db.DB, b *bus.Bus, log *slog.Logger, reg prometheus.Registerer) *Directory {
	return &Directory{
		db: d, bus: b, log: log, metrics: newMetrics(reg), held: newPeople(), reload: make(chan struct{}, 1),
		lookups: rate.NewLimiter(lookupsPerSecond, lookupsPerSecond),
	}
}

// Run keeps the directory until ctx ends. An error means that this service may not listen, which no retry mends.
func (d *Directory) Run(ctx context.Context) error {
	listener, err := d.listen(ctx)
	if err != nil {
		return err
	}
	defer listener.Close()
	next := time.NewTimer(reloadEvery)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.reload:
		case <-next.C:
		}
		wait := reloadEvery
		if err := d.load(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("directory not loaded", "error", err)
			wait = retryAfter
		}
		next.Reset(wait)
	}
}

// listen subscribes before the first load, so that the two leave no gap. The listener asks for that load itself.
func (d *Directory) listen(ctx context.Context) (*bus.Listener, error) {
	for {
		listener, err := bus.Listen(d.bus, pattern, d.hear, d.askReload)
		if err == nil || errors.Is(err, bus.ErrDenied) || ctx.Err() != nil {
			return listener, err
		}
		d.log.Warn("directory cannot listen", "error", err)
		select {
		case <-time.After(retryAfter):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
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
	if d.loaded.IsZero() {
		return errors.New("directory is not loaded yet")
	}
	return nil
}

// User returns who has the id in the company; platform admins are in company "".
func (d *Directory) User(tenant, id string) (User, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	u, ok := d.held.users[userKey{tenant, id}]
	return u, ok
}

// Company returns the company, suspended or not.
func (d *Directory) Company(tenant string) (Company, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	c, ok := d.held.companies[tenant]
	return c, ok
}

// Companies returns all companies by id.
func (d *Directory) Companies() []Company {
	d.mu.RLock()
	defer d.mu.RUnlock()
	all := make([]Company, 0, len(d.held.companies))
	for _, c := range d.held.companies {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Company) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// OnChange calls f after something of a tenant changed, be it one user or all. Calls may run at the same time, and hold up
// the news: f must be quick. Register before Run.
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

// load replaces everything with what identity holds now, and with what was heard meanwhile.
func (d *Directory) load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	began := time.Now()
	heard := newPeople()
	d.mu.Lock()
	d.heard = &heard
	d.mu.Unlock()

	fresh, err := readAll(ctx, d.db, d.location)

	d.mu.Lock()
	d.heard = nil
	if err != nil {
		d.mu.Unlock()
		d.metrics.loads.WithLabelValues("failed").Inc()
		return fmt.Errorf("load the directory: %w", err)
	}
	fresh.merge(heard)
	changed := d.held.differences(fresh)
	d.held, d.loaded = fresh, began
	d.mu.Unlock()
	d.metrics.loadedAll(fresh)
	d.tell(changed...)
	return nil
}

// learn takes in what was heard or looked up, and tells whom it is news to.
func (d *Directory) learn(news people) {
	d.mu.Lock()
	if d.heard != nil {
		d.heard.merge(news)
	}
	changed := d.held.merge(news)
	d.mu.Unlock()
	d.tell(changed...)
}
