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
	// What a process that ends without warning may lose to a power cut, not to its own death.
	syncInterval = 200 * time.Millisecond
	// The streams' limits in a single node add up to at most this.
	streamBudget = 8 << 30
)

// infra is what services depend on: started here, or named in the configuration.
type infra struct {
	dir *datadir.Dir
	log *slog.Logger

	pg       *pg.Server
	nats     *natsd.Server
	adminDSN string
	natsURL  string
}

func startInfra(ctx context.Context, c Config, dir *datadir.Dir, log *slog.Logger) (*infra, error) {
	in := &infra{dir: dir, log: log, adminDSN: c.DatabaseURL, natsURL: c.NATSURL}
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
		in.log.Warn("there is no PostgreSQL here, trying to install it with apt-get")
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

// pgDir belongs to this data folder alone: where PostgreSQL cannot live inside, it lives in a place named after this path,
// and must not come back under a later folder in the same place.
func (in *infra) pgDir() string { return in.dir.Path("postgresql-" + in.dir.ID()) }

// watchPostgres starts the private server again when it ended on its own, killed for its memory for instance.
func (in *infra) watchPostgres() app.Runner {
	return app.Runner{Name: "postgresql", Run: func(ctx context.Context) error {
		for in.pg != nil {
			select {
			case <-ctx.Done():
				return nil
			case <-in.pg.Done():
			}
			in.log.Error("PostgreSQL ended on its own, starting it again")
			if err := in.pg.Restart(ctx); err != nil {
				return fmt.Errorf("start PostgreSQL again: %w", err)
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
		// Somebody else's server: how many copies and how much room is for them to say.
		in.log.Warn("streams are not touched on a NATS of your own: run `terreno provision` after each upgrade")
		return nil
	}
	changes, err := ProvisionStreams(ctx, in.natsAs(bus.Admin), admin.ProvisionOptions{
		Replicas: 1, MaxBytes: admin.FitMaxBytes(stream.Table(), streamBudget),
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

// natsAs is the address of NATS for one of its users. A NATS of the user's own has the one user of its address.
func (in *infra) natsAs(user string) string {
	if in.nats == nil {
		return in.natsURL
	}
	return in.nats.URL(user)
}

// databaseAs is the address of PostgreSQL for a service's login role. The private cluster asks for no password on its
// socket, which only its own user and root can reach.
func (in *infra) databaseAs(service string) (string, error) {
	role := db.Role(service)
	if in.pg != nil {
		return in.pg.DSN(role, database), nil
	}
	return db.WithUser(in.adminDSN, role, in.dir.Password(role))
}

// stop ends what was started here, NATS before PostgreSQL: services are gone by now.
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
