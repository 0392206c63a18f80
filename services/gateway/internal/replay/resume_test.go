package replay

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

func testReplay(t *testing.T) *Replay {
	t.Helper()
	m, err := metrics.New(nil, []string{"alerta", "actividad", "chat"})
	if err != nil {
		t.Fatal(err)
	}
	h := hub.New(hub.Config{
		Streams: stream.Replayed(), Tail: tail.Config{Bytes: 1 << 20, Events: 10, TotalBytes: 1 << 20}, UserSockets: 1, CompanySockets: 1,
		Viewer: func(_, user string) (audience.Viewer, bool) {
			return audience.Viewer{User: user, Role: audience.RoleColaborador}, true
		},
		Open: func(*hub.Room) hub.Feed { return noFeed{} },
	})
	return New(Config{Streams: stream.Replayed()}, nil, h, m, nil)
}

type noFeed struct{}

func (noFeed) Again(string)      {}
func (noFeed) Need(string, bool) {}
func (noFeed) Close()            {}

// TestReplayIsOrderedAndEachFrameNamesItsPlace: within a stream the order is that of its sequences, whatever the clocks of
// the servers say; over the streams it is that of storing; and wherever a client stops reading, its cursor covers exactly
// the frames that it has read.
func TestReplayIsOrderedAndEachFrameNamesItsPlace(t *testing.T) {
	t.Parallel()
	r := testReplay(t)
	for seed := range uint64(300) {
		g := rand.New(rand.NewPCG(seed, 9))
		x := &resume{Replay: r, member: &hub.Member{Tenant: "acme", User: "u1"}, lost: []bool{false, g.IntN(4) == 0, false}}
		missed := make([][]*tail.Message, 3)
		for s := range missed {
			from := g.Uint64N(50)
			seq := from
			for range g.IntN(12) {
				seq += 1 + g.Uint64N(4)
				e := &tail.Message{Tenant: "acme", Seq: seq, StoredAt: time.Unix(g.Int64N(30), 0), Event: &protocol.Event{Data: fmt.Appendf(nil, "%d/%d", s, seq)}}
				if g.IntN(3) > 0 {
					e.Audience.Users = []string{"u1"}
				}
				missed[s] = append(missed[s], e)
			}
			x.from = append(x.from, cursor.Point{Epoch: uint32(s), Seq: from})
			x.to = append(x.to, cursor.Point{Epoch: uint32(s), Seq: seq + g.Uint64N(3)})
		}
		visible := map[string]cursor.Point{}
		for s, events := range missed {
			for _, e := range events {
				if e.Audience.Users != nil && !x.lost[s] {
					visible[string(e.Event.Data)] = cursor.Point{Epoch: uint32(s), Seq: e.Seq}
				}
			}
		}
		items := x.frames(slices.Clone(missed))
		if x.lost[1] {
			if len(items) == 0 || items[0].Event.Name != "recargar" || string(items[0].Event.Data) != `{"dominios":["actividad"]}` {
				t.Fatalf("seed %d: does not begin with recargar", seed)
			}
		}
		sent := map[string]bool{}
		for i, it := range items {
			at, err := cursor.Parse(it.ID, 3)
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 || !x.lost[1] {
				if _, ok := visible[string(it.Event.Data)]; !ok || sent[string(it.Event.Data)] {
					t.Fatalf("seed %d: %s is not visible, or comes twice", seed, it.Event.Data)
				}
				sent[string(it.Event.Data)] = true
			}
			for text, p := range visible {
				if covered := at[p.Epoch].Seq >= p.Seq; covered != sent[text] {
					t.Fatalf("seed %d: at frame %d the cursor says %v of %s, sent %v", seed, i, covered, text, sent[text])
				}
			}
			if x.lost[1] && at[1] != x.to[1] {
				t.Fatalf("seed %d: behind recargar the cursor stands at %v of the domain", seed, at[1])
			}
		}
		if len(sent) != len(visible) || (len(items) > 0 && items[len(items)-1].ID != x.to.String()) {
			t.Fatalf("seed %d: %d of %d sent, or the last frame is not at the frontier", seed, len(sent), len(visible))
		}
	}
}

func TestStreamsAreMergedByTheTimeOfStoring(t *testing.T) {
	t.Parallel()
	r := testReplay(t)
	at := func(seq, second int) *tail.Message {
		return &tail.Message{
			Seq: uint64(seq), StoredAt: time.Unix(int64(second), 0), Event: &protocol.Event{Data: fmt.Append(nil, second)},
			Audience: audience.Audience{Users: []string{"u1"}},
		}
	}
	x := &resume{
		Replay: r, member: &hub.Member{User: "u1"}, lost: make([]bool, 3), from: make(cursor.Cursor, 3), to: make(cursor.Cursor, 3),
	}
	var got []string
	for _, it := range x.frames([][]*tail.Message{{at(1, 10), at(2, 40)}, {at(1, 20)}, {at(1, 5), at(2, 30)}}) {
		got = append(got, string(it.Event.Data))
	}
	if want := []string{"5", "10", "20", "30", "40"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

func TestBudgetsOfAReplay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events, bytes int
		lost          bool
	}{"fits": {3, 30, false}, "one event too many": {2, 30, true}, "one byte too many": {3, 29, true}} {
		r := testReplay(t)
		for s := range r.cfg.Streams {
			r.hub.Start(s, cursor.Point{Epoch: 1})
		}
		m := &hub.Member{Tenant: "acme", User: "u1", Queue: queue.New(1 << 20)}
		if _, err := r.hub.Join(m, func(cursor.Cursor) queue.Item { return queue.Item{Event: &protocol.Event{}} }); err != nil {
			t.Fatal(err)
		}
		for seq := range uint64(3) {
			r.hub.Event(0, &tail.Message{Tenant: "acme", Seq: seq + 1, Event: &protocol.Event{Data: []byte("ten bytes.")}})
		}
		x := &resume{
			Replay: r, member: m, lost: make([]bool, 3), events: c.events, bytes: c.bytes,
			from: cursor.Cursor{{Epoch: 1}, {Epoch: 1}, {Epoch: 1}}, to: r.hub.Frontier(),
		}
		if got := x.collect(t.Context(), 0); (got == nil) != c.lost || x.lost[0] != c.lost {
			t.Errorf("%s: %d events, lost %v", name, len(got), x.lost[0])
		}
		if c.lost && (x.events != c.events || x.bytes != c.bytes) {
			t.Errorf("%s: what is not brought was counted", name)
		}
	}
}

// Sockets of one company that all come back with old cursors leave reads of the streams to others.
func TestACompanyWithManyResumesLeavesReadsToOthers(t *testing.T) {
	t.Parallel()
	r := testReplay(t)
	resuming := func(ctx context.Context, tenant string) error {
		x := &resume{Replay: r, member: &hub.Member{Tenant: tenant}, from: make(cursor.Cursor, 3), to: cursor.Cursor{{Seq: 1}, {}, {}}}
		_, err := x.missed(ctx, 0)
		return err
	}
	for range readsAtOnce - 1 {
		if err := r.reads.Take(t.Context(), "acme"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	waiting := make(chan error, 1)
	go func() { waiting <- resuming(ctx, "acme") }()
	if err := r.reads.Take(t.Context(), "globex"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-waiting; !errors.Is(err, context.Canceled) {
		t.Errorf("acme's next resume: %v", err)
	}
}
