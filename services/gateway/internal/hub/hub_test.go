package hub_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var admins = audience.Audience{Roles: []string{audience.RoleAdmin}}

func TestAnEventCarriesTheFrontierAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	m := w.socket(t, "acme/boss")
	w.Event(0, event("acme", 1, admins))
	w.Event(2, event("acme", 1, admins))
	w.Event(0, event("other", 2, admins))
	w.Event(0, event("acme", 3, admins))
	items := take(t, m)
	var ids []string
	for _, it := range items {
		ids = append(ids, it.ID)
	}
	mark := func(seq uint64) uint32 { return cursor.Mark(event("acme", seq, admins).StoredAt) }
	want := []string{
		cursor.Cursor{{Epoch: 1, Seq: 1, Mark: mark(1)}, {Epoch: 2}, {Epoch: 3}, {Epoch: 4}}.String(),
		cursor.Cursor{{Epoch: 1, Seq: 1, Mark: mark(1)}, {Epoch: 2}, {Epoch: 3, Seq: 1, Mark: mark(1)}, {Epoch: 4}}.String(),
		cursor.Cursor{{Epoch: 1, Seq: 3, Mark: mark(3)}, {Epoch: 2}, {Epoch: 3, Seq: 1, Mark: mark(1)}, {Epoch: 4}}.String(),
	}
	if !slices.Equal(ids, want) {
		t.Errorf("ids %v, want %v", ids, want)
	}
	if w.Frontier().String() != want[2] {
		t.Errorf("frontier %v", w.Frontier())
	}
}

func TestAttachMissesNothingAndRepeatsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	const events = 3000
	var publisher sync.WaitGroup
	publisher.Go(func() {
		for seq := range uint64(events) {
			w.Event(0, event("acme", seq+1, admins))
		}
	})
	var sockets []*hub.Member
	var froms []uint64
	for range 40 {
		m := w.member("acme/boss")
		m.User = "boss"
		if _, err := w.Join(m, greeting); err != nil {
			w.Leave(sockets[0])
			sockets, froms = sockets[1:], froms[1:]
			if _, err := w.Join(m, greeting); err != nil {
				t.Fatal(err)
			}
		}
		from := w.Attach(m)
		m.Queue.Uncork(nil)
		sockets, froms = append(sockets, m), append(froms, from[0].Seq)
	}
	publisher.Wait()
	for i, m := range sockets {
		if n := len(got(t, m)); uint64(n) != events-froms[i] {
			t.Errorf("attached at %d, got %d of the %d after it", froms[i], n, events-froms[i])
		}
	}
}

func TestNothingBeforeAttachAndNothingAfterLeave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	m := w.member("acme/boss")
	if _, err := w.Join(m, greeting); err != nil {
		t.Fatal(err)
	}
	w.Event(0, event("acme", 1, admins))
	expect(t, m)
	if at := w.Attach(m); at[0].Seq != 1 {
		t.Errorf("attached at %v", at)
	}
	w.Event(0, event("acme", 2, admins))
	expect(t, m)
	m.Queue.Uncork(nil)
	expect(t, m, "acme 2")
	w.Leave(m)
	w.Leave(m)
	w.Event(0, event("acme", 3, admins))
	expect(t, m)
}

func TestAJumpInTheSequenceIsToldToEverySocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	m := w.socket(t, "acme/boss")
	w.Event(1, event("acme", 1, admins))
	w.Event(1, event("acme", 5, admins))
	w.Event(1, event("acme", 5, admins))
	expect(t, m, "acme 1", `{"dominios":["actividad"]}`, "acme 5")
	if _, ok := w.Tail(1, "acme", 1, 5, 10); ok {
		t.Error("the tail claims to be complete over the jump")
	}
	if events, ok := w.Tail(1, "acme", 4, 5, 10); !ok || len(events) != 1 {
		t.Errorf("after the jump: %d, %v", len(events), ok)
	}
}

func TestAReplacedStreamIsToldToEverySocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	m := w.socket(t, "acme/boss")
	w.Event(2, event("acme", 1, admins))
	w.Start(2, cursor.Point{Epoch: 99, Seq: 7})
	w.Event(2, event("acme", 8, admins))
	items := take(t, m)
	want := cursor.Cursor{{Epoch: 1}, {Epoch: 2}, {Epoch: 99, Seq: 7}, {Epoch: 4}}.String()
	if len(items) != 3 || text(items[1]) != `recargar {"dominios":["resumen"]}` || items[1].ID != want {
		t.Errorf("frames %v", items)
	}
}

func TestAMessageWithoutAnEventMovesTheFrontierAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	m := w.socket(t, "acme/boss")
	w.Event(0, &tail.Message{Tenant: "acme", Seq: 1})
	w.Event(0, event("acme", 2, admins))
	expect(t, m, "acme 2")
}

// TestATailBeginsWithItsRoom: the tail goes further back once somebody has read from the stream.
func TestATailBeginsWithItsRoom(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.Start(0, cursor.Point{Epoch: 5, Seq: 13})
	w.user("acme/boss", audience.RoleAdmin)
	w.socket(t, "acme/boss")
	w.Event(0, event("acme", 14, admins))
	if messages, ok := w.Tail(0, "acme", 13, 14, 10); !ok || len(messages) != 1 {
		t.Errorf("tail of %d messages, %v", len(messages), ok)
	}
	read := []*tail.Message{event("acme", 11, admins), event("acme", 14, admins)}
	for _, c := range []struct {
		after, to cursor.Point
		reaches   bool
	}{
		{cursor.Point{Epoch: 5, Seq: 10}, cursor.Point{Epoch: 5, Seq: 12}, false}, // a gap before the tail
		{cursor.Point{Epoch: 4, Seq: 10}, cursor.Point{Epoch: 4, Seq: 14}, false}, // another stream
		{cursor.Point{Epoch: 5, Seq: 10}, cursor.Point{Epoch: 5, Seq: 14}, true},
	} {
		w.Remember(0, "acme", c.after, c.to, read)
		if messages, ok := w.Tail(0, "acme", 10, 14, 10); ok != c.reaches || ok && len(messages) != 2 {
			t.Errorf("with what was read after %v to %v: %d messages, %v", c.after, c.to, len(messages), ok)
		}
	}
	if _, ok := w.Tail(0, "acme", 9, 14, 10); ok {
		t.Error("the tail reaches before its floor")
	}
}

// TestACompanyWithoutARoomCostsNothing: its messages only move the frontier.
func TestACompanyWithoutARoomCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	m := w.socket(t, "acme/boss")
	if w.Pass(0, "acme", 1, time.Time{}) {
		t.Error("Pass ignored a message of a company with a room")
	}
	w.Event(0, event("acme", 1, admins))
	held := w.TailBytes()
	for seq := uint64(2); seq < 100; seq++ {
		if !w.Pass(0, "nobody", seq, time.Time{}) {
			t.Fatal("Pass did not ignore a message of a company without a room")
		}
	}
	if w.TailBytes() != held || w.Frontier()[0].Seq != 99 {
		t.Errorf("%d bytes after %d, frontier %v", w.TailBytes(), held, w.Frontier())
	}
	w.Pass(0, "nobody", 200, time.Time{})
	expect(t, m, "acme 1", `{"dominios":["alerta"]}`)
}

func TestReadyOnceEveryStreamStarted(t *testing.T) {
	t.Parallel()
	h := hub.New(hub.Config{Streams: newWorldStreams()})
	for s := range h.Domains() {
		if h.Ready() {
			t.Fatalf("ready before stream %d", s)
		}
		h.Start(s, cursor.Point{Epoch: 1})
	}
	if !h.Ready() {
		t.Error("not ready at the end")
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	const waiters = 50
	begun, done := make(chan struct{}, waiters), make(chan error, waiters)
	for range waiters {
		go func() {
			begun <- struct{}{}
			done <- w.Wait(ctx, 0, cursor.Point{Epoch: 1, Seq: 3})
		}()
	}
	for range waiters {
		<-begun
	}
	for seq := range uint64(3) {
		w.Event(0, event("acme", seq+1, admins))
	}
	for range waiters {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := w.Wait(ctx, 0, cursor.Point{Epoch: 7, Seq: 100}); err != nil {
		t.Errorf("another epoch never comes: %v", err)
	}
	go func() { done <- w.Wait(ctx, 1, cursor.Point{Epoch: 2, Seq: 9}) }()
	w.Start(1, cursor.Point{Epoch: 50})
	if err := <-done; err != nil {
		t.Error(err)
	}
	ended, end := context.WithCancel(ctx)
	end()
	if err := w.Wait(ended, 0, cursor.Point{Epoch: 1, Seq: 4}); !errors.Is(err, context.Canceled) {
		t.Errorf("waited for what is not there: %v", err)
	}
}

func TestBeatReachesEachRoomOnceInARound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var sockets []*hub.Member
	for _, id := range []string{"a/u", "b/u", "c/u", "d/u"} {
		w.user(id, audience.RoleColaborador)
		sockets = append(sockets, w.socket(t, id))
	}
	undecided := w.member("a/u")
	if _, err := w.Join(undecided, greeting); err != nil {
		t.Fatal(err)
	}
	for slot := range 3 {
		w.Beat(slot, 3)
	}
	for _, m := range sockets {
		items := take(t, m)
		if len(items) != 1 || items[0].ID != w.Frontier().String() {
			t.Errorf("%s: %d frames in a round: %v", m.Tenant, len(items), items)
		}
	}
	expect(t, undecided)
}

func TestTheGreetingIsFirstAndNamesTheFrontier(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.user("acme/boss", audience.RoleAdmin)
	w.socket(t, "acme/boss")
	w.rooms["acme"].Position(position("u1", 1))
	w.Event(0, event("acme", 1, admins))
	m := w.member("acme/boss")
	at, err := w.Join(m, greeting)
	if err != nil || at[0].Seq != 1 {
		t.Fatalf("joined at %v, %v", at, err)
	}
	items, _ := m.Queue.Take(nil, 1<<30)
	if len(items) != 2 || items[0].ID != at.String() || items[0].Kind != -1 {
		t.Errorf("first frames %v", items)
	}
}
