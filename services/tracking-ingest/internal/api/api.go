// Package api is the HTTP side of tracking-ingest: uploads in, latest positions and playback out.
//
// A 202 to an upload says that JetStream has acknowledged every message of the upload. Until then the sender keeps the
// upload, and may send it again as often as it likes. A 503 says that nothing is lost and when to come back. A viewer
// who asks for something they may not see gets "not found". Nothing here outlives its request.
package api

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// MaxBody is twice the size of 10,000 positions with every field.
const MaxBody = 5 << 20

// Config of the operations.
type Config struct {
	Retention time.Duration
	// Admit says whether a company may hand in a body of so many bytes now.
	Admit func(company string, bytes int) bool
	// Shown returns what people may see of a user, nil for everything. ok is false while nobody knows.
	Shown func(company, user string) (shown *track.Shown, ok bool)
}

type service struct {
	bus       *bus.Bus
	store     *store.Store
	clock     clock.Clock
	retention time.Duration
	admit     func(company string, bytes int) bool
	shown     func(company, user string) (*track.Shown, bool)
	metrics   metrics
}

// Register adds the operations to an API.
func Register(a *httpx.API, b *bus.Bus, s *store.Store, c clock.Clock, reg prometheus.Registerer, cfg Config) {
	api := &service{bus: b, store: s, clock: c, retention: cfg.Retention, admit: cfg.Admit, shown: cfg.Shown, metrics: newMetrics(reg)}
	httpx.Handle(a, httpx.Operation{
		ID: "post-positions", Method: http.MethodPost, Path: "/v1/positions", Security: httpx.Roles(), Class: httpx.ClassUploads,
		Summary: "Hand in positions of the caller's own",
		Description: "202 once all are stored safely. Drop what was accepted and what was rejected; on any other answer keep it all and send it again. " +
			"Send the oldest positions first: zones judge no position that comes after a newer one of the same user, so a backlog that is sent newest first raises no alerts.",
		Status: http.StatusAccepted, MaxBodyBytes: MaxBody, RawBody: uploadBody{},
		RawTypes: map[string]string{typeTrack: "a terreno.v1.Track: the same positions in columns, in the order of their instants, each instant once; received_run and received_after_ms are not looked at"},
	}, api.post)
	httpx.Handle(a, httpx.Operation{
		ID: "latest-positions", Method: http.MethodGet, Path: "/v1/positions/latest", Security: httpx.Roles(),
		Summary: "The newest position of each user that the caller may see, by user",
	}, api.latest)
	httpx.Handle(a, httpx.Operation{
		ID: "playback", Method: http.MethodGet, Path: "/v1/users/{id}/positions", Security: httpx.Roles(),
		Summary: "A user's positions of some time, oldest first",
	}, api.playback)
}
