package trackingingest

import (
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/tracking-ingest/internal/api"
	"github.com/terreno/terreno/services/tracking-ingest/internal/intake"
	"github.com/terreno/terreno/services/tracking-ingest/internal/merge"
	"github.com/terreno/terreno/services/tracking-ingest/internal/reveal"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/internal/watermark"
	"github.com/terreno/terreno/services/tracking-ingest/internal/writer"
)

const name = "tracking-ingest"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema is what must be provisioned before New's service can run. The service also reads the view identity.v_users and those of
// activity that package shifts reads, and keeps its job in platform.
var Schema = db.Schema{Name: "tracking", Service: name, Migrations: migrations}

// Config of the service.
type Config struct {
	Retention  time.Duration `env:"POSITIONS_RETENTION" default:"2160h" help:"how long positions are kept; older ones are refused, and dropped by the day"`
	MaxUploads int           `env:"POSITIONS_MAX_UPLOADS" default:"256" help:"uploads that are published at once, their bodies read; a company gets at most half, and more are answered 503"`
	MaxBytes   int64         `env:"POSITIONS_UPLOAD_BYTES" default:"67108864" help:"bytes of uploads that are in hand at once, being received or published; a company gets at most half, and more are answered 503"`
	Timeout    time.Duration `env:"POSITIONS_READ_TIMEOUT" default:"10s" help:"how long a read may wait for the database before it is answered 503"`
}

// minBytes makes the half that one company gets large enough for the largest upload. That half holds the upload both as
// it arrives and unpacked, with a little to spare.
const minBytes = 5 * api.MaxBody

// Validate checks the limits.
func (c *Config) Validate() []error {
	const day = 24 * time.Hour
	var problems []error
	if c.Retention < day || c.Retention > 3650*day {
		problems = append(problems, fmt.Errorf("TERRENO_POSITIONS_RETENTION=%v: give 24h (a day) to 87600h (ten years)", c.Retention))
	}
	if c.MaxUploads < 1 {
		problems = append(problems, fmt.Errorf("TERRENO_POSITIONS_MAX_UPLOADS=%d: give at least 1", c.MaxUploads))
	}
	if c.MaxBytes < minBytes {
		problems = append(problems, fmt.Errorf("TERRENO_POSITIONS_UPLOAD_BYTES=%d: give at least %d, or the largest upload finds no room", c.MaxBytes, minBytes))
	}
	if c.Timeout < time.Second || c.Timeout > time.Minute {
		problems = append(problems, fmt.Errorf("TERRENO_POSITIONS_READ_TIMEOUT=%v: give 1s to 1m", c.Timeout))
	}
	return problems
}

// New makes the service. Nothing runs until its runners do.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	row, ok := stream.ByName(stream.Tracking)
	if !ok {
		return nil, fmt.Errorf("the stream table has no %s", stream.Tracking)
	}
	book := shifts.New(deps.DB, deps.Bus, deps.Clock, deps.Log)
	positions := store.New(deps.DB).Hides(book.Hides)
	w, err := writer.New(deps.Bus, positions, deps.Clock, deps.Log, deps.Metrics,
		writer.Config{Retention: cfg.Retention, DrainTimeout: deps.DrainTimeout})
	if err != nil {
		return nil, err
	}
	revealer, err := reveal.New(deps.Bus, positions, deps.Clock, cfg.Retention, deps.DrainTimeout)
	if err != nil {
		return nil, err
	}
	jobs, err := schedule.New(schedule.Deps{
		DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics,
	}, name, merge.New(positions, w.Partitions, cfg.Retention, deps.Log, deps.Metrics).Job())
	if err != nil {
		return nil, err
	}
	web := httpx.NewAPI(name, httpx.Options{
		Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, Timeout: cfg.Timeout, ClientAddress: deps.Proxies.Of,
		Limits: map[httpx.Class]httpx.Limits{httpx.ClassUploads: {Places: cfg.MaxUploads, BodyBytes: cfg.MaxBytes}},
	})
	gate := intake.New(deps.Bus, row.Name, deps.Log, deps.Metrics)
	api.Register(web, deps.Bus, positions, deps.Clock, deps.Metrics, api.Config{Retention: cfg.Retention, Admit: gate.Admit, Shown: book.Of})
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "writer", Run: w.Run},
			{Name: "shifts", Run: book.Run},
			{Name: "revealer", Run: revealer.Run},
			{Name: "partitions", Run: w.Partitions.Run},
			{Name: "jobs", Run: jobs.Run},
			{Name: "watermark", Run: watermark.New(deps.DB, deps.Bus, positions, deps.Clock, deps.Log).Run},
			{Name: "intake", Run: gate.Run},
			{Name: "purge", Run: writer.NewPurger(deps.Bus, row, deps.Log, deps.Metrics).Run},
		},
		// While the writer waits for the database, uploads go on, because they need only the stream.
		Checks: []app.Check{
			{Name: "writer", Ready: w.Ready, Soft: true},
			{Name: "jobs", Ready: jobs.Ready, Soft: true},
			{Name: "revealer", Ready: revealer.Ready, Soft: true},
			{Name: "shifts", Ready: book.Ready, Soft: true},
		},
	}, nil
}
