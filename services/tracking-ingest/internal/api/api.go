// Package api is the HTTP side of tracking-ingest: uploads in, latest positions and playback out.
//
// A 202 to an upload says that every message of it is acknowledged by JetStream; until then the sender keeps it, and may
// send it again as often as it likes. A 503 says that nothing is lost and when to come back. What a viewer may not see is
// not found. Nothing here outlives its request.
package api

import (
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// maxBody is 10,000 positions with every field, twice over.
const maxBody = 5 << 20

// Config of the operations.
type Config struct {
	Retention time.Duration
	// MaxUploads is how many uploads are read and published at once.
	MaxUploads int
}

type service struct {
	bus       *bus.Bus
	store     *store.Store
	clock     clock.Clock
	retention time.Duration
	places    chan struct{}
	metrics   metrics
}

// Register adds the operations to an API.
func Register(a *httpx.API, b *bus.Bus, s *store.Store, c clock.Clock, reg prometheus.Registerer, cfg Config) error {
	m, err := newMetrics(reg)
	if err != nil {
		return fmt.Errorf("make the operations on positions: %w", err)
	}
	api := &service{
		bus: b, store: s, clock: c, retention: cfg.Retention, places: make(chan struct{}, cfg.MaxUploads), metrics: m,
	}
	api.registerUpload(a)
	huma.Register(a.Huma, huma.Operation{
		OperationID: "latest-positions", Method: http.MethodGet, Path: "/v1/positions/latest", Security: httpx.Roles(),
		Summary: "The newest position of each user that the caller may see, by user",
	}, api.latest)
	huma.Register(a.Huma, huma.Operation{
		OperationID: "playback", Method: http.MethodGet, Path: "/v1/users/{id}/positions", Security: httpx.Roles(),
		Summary: "A user's positions of some time, oldest first",
	}, api.playback)
	return nil
}

func (s *service) registerUpload(a *httpx.API) {
	const path = "/v1/positions"
	huma.Register(a.Huma, huma.Operation{
		OperationID: "post-positions", Method: http.MethodPost, Path: path, Security: httpx.Roles(),
		Summary:       "Hand in positions of the caller's own",
		Description:   "202 once all are stored safely. Drop what was accepted and what was rejected; on any other answer keep it all and send it again.",
		DefaultStatus: http.StatusAccepted, MaxBodyBytes: maxBody, SkipValidateBody: true, Middlewares: huma.Middlewares{s.admit},
	}, s.post)
	body := a.OpenAPI().Paths[path].Post.RequestBody
	// The body is read by package upload and not by huma, so that a bad position costs no other; huma only describes it.
	body.Content["application/json"].Schema = a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[uploadBody](), true, "")
	// Without this huma would answer an empty body itself.
	body.Required = false
}
