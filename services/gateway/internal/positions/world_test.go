package positions_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/positions"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
	"github.com/terreno/terreno/services/identity"
	ingest "github.com/terreno/terreno/services/tracking-ingest"
)

const patience = 2 * time.Minute

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// world is a hub whose rooms get their positions from a real NATS and a real PostgreSQL. Users whose name begins with
// "boss" are admins; all others are colaboradores.
type world struct {
	*hub.Hub
	*reads
	positions *positions.Positions
	admin     *sqlx.DB
	mu        sync.Mutex
	rooms     map[string]*hub.Room
}

// calm returns a configuration in which no room is read again by itself.
func calm() positions.Config {
	return positions.Config{
		Every: time.Hour, Settle: 10 * time.Millisecond, Pace: time.Millisecond, AtOnce: 3, Timeout: patience, Overlap: time.Minute,
	}
}

func newWorld(t testing.TB, cfg positions.Config, b func(testing.TB) *bus.Bus) *world {
	t.Helper()
	data := pgtest.New(t, identity.Schema, ingest.Schema, activity.Schema, db.Schema{Service: "gateway"})
	w := &world{admin: data.Admin(t), rooms: map[string]*hub.Room{}}
	w.reads = &reads{Reader: positions.NewStore(data.DB(t, "gateway"), 1000), changed: make(chan struct{}, 1), of: map[string][]read{}}
	m, err := metrics.New(nil, []string{"alerta", "actividad", "chat"})
	if err != nil {
		t.Fatal(err)
	}
	if b == nil {
		b = func(t testing.TB) *bus.Bus { return natstest.Start(t).Bus(t, "gateway") }
	}
	w.positions = positions.New(cfg, b(t), w.reads, m, natstest.Log(t))
	w.Hub = hub.New(hub.Config{
		Streams: stream.Replayed(), Tail: tail.Config{}, Linger: time.Hour, UserSockets: 20, CompanySockets: 100, Positions: 1000,
		Viewer: func(_, user string) (audience.Viewer, bool) {
			role := audience.RoleColaborador
			if strings.HasPrefix(user, "boss") {
				role = audience.RoleAdmin
			}
			return audience.Viewer{User: user, Role: role}, true
		},
		Open: func(r *hub.Room) hub.Feed {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.rooms[r.Tenant] = r
			return w.positions.Open(r)
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.positions.Run(ctx) })
	t.Cleanup(func() {
		w.positions.Close()
		cancel()
		running.Wait()
	})
	return w
}

func (w *world) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// store writes a position as the writer of tracking-ingest does. It was recorded and received this many minutes after
// noon.
func (w *world) store(t *testing.T, tenant, user string, minute int) {
	t.Helper()
	at := noon.Add(time.Duration(minute) * time.Minute)
	w.exec(t, `INSERT INTO tracking.latest_position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, activity, mock)
		VALUES ($1, $2, 'd1', $3, $3, 0, 0, '', false) ON CONFLICT (id_empresa, user_id) DO UPDATE SET recorded_at = $3, received_at = $3`,
		tenant, user, at)
}

func (w *world) room(tenant string) *hub.Room {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rooms[tenant]
}

// has waits until a room has a user's position of a minute.
func (w *world) has(t *testing.T, tenant, user string, minute int) {
	t.Helper()
	w.until(t, fmt.Sprintf("%s has %s of minute %d", tenant, user, minute), func() bool {
		return !w.room(tenant).Newer(user, noon.Add(time.Duration(minute)*time.Minute))
	})
}

// socket adds a socket of a user, such as `acme/u1`, to a room.
func (w *world) socket(t testing.TB, id string) *hub.Member {
	t.Helper()
	tenant, user, _ := strings.Cut(id, "/")
	m := &hub.Member{Tenant: tenant, User: user, Queue: queue.New(1 << 20)}
	if _, err := w.Join(m, func(cursor.Cursor) queue.Item { return queue.Item{Event: &protocol.Event{}} }); err != nil {
		t.Fatal(err)
	}
	return m
}

// reads counts the queries to the real store.
type reads struct {
	positions.Reader
	changed chan struct{}

	lock      sync.Mutex
	now, most int
	of        map[string][]read
	// total counts the reads and rows the positions that they returned. With countOnly nothing else is kept.
	total, rows int
	countOnly   bool
}

type read struct {
	positions.Query
	began time.Time
	rows  int
}

func (r *reads) Newest(ctx context.Context, tenant string, q positions.Query) ([]clientjson.Position, error) {
	r.lock.Lock()
	r.now++
	r.most = max(r.most, r.now)
	r.lock.Unlock()
	began := time.Now()
	rows, err := r.Reader.Newest(ctx, tenant, q)
	r.lock.Lock()
	r.now--
	r.total++
	r.rows += len(rows)
	if !r.countOnly {
		r.of[tenant] = append(r.of[tenant], read{q, began, len(rows)})
	}
	r.lock.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
	return rows, err
}

// atOnce returns the largest number of reads at one time.
func (r *reads) atOnce() int {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.most
}

// counts returns the reads so far and the rows that they returned.
func (r *reads) counts() (total, rows int) {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.total, r.rows
}

// all returns the reads of a company so far.
func (r *reads) all(tenant string) []read {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]read(nil), r.of[tenant]...)
}

// until waits for a condition that reads bring about.
func (r *reads) until(t testing.TB, what string, is func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-r.changed:
		case <-tick.C:
		case <-deadline:
			t.Fatalf("never: %s", what)
		}
	}
}

// settled waits until a room has been read n times, and returns the reads.
func (r *reads) settled(t *testing.T, tenant string, n int) []read {
	t.Helper()
	r.until(t, fmt.Sprintf("%d reads of %s", n, tenant), func() bool { return len(r.all(tenant)) >= n })
	return r.all(tenant)
}
