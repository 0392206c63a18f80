package hub_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// world is a hub with a directory that the test writes.
type world struct {
	*hub.Hub
	mu     sync.Mutex
	people map[string]audience.Viewer
	rooms  map[string]*hub.Room
	open   map[string]int
	needs  []string
	wall   *clock.Manual
}

func newWorld(t testing.TB, change func(*hub.Config)) *world {
	t.Helper()
	w := &world{people: map[string]audience.Viewer{}, rooms: map[string]*hub.Room{}, open: map[string]int{}, wall: clock.NewManual(time.Unix(1e9, 0))}
	cfg := hub.Config{
		Streams: stream.Replayed(), Tail: tail.Config{Bytes: 1 << 20, Events: 100, TotalBytes: 1 << 20}, Linger: time.Minute, UserSockets: 20,
		CompanySockets: 5000, Positions: 1000, Viewer: w.viewer, Open: w.opened, Now: w.wall.Now,
	}
	if change != nil {
		change(&cfg)
	}
	w.Hub = hub.New(cfg)
	for s := range cfg.Streams {
		w.Start(s, cursor.Point{Epoch: uint32(s + 1)})
	}
	return w
}

func (w *world) viewer(tenant, user string) (audience.Viewer, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v, ok := w.people[tenant+"/"+user]
	return v, ok
}

func (w *world) opened(r *hub.Room) hub.Feed {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rooms[r.Tenant] = r
	w.open[r.Tenant]++
	return &feed{world: w, tenant: r.Tenant}
}

// feed records what a room needs.
type feed struct {
	*world
	tenant string
}

func (f *feed) Again(string) {}

func (f *feed) Need(user string, everybody bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.needs = append(f.needs, fmt.Sprintf("%s/%s %v", f.tenant, user, everybody))
}

func (f *feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[f.tenant]--
}

// user adds a user, such as `acme/u1`, to the directory.
func (w *world) user(id, role string, teams ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, name, _ := strings.Cut(id, "/")
	w.people[id] = audience.Viewer{User: name, Role: role, Teams: teams}
}

func (w *world) member(id string) *hub.Member {
	tenant, user, _ := strings.Cut(id, "/")
	return &hub.Member{Tenant: tenant, User: user, Queue: queue.New(1 << 20)}
}

// greeting makes a first frame with its own kind, so that take can leave it out.
func greeting(at cursor.Cursor) queue.Item {
	return queue.Item{Event: &protocol.Event{Name: "listo"}, ID: at.String(), Kind: -1}
}

// take empties a socket's queue.
func take(t testing.TB, m *hub.Member) []queue.Item {
	t.Helper()
	items, closed := m.Queue.Take(nil, 1<<30)
	if closed != nil {
		t.Fatalf("closed: %+v", *closed)
	}
	return slices.DeleteFunc(items, func(it queue.Item) bool { return it.Kind == -1 })
}

func text(it queue.Item) string { return it.Event.Name + " " + string(it.Event.Data) }

// socket joins and attaches at once.

func (w *world) socket(t testing.TB, id string) *hub.Member {
	t.Helper()
	m := w.member(id)
	if _, err := w.Join(m, greeting); err != nil {
		t.Fatal(err)
	}
	w.Attach(m)
	m.Queue.Uncork(nil)
	return m
}

func event(tenant string, seq uint64, a audience.Audience) *tail.Message {
	return &tail.Message{
		Tenant: tenant, Seq: seq, StoredAt: time.Unix(int64(seq), 0), Audience: a,
		Event: &protocol.Event{Name: "alerta:nueva", Data: fmt.Appendf(nil, `"%s %d"`, tenant, seq)},
	}
}

func position(user string, at int, teams ...string) hub.Position {
	return hub.Position{
		User: user, At: time.Unix(int64(at), 0), Audience: audience.OfUser(user, teams),
		Event: &protocol.Event{Name: "tracking:ubicacion", Data: fmt.Appendf(nil, `"%s %d"`, user, at)},
	}
}

// got returns the data of the frames that a socket was sent.
func got(t testing.TB, m *hub.Member) []string {
	t.Helper()
	var out []string
	for _, it := range take(t, m) {
		out = append(out, strings.Trim(string(it.Event.Data), `"`))
	}
	return out
}

func expect(t testing.TB, m *hub.Member, want ...string) {
	t.Helper()
	if have := got(t, m); !slices.Equal(have, want) {
		t.Errorf("%s/%s got %v, want %v", m.Tenant, m.User, have, want)
	}
}
