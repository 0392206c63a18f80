package hub_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

func newWorldStreams() []stream.Stream { return stream.Replayed() }

var roles = []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}

// pick returns up to n names. A name may occur twice, as a careless publisher might send it.
func pick(r *rand.Rand, prefix string, of, n int) []string {
	var out []string
	for range r.IntN(n + 1) {
		out = append(out, fmt.Sprintf("%s%d", prefix, r.IntN(of)))
	}
	return out
}

// TestAudienceMatrix: exactly those whom Audience.Includes finds get an event, whatever the room's index does. This holds
// after people have joined, left and changed too.
func TestAudienceMatrix(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(t, nil)
		var sockets []*hub.Member
		for i := range 12 {
			if i > 0 { // The directory does not know u0.
				w.user(fmt.Sprintf("acme/u%d", i), roles[r.IntN(3)], pick(r, "t", 4, 3)...)
			}
			for range 1 + r.IntN(2) {
				sockets = append(sockets, w.socket(t, fmt.Sprintf("acme/u%d", i)))
			}
		}
		for seq := range uint64(60) {
			a := audience.Audience{Users: pick(r, "u", 14, 3), Teams: pick(r, "t", 4, 2), Members: pick(r, "t", 4, 1)}
			if r.IntN(2) == 0 {
				a.Roles = []string{roles[r.IntN(3)], roles[r.IntN(3)]}
			}
			w.Event(0, event("acme", seq+1, a))
			for _, m := range sockets {
				v, known := w.viewer("acme", m.User)
				var want []string
				if known && a.Includes(v) {
					want = []string{fmt.Sprintf("acme %d", seq+1)}
				}
				if have := got(t, m); !slices.Equal(have, want) {
					t.Fatalf("seed %d: %+v to %+v: got %v, want %v", seed, a, v, have, want)
				}
				if w.Sees(m, a) != (want != nil) {
					t.Fatalf("seed %d: Sees says otherwise for %+v to %+v", seed, a, v)
				}
			}
			switch i := r.IntN(len(sockets)); r.IntN(8) {
			case 0:
				w.Leave(sockets[i])
				sockets = slices.Delete(sockets, i, i+1)
			case 1:
				w.user("acme/"+sockets[i].User, roles[r.IntN(3)], pick(r, "t", 4, 3)...)
				w.DirectoryChanged("acme")
			}
		}
	}
}

// TestAnotherTeamSeesNothing: an event for all people of a team reaches its people of every role, and nobody else. Who changes teams sees
// what comes afterwards as the new team does.
func TestAnotherTeamSeesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/ana", audience.RoleColaborador, "north")
	w.user("acme/leo", audience.RoleColaborador, "south")
	w.user("acme/eva", audience.RoleSupervisor, "south", "north")
	w.user("acme/boss", audience.RoleAdmin)
	w.user("beta/ana", audience.RoleColaborador, "north")
	ana, leo, eva, boss, other := w.socket(t, "acme/ana"), w.socket(t, "acme/leo"), w.socket(t, "acme/eva"), w.socket(t, "acme/boss"), w.socket(t, "beta/ana")
	north := audience.Audience{Members: []string{"north"}}
	w.Event(0, event("acme", 1, north))
	w.user("acme/ana", audience.RoleColaborador, "south")
	w.user("acme/leo", audience.RoleColaborador, "north")
	w.DirectoryChanged("acme")
	w.Event(0, event("acme", 2, north))
	w.Leave(eva)
	w.Leave(leo)
	w.Event(0, event("acme", 3, north))
	expect(t, ana, "acme 1")
	expect(t, leo, "acme 2")
	expect(t, eva, "acme 1", "acme 2")
	expect(t, boss)
	expect(t, other)
}

func TestTwoCompaniesWithEqualUsersSeeNothingOfEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, tenant := range []string{"acme", "beta"} {
		w.user(tenant+"/boss", audience.RoleAdmin)
		w.user(tenant+"/u1", audience.RoleColaborador, "t1")
	}
	acme, beta := w.socket(t, "acme/boss"), w.socket(t, "beta/boss")
	everybody := audience.Audience{Users: []string{"boss", "u1"}, Teams: []string{"t1"}, Roles: roles}
	w.Event(0, event("acme", 1, everybody))
	w.Event(0, event("beta", 2, everybody))
	w.Event(0, event("nobody-here", 3, everybody))
	w.rooms["acme"].Position(position("u1", 5))
	w.rooms["beta"].Position(position("u1", 4))
	expect(t, acme, "acme 1", "u1 5")
	expect(t, beta, "beta 2", "u1 4")
}

func TestSocketsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *hub.Config) { c.UserSockets, c.CompanySockets = 2, 3 })
	for _, id := range []string{"acme/a", "acme/b", "acme/c", "beta/a"} {
		w.user(id, audience.RoleAdmin)
	}
	first := w.socket(t, "acme/a")
	w.socket(t, "acme/a")
	if _, err := w.Join(w.member("acme/a"), greeting); !errors.Is(err, hub.ErrTooManySockets) {
		t.Errorf("a user's third socket: %v", err)
	}
	w.socket(t, "acme/b")
	if _, err := w.Join(w.member("acme/c"), greeting); !errors.Is(err, hub.ErrTooManySockets) {
		t.Errorf("a company's fourth socket: %v", err)
	}
	w.socket(t, "beta/a")
	w.Leave(first)
	w.socket(t, "acme/c")
}

func TestARoomIsOpenWhileItHasSockets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	a, b := w.socket(t, "acme/u1"), w.socket(t, "acme/u2")
	if w.open["acme"] != 1 || len(w.Tenants()) != 1 {
		t.Errorf("open %v", w.open)
	}
	w.Leave(a)
	if w.open["acme"] != 1 {
		t.Error("closed with a socket in it")
	}
	w.Leave(b)
	w.Leave(b)
	w.wall.Advance(time.Minute - 1)
	w.Expire()
	if w.open["acme"] != 1 {
		t.Error("closed before it had lingered")
	}
	// Somebody joins and leaves: the minute begins again.
	w.Leave(w.socket(t, "acme/u1"))
	w.wall.Advance(time.Minute - 1)
	w.Expire()
	if w.open["acme"] != 1 || len(w.Tenants()) != 1 {
		t.Error("closed a minute after the last but one socket left")
	}
	w.wall.Advance(1)
	w.Expire()
	if w.open["acme"] != 0 || len(w.Tenants()) != 0 {
		t.Error("open a minute after the last socket left")
	}
	refused := newWorld(t, func(c *hub.Config) { c.CompanySockets = 0 })
	_, err := refused.Join(refused.member("acme/u1"), greeting)
	refused.wall.Advance(time.Minute)
	refused.Expire()
	if err == nil || refused.open["acme"] != 0 {
		t.Errorf("a refused socket left a room: %v, %v", refused.open, err)
	}
}

// TestARoomSaysWhosePositionsItNeeds: once for each user who joins, and again when a user may see more than before.
func TestARoomSaysWhosePositionsItNeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/u1", audience.RoleColaborador)
	w.user("acme/boss", audience.RoleAdmin)
	scope := func(everybody bool, users ...string) {
		t.Helper()
		all, some := w.rooms["acme"].Scope()
		slices.Sort(some)
		if all != everybody || !slices.Equal(some, users) {
			t.Errorf("the room needs everybody %v, or %v; want %v, %v", all, some, everybody, users)
		}
	}
	w.socket(t, "acme/u1")
	w.socket(t, "acme/u1")
	w.socket(t, "acme/stranger")
	scope(false, "u1")
	boss := w.socket(t, "acme/boss")
	scope(true)
	w.Leave(boss)
	w.wall.Advance(time.Minute - 1)
	scope(true)
	w.wall.Advance(1)
	scope(false, "u1")
	w.user("acme/u1", audience.RoleSupervisor, "north")
	w.user("acme/stranger", audience.RoleColaborador)
	w.DirectoryChanged("acme")
	scope(true)
	slices.Sort(w.needs[2:])
	if want := []string{"acme/u1 false", "acme/boss true", "acme/stranger false", "acme/u1 true"}; !slices.Equal(w.needs, want) {
		t.Errorf("needs %v, want %v", w.needs, want)
	}
}

// TestALoudCompanyLeavesTheOthersTheirTails: a company with much traffic does not shorten the tails of others, and the
// bytes of all tails stay bounded.
func TestALoudCompanyLeavesTheOthersTheirTails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *hub.Config) { c.Tail.Events, c.Tail.TotalBytes = 1<<20, 50_000 })
	w.socket(t, "quiet/u1")
	w.socket(t, "loud/u1")
	w.Event(1, event("quiet", 1, admins))
	for seq := uint64(2); seq < 5000; seq++ {
		w.Event(1, event("loud", seq, admins))
	}
	if messages, ok := w.Tail(1, "quiet", 0, 5000, 10); !ok || len(messages) != 1 {
		t.Errorf("the quiet company keeps %d of its one event, %v", len(messages), ok)
	}
	if messages, ok := w.Tail(1, "loud", 4900, 5000, 1000); !ok || len(messages) != 99 {
		t.Errorf("the loud one keeps %d of its last 99 events, %v", len(messages), ok)
	}
	if bytes := w.TailBytes(); bytes > 50_000 {
		t.Errorf("%d bytes of 50,000", bytes)
	}
}

func TestOnlyNewerPositionsGoOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *hub.Config) { c.Positions = 2 })
	w.user("acme/boss", audience.RoleAdmin)
	m := w.socket(t, "acme/boss")
	room := w.rooms["acme"]
	for _, step := range []struct {
		x    hub.Position
		want bool
	}{
		{position("u1", 10), true},
		{position("u1", 9), false},
		{position("u1", 10), false},
		{position("u2", 1), true},
		{position("u1", 11), true},
		{position("u3", 99), false}, // The room has positions of as many users as it may.
		{position("u2", 2), true},
	} {
		if room.Position(step.x) != step.want {
			t.Errorf("%s at %v: want %v", step.x.User, step.x.At.Unix(), step.want)
		}
	}
	expect(t, m, "u1 11", "u2 2")
}

func TestWhoJoinsGetsTheNewestPositionsOfNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	w.user("acme/north", audience.RoleSupervisor, "north")
	w.user("acme/south", audience.RoleSupervisor, "south")
	w.user("acme/u1", audience.RoleColaborador, "north")
	w.user("acme/u2", audience.RoleColaborador, "south")
	boss := w.socket(t, "acme/boss")
	room := w.rooms["acme"]
	room.Position(position("u1", 1, "north"))
	room.Position(position("u1", 2, "north"))
	room.Position(position("u2", 3, "south"))
	room.Position(position("gone", 4, "north"))
	expect(t, boss, "u1 2", "u2 3", "gone 4")
	expect(t, w.socket(t, "acme/north"), "u1 2")
	expect(t, w.socket(t, "acme/u1"), "u1 2")
	expect(t, w.socket(t, "acme/stranger"))

	// u1 moves to team south. The current team decides who sees the last position, not its header.
	w.user("acme/u1", audience.RoleColaborador, "south")
	w.DirectoryChanged("acme")
	late := got(t, w.socket(t, "acme/south"))
	slices.Sort(late)
	if !slices.Equal(late, []string{"u1 2", "u2 3"}) {
		t.Errorf("south sees %v", late)
	}
	expect(t, w.socket(t, "acme/north"))
	expect(t, boss)
}

func TestADirectoryChangeShowsWhatBecameVisible(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	w.user("acme/u1", audience.RoleColaborador, "north")
	w.socket(t, "acme/boss")
	fresh, other := w.socket(t, "acme/fresh"), w.socket(t, "acme/u1")
	w.rooms["acme"].Position(position("u1", 1, "north"))
	expect(t, fresh)
	expect(t, other, "u1 1")
	w.user("acme/fresh", audience.RoleSupervisor, "north")
	w.DirectoryChanged("acme")
	expect(t, fresh, "u1 1")
	expect(t, other)
	w.DirectoryChanged("acme")
	expect(t, fresh)
	w.DirectoryChanged("nobody")
}

// BenchmarkFanOut sends an event to all admins of a company. The company also has phones that may not see it.
func BenchmarkFanOut(b *testing.B) {
	for _, admins := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("to %d of %d", admins, admins+1000), func(b *testing.B) {
			w, sockets := crowd(b, admins)
			a := audience.OfUser("phone1", nil)
			var seq uint64
			b.ReportAllocs()
			for b.Loop() {
				seq++
				w.Event(0, event("acme", seq, a))
				for _, m := range sockets {
					m.Queue.Take(buffer[:0], 1<<20)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(admins), "ns/frame")
		})
	}
}

// BenchmarkPosition sends the position of a phone to the admins.
func BenchmarkPosition(b *testing.B) {
	w, sockets := crowd(b, 100)
	room := w.rooms["acme"]
	at := 0
	b.ReportAllocs()
	for b.Loop() {
		at++
		room.Position(position("phone1", at))
		for _, m := range sockets {
			m.Queue.Take(buffer[:0], 1<<20)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(sockets)), "ns/frame")
}

var buffer = make([]queue.Item, 8)

func crowd(b *testing.B, admins int) (*world, []*hub.Member) {
	w := newWorld(b, nil)
	var sockets []*hub.Member
	for i := range admins {
		id := fmt.Sprintf("acme/boss%d", i)
		w.user(id, audience.RoleAdmin)
		sockets = append(sockets, w.socket(b, id))
	}
	for i := range 1000 {
		id := fmt.Sprintf("acme/phone%d", i)
		w.user(id, audience.RoleColaborador)
		w.socket(b, id)
	}
	return w, sockets
}
