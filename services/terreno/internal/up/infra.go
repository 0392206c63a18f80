package up

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natsd"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

const (
	database = "terreno"
	// syncInterval is how often NATS syncs its files to the disk. A power cut can lose the messages of one interval; the end
	// of the process loses none.
	syncInterval = 200 * time.Millisecond
)

// infra holds the NATS server and the PostgreSQL server of the services. They are started here or named in the
// configuration.
type infra struct {
	dir *datadir.Dir
	log *slog.Logger
	// free returns how many bytes of the data folder's disk are free.
	free func() (int64, error)
	// streams is how many bytes the streams of the server that runs here may hold together.
	streams int64

	pg       *pg.Server
	nats     *natsd.Server
	adminDSN string
	natsURL  string
}

func startInfra(ctx context.Context, c Config, dir *datadir.Dir, log *slog.Logger) (*infra, error) {
	in := &infra{dir: dir, log: log, free: dir.Free, adminDSN: c.DatabaseURL, natsURL: c.NATSURL}
	if in.natsURL == "" {
		var err error
		if in.streams, err = planStreams(dir, in.free, in.adminDSN == ""); err != nil {
			return nil, err
		}
	}
	if err := in.startPostgres(ctx); err != nil {
		return nil, errors.Join(err, in.stop())
	}
	if err := in.startNATS(); err != nil {
		return nil, errors.Join(err, in.stop())
	}
	return in, nil
}

func (in *infra) startPostgres(ctx context.Context) error {
	if in.adminDSN != "" {
		return nil
	}
	o := pg.Options{Dir: in.pgDir(), Durable: true, Log: in.log}
	server, err := pg.Start(ctx, o)
	if errors.Is(err, pg.ErrNotFound) && os.Geteuid() == 0 {
		in.log.Warn("no PostgreSQL found, trying to install it with apt-get")
		if aptErr := pg.AptInstall(ctx, in.log); aptErr != nil {
			err = errors.Join(err, aptErr)
		} else {
			server, err = pg.Start(ctx, o)
		}
	}
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	in.pg = server
	if err := server.CreateDatabase(ctx, database); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	in.adminDSN = server.DSN(pg.Superuser, database)
	return nil
}

// pgDir returns a folder whose name is unique to the contents of this data folder. When PostgreSQL's user cannot reach the
// data folder, pkg/pg keeps the cluster elsewhere, in a folder named after this path. A new data folder at the same path
// must not find the old cluster there.
func (in *infra) pgDir() string { return in.dir.Path("postgresql-" + in.dir.ID()) }

// watchPostgres restarts the private server when it ends on its own, for instance because the kernel killed it when memory
// ran out.
func (in *infra) watchPostgres() app.Runner {
	return app.Runner{Name: "postgresql", Run: func(ctx context.Context) error {
		for in.pg != nil {
			select {
			case <-ctx.Done():
				return nil
			case <-in.pg.Done():
			}
			in.log.Error("PostgreSQL ended on its own, restarting it")
			if err := in.pg.Restart(ctx); err != nil {
				return fmt.Errorf("restart PostgreSQL: %w", err)
			}
		}
		<-ctx.Done()
		return nil
	}}
}

func (in *infra) startNATS() error {
	if in.natsURL != "" {
		return nil
	}
	server, err := natsd.Start(natsd.Options{
		Dir: in.dir.Path("nats"), Port: -1, SyncInterval: syncInterval,
		Users: stream.Services(), Passwords: in.dir.Password, Log: in.log,
		// planStreams sizes the streams by the disk. The server must not refuse its existing streams when the disk has less
		// room than when they were made.
		MaxStore: streamsMost,
	})
	if err != nil {
		return fmt.Errorf("start NATS: %w", err)
	}
	in.nats = server
	return nil
}

// provision brings roles, schemas, streams and durables up to date.
func (in *infra) provision(ctx context.Context) error {
	if err := db.Provision(ctx, in.adminDSN, Schemas(), in.dir.Password); err != nil {
		return fmt.Errorf("provision PostgreSQL: %w", err)
	}
	if in.nats == nil {
		// The server belongs to somebody else, who decides how many replicas the streams have and how much they may store.
		in.log.Warn("this command does not change the streams on your own NATS: run `terreno provision` after each upgrade")
		return nil
	}
	changes, err := ProvisionStreams(ctx, in.natsAs(bus.Admin), admin.ProvisionOptions{
		Replicas: 1, MaxBytes: admin.FitMaxBytes(stream.Table(), in.streams),
	})
	for _, change := range changes {
		in.log.Info("provisioned", "change", change)
	}
	return err
}

// ProvisionStreams connects as the administrator and applies the stream table.
func ProvisionStreams(ctx context.Context, url string, o admin.ProvisionOptions) ([]string, error) {
	nc, err := nats.Connect(url, bus.DialOptions(bus.Admin)...)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS as administrator: %w", err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("use JetStream: %w", err)
	}
	changes, err := admin.Provision(ctx, js, stream.Table(), o)
	if err != nil {
		return changes, fmt.Errorf("provision streams: %w", err)
	}
	return changes, nil
}

// natsAs returns the address of NATS for one of its users. If the configuration names a NATS server, its address contains
// the only user.
func (in *infra) natsAs(user string) string {
	if in.nats == nil {
		return in.natsURL
	}
	return in.nats.URL(user)
}

// databaseAs returns the address of PostgreSQL for a service's login role. The private cluster needs no password on its unix
// socket, which only its own user and root can reach.
func (in *infra) databaseAs(service string) (string, error) {
	role := db.Role(service)
	if in.pg != nil {
		return in.pg.DSN(role, database), nil
	}
	return db.WithUser(in.adminDSN, role, in.dir.Password(role))
}

// stop stops the servers that were started here, NATS before PostgreSQL. The services have already ended.
func (in *infra) stop() error {
	if in.nats != nil {
		in.nats.Shutdown()
	}
	if in.pg == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := in.pg.Stop(ctx); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}
