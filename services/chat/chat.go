package chat

import (
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/chat/internal/api"
	"github.com/terreno/terreno/services/chat/internal/store"
)

const (
	name = "chat"
	// timersEvery is how late people may be told of a message, in wall time.
	timersEvery = time.Second
)

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before the service can run. The service also reads views of identity and of activity.
var Schema = db.Schema{
	Name: store.Schema, Service: name, Migrations: migrations,
	Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet, schedule.TimerSnippet},
}

// Config of the service.
type Config struct {
	BlobDir   string `env:"BLOB_DIR" help:"folder for the files that people send, such as photos of visits; all replicas need the same one"`
	FileBytes int64  `env:"CHAT_FILE_BYTES" default:"53687091200" help:"bytes that the photos and files in the conversations of one company may have together"`
}

// Validate checks the limits.
func (c *Config) Validate() []error {
	const least = 25 << 20
	if c.FileBytes < least {
		return []error{fmt.Errorf("TERRENO_CHAT_FILE_BYTES=%d: give at least %d, the size of one file", c.FileBytes, least)}
	}
	return nil
}

// New makes the service. Nothing runs until its runners run.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, err
	}
	if cfg.BlobDir == "" {
		return nil, errors.New("TERRENO_BLOB_DIR is missing: give a folder for the photos and files of conversations, the same to all replicas")
	}
	files, err := blob.OpenFolder(filepath.Join(cfg.BlobDir, name))
	if err != nil {
		return nil, fmt.Errorf("TERRENO_BLOB_DIR=%q: %w", cfg.BlobDir, err)
	}
	relay := outbox.NewRelay(deps.DB, deps.Bus, Schema.Name, deps.Log, deps.Metrics)
	changes := change.New(deps.DB, relay, Schema.Name, deps.Clock)
	data := store.New(deps.DB, changes)
	timers, err := schedule.NewTimers(schedule.TimersDeps{
		DB: deps.DB, Changes: changes, Schema: Schema.Name, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics, Options: schedule.Options{Every: timersEvery},
	}, schedule.Kind{Name: store.KindNotice, Do: data.Notify})
	if err != nil {
		return nil, err
	}
	data.UseTimers(timers)
	jobs, err := schedule.New(schedule.Deps{DB: deps.DB, Companies: deps.Directory, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics},
		name, retentionJob(data, files, deps), erasureJob(data, files))
	if err != nil {
		return nil, err
	}
	web := httpx.NewAPI(name, httpx.Options{Log: deps.Log, Metrics: deps.Metrics, Auth: deps.Auth, ClientAddress: deps.Proxies.Of})
	api.Register(web, api.Deps{
		Store: data, Changes: changes, Files: files, FileRoom: cfg.FileBytes, Clock: deps.Clock, Log: deps.Log, Metrics: deps.Metrics, Live: deps.Bus.PublishLive,
	})
	tidy := newUpkeep(deps, data, files)
	return &app.Service{
		Name: name, Handler: web.Handler(), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{
			{Name: "outbox", Run: relay.Run},
			{Name: "timers", Run: timers.Run},
			{Name: "jobs", Run: jobs.Run},
			{Name: "upkeep", Run: tidy.Run},
		},
		// While the timers and the jobs wait, people can still write to each other.
		Checks: []app.Check{{Name: "timers", Ready: timers.Ready, Soft: true}, {Name: "jobs", Ready: jobs.Ready, Soft: true}},
	}, nil
}
