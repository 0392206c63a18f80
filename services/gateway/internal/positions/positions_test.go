package positions_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/services/gateway/internal/positions"
)

// TestManyRoomsAfterAReconnect: when the link to NATS comes back, 2,000 rooms are read, a few at a time and spread in
// time. Each read asks only for positions that are newer than those the room has.
func TestManyRoomsAfterAReconnect(t *testing.T) {
	t.Parallel()
	const rooms = 2000
	nats := natstest.Start(t, natstest.WithTCP())
	proxy := natstest.NewProxy(t, nats.Addr())
	cfg := calm()
	cfg.Pace = 2 * time.Millisecond
	w := newWorld(t, cfg, func(t testing.TB) *bus.Bus { return nats.BusAt(t, "gateway", proxy.Addr()) })
	// Each room has ten users, whose positions are an hour apart.
	w.exec(t, `INSERT INTO tracking.latest_position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, activity, mock)
		SELECT 'c' || c, 'u' || u, 'd1', $1::timestamptz - u * interval '1 hour', $1::timestamptz - u * interval '1 hour', 0, 0, '', false
		FROM generate_series(0, 1999) c, generate_series(0, 9) u`, noon)
	for c := range rooms {
		w.socket(t, fmt.Sprintf("c%d/boss", c))
	}
	for c := range rooms {
		for i, r := range w.settled(t, fmt.Sprintf("c%d", c), 2)[:2] {
			if want := []int{10, 1}[i]; r.rows != want || !r.Everybody {
				t.Fatalf("read %d of room %d returned %d rows, want %d: %+v", i, c, r.rows, want, r.Query)
			}
		}
	}
	proxy.Down()
	for c := range rooms / 10 {
		w.store(t, fmt.Sprintf("c%d", c), "u5", 1+c)
	}
	proxy.Up()
	var began []time.Time
	for c := range rooms {
		r := w.settled(t, fmt.Sprintf("c%d", c), 3)[2]
		began = append(began, r.began)
		want := 1 // A read repeats the newest position, because positions may be stored out of order.
		if c < rooms/10 {
			w.has(t, fmt.Sprintf("c%d", c), "u5", 1+c)
			want = 2
		}
		if r.rows != want || !r.After.Equal(noon.Add(-cfg.Overlap)) {
			t.Fatalf("the read of room %d after the reconnect returned %d rows, want %d: %+v", c, r.rows, want, r.Query)
		}
	}
	span := slices.MaxFunc(began, time.Time.Compare).Sub(slices.MinFunc(began, time.Time.Compare))
	if span < time.Second {
		t.Errorf("the rooms were read within %v of each other", span)
	}
	if most := w.atOnce(); most > cfg.AtOnce {
		t.Errorf("%d reads at once, of %d", most, cfg.AtOnce)
	}
	t.Logf("%d rooms were read over %v, at most %d at once", rooms, span, w.atOnce())
}

// TestAFlappingSocketCausesNoSecondRead: the room and its positions stay while the socket is away.
func TestAFlappingSocketCausesNoSecondRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, calm(), nil)
	w.store(t, "acme", "u1", 0)
	w.store(t, "acme", "u2", 0)
	phone := w.socket(t, "acme/u1")
	w.settled(t, "acme", 2)
	for range 100 {
		w.Leave(phone)
		phone = w.socket(t, "acme/u1")
	}
	// The next read is for another user. A read for the flapping socket would have come before it.
	w.socket(t, "acme/u2")
	reads := w.settled(t, "acme", 3)
	if len(reads) != 3 || !slices.Equal(reads[2].New, []string{"u2"}) {
		t.Errorf("reads %+v", reads)
	}
}

// TestPhonesAloneReadThemselvesAlone: the whole company is read once somebody joins who sees others.
func TestPhonesAloneReadThemselvesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, calm(), nil)
	for _, user := range []string{"u1", "u2", "u3"} {
		w.store(t, "acme", user, 0)
	}
	w.socket(t, "acme/u1")
	first := w.settled(t, "acme", 2)[0]
	if first.Everybody || !slices.Equal(first.Users, []string{"u1"}) || first.rows != 1 {
		t.Errorf("a phone's room read %+v", first)
	}
	boss := w.socket(t, "acme/boss")
	whole := w.settled(t, "acme", 3)[2]
	if !whole.Everybody || !whole.After.IsZero() || whole.rows != 3 {
		t.Errorf("with an admin in it the room read %+v", whole)
	}
	w.has(t, "acme", "u3", 0)
	// While the room lingers after a user who sees everybody, a new user needs no read.
	w.Leave(boss)
	w.socket(t, "acme/u2")
	w.socket(t, "acme/boss2")
	w.socket(t, "beta/u1")
	w.settled(t, "beta", 2)
	if reads := w.all("acme"); len(reads) != 3 {
		t.Errorf("the room was read again: %+v", reads[3:])
	}
}

// TestWhatIsStoredOutOfOrderArrives: with the next read if it lies within the overlap, otherwise with the tenth read.
func TestWhatIsStoredOutOfOrderArrives(t *testing.T) {
	t.Parallel()
	cfg := calm()
	cfg.Every, cfg.Overlap = 100*time.Millisecond, 10*time.Minute
	w := newWorld(t, cfg, nil)
	w.store(t, "acme", "u1", 60)
	w.socket(t, "acme/boss")
	w.has(t, "acme", "u1", 60)
	w.store(t, "acme", "late", 55)
	w.has(t, "acme", "late", 55)
	w.store(t, "acme", "later", 10)
	w.has(t, "acme", "later", 10)
	whole := 0
	reads := w.all("acme")
	for _, r := range reads {
		if r.After.IsZero() {
			whole++
		}
	}
	if whole < 2 || whole > 1+len(reads)/10 {
		t.Errorf("%d of %d reads asked for everything", whole, len(reads))
	}
}

// TestAnEmptyRoomIsReadOnceSomebodyComes: it is not read before.
func TestAnEmptyRoomIsReadOnceSomebodyComes(t *testing.T) {
	t.Parallel()
	cfg := calm()
	cfg.Every, cfg.AtOnce = 50*time.Millisecond, 1
	w := newWorld(t, cfg, nil)
	phone := w.socket(t, "acme/u1")
	w.settled(t, "acme", 2)
	w.Leave(phone)
	// Another room shows that time passes: by its second read, a read of the empty room would have ended, because only one runs at once.
	w.socket(t, "beta/u1")
	w.settled(t, "beta", 5)
	before := len(w.all("acme"))
	w.settled(t, "beta", 15)
	if after := len(w.all("acme")); after != before {
		t.Errorf("an empty room was read %d times", after-before)
	}
	w.store(t, "acme", "u1", 1)
	w.socket(t, "acme/u1")
	w.has(t, "acme", "u1", 1)
}

// TestADatabaseThatHangsHoldsAFewReads: each of them for its timeout. The rooms are read once the database is back.
func TestADatabaseThatHangsHoldsAFewReads(t *testing.T) {
	t.Parallel()
	cfg := calm()
	cfg.Timeout = 200 * time.Millisecond
	w := newWorld(t, cfg, nil)
	lock, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.ExecContext(t.Context(), `LOCK TABLE tracking.latest_position IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	for c := range 20 {
		w.socket(t, fmt.Sprintf("c%d/boss", c))
	}
	w.settled(t, "c0", 2)
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.store(t, "c19", "u1", 1)
	w.has(t, "c19", "u1", 1)
	if most := w.atOnce(); most > cfg.AtOnce {
		t.Errorf("%d reads at once, of %d", most, cfg.AtOnce)
	}
}

var _ positions.Reader = (*positions.Store)(nil)
