package up

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/terreno/internal/client"
)

// small is an installation with a demo company and these services, on a data folder of its own, that runs until the test
// ends.
func small(t *testing.T, free func() (int64, error), services ...string) *Installation {
	t.Helper()
	server := pgtest.NewServer(t)
	c, _, err := Load([]string{
		"TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_DATA=" + t.TempDir(),
		"DATABASE_URL=" + server.DSN(pg.Superuser, "postgres"), "TERRENO_DEMO_PHONES=false", "TERRENO_CLOCK_SPEED=1",
	})
	if err != nil {
		t.Fatal(err)
	}
	in, err := New(t.Context(), c, services, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	in.infra.free = free
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	ready := make(chan struct{})
	apptest.Start(t, func(ctx context.Context) error { return in.Run(ctx, func() { close(ready) }) })
	select {
	case <-ready:
	case <-time.After(time.Minute):
		t.Fatal("not ready after a minute")
	}
	return in
}

func (in *Installation) readiness(t *testing.T) (r httpx.Readiness) {
	t.Helper()
	resp, err := http.Get("http://" + in.operators.Addr().String() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

// positions is an upload of as many fixes as fit in about 100 KiB of the stream.
func positions(at time.Time) map[string]any {
	var list []map[string]any
	for range 5000 {
		at = at.Add(time.Millisecond)
		list = append(list, map[string]any{"recorded_at": at.Format(time.RFC3339Nano), "lat": 30 + rand.Float64(), "lon": -97 - rand.Float64()})
	}
	return map[string]any{"device_id": "phone", "positions": list}
}

func TestUploadsWorkAgainAfterAFullDisk(t *testing.T) { //nolint:paralleltest // the limit holds for the process
	var room atomic.Int64
	room.Store(1 << 40)
	in := small(t, func() (int64, error) { return room.Load(), nil }, "identity", "tracking-ingest")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	phone, err := client.Open(ctx, client.Account{URL: in.URL(), Company: "demo", Login: "campo01", Password: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	at := in.clock.Now().Add(-time.Hour)
	upload := func() error {
		at = at.Add(10 * time.Second)
		return phone.Do(ctx, http.MethodPost, "/v1/positions", nil, positions(at), nil)
	}
	if err := upload(); err != nil {
		t.Fatal(err)
	}
	room.Store(0)
	roomAgain := natstest.LimitFiles(t, 512<<10)
	for upload() == nil {
	}
	if lines := in.infra.nats.Refusing(); len(lines) == 0 {
		t.Error("the server does not say that it refuses")
	}
	r := in.readiness(t)
	if said := r.Degraded["tracking-ingest/streams"]; !r.Ready || !strings.Contains(said, "TRACKING") || !strings.Contains(said, "restart NATS") {
		t.Errorf("readiness with a full disk: %+v", r)
	}
	roomAgain()
	if lines := in.infra.nats.Refusing(); len(lines) == 0 {
		t.Error("the server was restarted although its disk was said to be full")
	}
	room.Store(1 << 40)
	for err = upload(); err != nil && ctx.Err() == nil; err = upload() {
	}
	if err != nil {
		t.Fatalf("uploads never worked again: %v", err)
	}
	if said := in.readiness(t).Degraded["tracking-ingest/streams"]; said != "" {
		t.Errorf("readiness afterwards: %s", said)
	}
}

func TestTheServerIsRestartedAFewTimesOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var restarts, room atomic.Int64
		var broken atomic.Bool
		broken.Store(true)
		m := mender{
			refusing: func() []string {
				if broken.Load() {
					return []string{"stream TRACKING"}
				}
				return nil
			},
			restart: func() error { restarts.Add(1); return nil },
			free:    func() (int64, error) { return room.Load(), nil },
			log:     slog.New(slog.DiscardHandler),
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- m.run(ctx) }()
		expect := func(after time.Duration, want int64) {
			t.Helper()
			<-time.After(after)
			synctest.Wait()
			if got := restarts.Load(); got != want {
				t.Errorf("%d restarts, want %d", got, want)
			}
		}
		expect(time.Hour, 0) // the disk is full
		room.Store(runLeast)
		expect(6*time.Second, 1)
		expect(time.Hour, mendTries)
		broken.Store(false)
		expect(time.Hour, mendTries)
		broken.Store(true)
		expect(6*time.Second, mendTries+1)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAServerThatDoesNotStartEndsTheProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refuses := true
		m := mender{
			refusing: func() []string {
				defer func() { refuses = false }() // a server that does not run refuses nothing
				if refuses {
					return []string{"stream TRACKING"}
				}
				return nil
			},
			restart: func() error { return errors.New("no space left on device") },
			free:    func() (int64, error) { return 1 << 40, nil },
			log:     natstest.Log(t),
		}
		if err := m.run(t.Context()); err == nil || !strings.Contains(err.Error(), "5 tries") {
			t.Errorf("run: %v", err)
		}
	})
}
