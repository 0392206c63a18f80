package gateway

import (
	"context"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/services/gateway/internal/api"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/presence"
	"github.com/terreno/terreno/services/gateway/internal/store"
)

const (
	// keepSeen is how long it is kept when a person was last seen.
	keepSeen     = 400 * 24 * time.Hour
	forgetEvery  = 24 * time.Hour
	forgetAtOnce = 1000
)

// newPresence makes what knows who is online, and the HTTP side of it. book must not run yet.
func newPresence(cfg *Config, deps app.Deps, book *shifts.Book) (*presence.Presence, *httpx.API, error) {
	m, err := metrics.NewPresence(deps.Metrics, presence.EventOnline, presence.EventOffline, presence.EventList)
	if err != nil {
		return nil, nil, fmt.Errorf("register metrics of presence: %w", err)
	}
	data := store.New(deps.DB)
	p := presence.New(presence.Config{Digest: cfg.PresenceDigest, Grace: cfg.PresenceGrace}, presence.Deps{
		Bus: deps.Bus, People: deps.Directory, Shifts: book, Store: data, Clock: deps.Clock, Metrics: m, Log: deps.Log,
	})
	book.Also(p.OnShift)
	book.OnChange(p.ShiftChanged)
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	api.Register(web, api.Deps{
		// Its changes emit no events, so they need no relay: the other gateways hear of them as of presence.
		Store: data, Changes: change.New(deps.DB, nil, Schema.Name, deps.Clock), People: deps.Directory, Presence: p,
	})
	return p, web, nil
}

// newUpkeep removes the rows of people who were last seen very long ago, by domain time, and old rows of the log of changes.
func newUpkeep(deps app.Deps) *app.Upkeep {
	data := store.New(deps.DB)
	forget := func(ctx context.Context) error {
		for {
			n, err := data.Forget(ctx, deps.Clock.Now().Add(-keepSeen), forgetAtOnce)
			if err != nil || n < forgetAtOnce {
				return err
			}
		}
	}
	return app.NewUpkeep(deps.Log, nil,
		app.Task{Name: "people last seen very long ago", Every: forgetEvery, Do: forget},
		app.PruneChanges(deps.DB, Schema.Name),
	)
}
