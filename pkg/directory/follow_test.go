package directory_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
)

// counted returns a gateway's directory and a function that counts its loads by result.
func (w *world) counted(t *testing.T, b *bus.Bus) (d *directory.Directory, loads func(result string) int) {
	t.Helper()
	reg := prometheus.NewRegistry()
	d = w.run(t, directory.New(w.data.DB(t, "gateway"), b, natstest.Log(t), reg))
	return d, func(result string) int {
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			for _, m := range f.GetMetric() {
				if f.GetName() == "directory_loads_total" && m.GetLabel()[0].GetValue() == result {
					return int(m.GetCounter().GetValue())
				}
			}
		}
		return 0
	}
}

// change writes the next version of ana, and publishes it when tell is true. Like identity, it commits before it
// publishes.
func (w *world) change(t *testing.T, version int64, tell bool) directory.User {
	t.Helper()
	u := ana()
	u.Version, u.Teams = version, []string{fmt.Sprintf("team%d", version)}
	w.user(t, "acme", u)
	if tell {
		w.tellUser(t, "acme", u)
	}
	return u
}

func (w *world) lock(t *testing.T) (unlock func()) {
	t.Helper()
	lock, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock.Exec(`LOCK TABLE identity.person IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := lock.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) untilVersion(t *testing.T, d *directory.Directory, version int64) {
	t.Helper()
	w.until(t, func() bool { u, _ := d.User("acme", "ana"); return u.Version == version })
}

// Every process with a directory learns of each edit, and none reads the database for it.
func TestAnEditIsKnownInEveryProcess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, natstest.WithTCP())
	var all []*directory.Directory
	var loads []func(string) int
	for range 3 {
		d, n := w.counted(t, w.nats.BusAt(t, "gateway", w.nats.Addr()))
		all, loads = append(all, d), append(loads, n)
	}
	for _, d := range all {
		w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	}
	var slowest time.Duration
	for version := int64(2); version < 30; version++ {
		want := w.change(t, version, true)
		told := time.Now()
		for _, d := range all {
			w.untilVersion(t, d, version)
			wantUser(t, d, "acme", want)
		}
		slowest = max(slowest, time.Since(told))
	}
	t.Logf("the slowest of 28 edits was known everywhere after %v", slowest)
	for i, n := range loads {
		if n("done") != 1 {
			t.Errorf("process %d loaded %d times", i, n("done"))
		}
	}
}

func TestChangesDuringACutLinkAreHeardWithoutALoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t, natstest.WithTCP())
	link := natstest.NewProxy(t, w.nats.Addr())
	d, loads := w.counted(t, w.nats.BusAt(t, "gateway", link.Addr()))
	w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	link.Down()
	for version := int64(2); version < 10; version++ {
		w.change(t, version, true)
	}
	link.Up()
	w.untilVersion(t, d, 9)
	if loads("done") != 1 {
		t.Errorf("loaded %d times", loads("done"))
	}
}

// While a directory loads again and waits for its database, it still hears messages. The load does not undo them.
func TestALoadAgainNeitherHidesNorUndoesNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, loads := w.counted(t, w.nats.Bus(t, "gateway"))
	w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	unlock := w.lock(t)
	w.publishRaw(t, "acme", "usuario", "ana", []byte(`{`)) // makes it load
	w.waitFor(t, `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	fresh, changed := ana(), ana()
	fresh.ID = "eva"
	changed.Version, changed.Active = 2, false // The waiting load has an older snapshot and will not see this.
	w.tellUser(t, "acme", changed)
	w.tellUser(t, "acme", fresh)
	w.until(t, func() bool { _, ok := d.User("acme", "eva"); return ok })
	wantUser(t, d, "acme", changed)
	unlock()
	w.until(t, func() bool { return loads("done") == 2 })
	wantUser(t, d, "acme", changed)
	wantUser(t, d, "acme", fresh)
}

func TestNewsOfASlowFirstLoadAreKnownAfterIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	unlock := w.lock(t)
	d, _ := w.counted(t, w.nats.Bus(t, "gateway"))
	w.waitFor(t, `SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	changed := ana()
	changed.Version, changed.Active = 2, false
	w.tellUser(t, "acme", changed)
	if d.Ready(t.Context()) == nil {
		t.Fatal("the load did not wait for the lock")
	}
	unlock()
	w.untilVersion(t, d, 2)
	wantUser(t, d, "acme", changed)
}

func (w *world) waitFor(t *testing.T, question string) {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for yes := false; !yes; {
		// The server waits a little before it answers, so that the test does not ask in a busy loop.
		if err := w.admin.Get(&yes, question+` AND pg_sleep(0.01) IS NOT NULL`); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatalf("never true: %s", question)
		}
	}
}

func TestAReplacedStreamIsLoadedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, loads := w.counted(t, w.nats.Bus(t, "gateway"))
	w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	operator := w.nats.Admin(t)
	w.change(t, 2, false)
	if err := operator.JetStream().DeleteStream(t.Context(), stream.Directory); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Provision(t.Context(), operator.JetStream(), w.nats.Table(), admin.ProvisionOptions{}); err != nil {
		t.Fatal(err)
	}
	w.until(t, func() bool { return loads("done") == 2 })
	w.untilVersion(t, d, 2)
	w.change(t, 3, true)
	w.untilVersion(t, d, 3)
}

func TestNewsThatTheStreamDroppedAreLoaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, natstest.WithTCP())
	link := natstest.NewProxy(t, w.nats.Addr())
	d, loads := w.counted(t, w.nats.BusAt(t, "gateway", link.Addr()))
	w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	link.Down()
	w.change(t, 2, true)
	live, err := w.nats.Admin(t).JetStream().Stream(t.Context(), stream.Directory)
	if err != nil {
		t.Fatal(err)
	}
	if err := live.Purge(t.Context(), jetstream.WithPurgeKeep(0)); err != nil {
		t.Fatal(err)
	}
	link.Up()
	w.until(t, func() bool { return loads("done") == 2 }) // A load counts as done only after its users are known.
	w.untilVersion(t, d, 2)
}

func TestALoadThatFailedIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `REVOKE SELECT ON identity.v_directory_users FROM terreno_reader`)
	d, loads := w.counted(t, w.nats.Bus(t, "gateway"))
	w.until(t, func() bool { return loads("failed") > 0 })
	if d.Ready(t.Context()) == nil {
		t.Error("ready after a load that failed")
	}
	w.exec(t, `GRANT SELECT ON identity.v_directory_users TO terreno_reader`)
	w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	wantUser(t, d, "acme", ana())
}

// The users need more than one page, and one company's users lie on two pages.
func TestALoadOfManyPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO identity.company SELECT 'c' || n, 'UTC', false, 1 FROM generate_series(1, 9) n`)
	w.exec(t, `INSERT INTO identity.person SELECT 'c' || c, 'u' || u, 'colaborador', CASE WHEN u % 2 = 0 THEN ARRAY['norte', 'sur'] ELSE '{}' END, true, 'epoch', u
		FROM generate_series(1, 9) c, generate_series(1, 3000) u`)
	d := w.loaded(t)
	for c := 1; c <= 9; c++ {
		for u := 1; u <= 3000; u++ {
			got, ok := d.User(fmt.Sprint("c", c), fmt.Sprint("u", u))
			if !ok || got.Version != int64(u) || len(got.Teams) != 2-2*(u%2) || got.Role != "colaborador" || !got.Active {
				t.Fatalf("c%d/u%d is %+v, %v", c, u, got, ok)
			}
		}
	}
	if len(d.Companies()) != 10 {
		t.Errorf("%d companies", len(d.Companies()))
	}
	wantUser(t, d, "acme", ana())
}
