// Package e2e_test runs all of Terreno as `terreno up` does, on a private PostgreSQL and an embedded NATS server. It uses the
// installation as phones and supervisors do: over HTTP and sockets.
package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/fieldsim"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/terreno/internal/cli"
	"github.com/terreno/terreno/services/terreno/internal/up"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// asService is the variable that makes this test binary run as a service, so that a test can kill the process of a service.
const asService = "E2E_RUN_SERVICE"

func TestMain(m *testing.M) {
	service := os.Getenv(asService)
	if err := os.Unsetenv(asService); err != nil {
		panic(err)
	}
	switch service {
	case "tracking-ingest":
		app.Main(service, trackingingest.New)
	case "geofence":
		app.Main(service, geofence.New)
	case "terreno":
		os.Exit(cli.Main(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
	default:
		os.Exit(m.Run())
	}
}

// world is one running installation.
type world struct {
	*up.Installation
	data string   // the data folder
	db   *sqlx.DB // the database, as its administrator
	stop func() error
}

// afterTheDay sets the domain time of most tests. It is after the end of the trace of 2017-03-21.
const afterTheDay = "TERRENO_CLOCK_START=2017-03-22T00:00:00Z"

// cheapHashes are the costs of a password in these tests, as in those of identity. At the usual costs a log-in takes 64 MiB and a
// fifth of a second of two cores.
var cheapHashes = []string{"TERRENO_PASSWORD_MEMORY_KIB=64", "TERRENO_PASSWORD_PASSES=1", "TERRENO_PASSWORD_LANES=1"}

// start runs an installation on the given PostgreSQL. The settings in environ override those of start.
func start(t *testing.T, server *pg.Server, services []string, environ ...string) *world {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	admin := server.DSN(pg.Superuser, "postgres")
	settings := slices.Concat([]string{
		"TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_DATA=" + data, "TERRENO_DRAIN_TIMEOUT=20s",
		"DATABASE_URL=" + admin, "TERRENO_DEMO_PHONES=false", "TERRENO_CLOCK_SPEED=1", afterTheDay,
	}, cheapHashes, environ)
	w := launch(t, services, settings)
	w.data = data
	var err error
	if w.db, err = sqlx.Open("postgres", admin); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

// launch builds and runs an installation and waits until it is ready. The first call of stop ends it and returns the error of
// Run or Close.
func launch(t *testing.T, services, settings []string) *world {
	t.Helper()
	c, warnings, err := up.Load(settings)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("load: %v, warnings %q", err, warnings)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	in, err := up.New(t.Context(), c, services, log)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() { ended <- in.Run(ctx, func() { close(ready) }) }()
	stopped := false
	w := &world{Installation: in, stop: func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		err := <-ended
		if closeErr := in.Close(); err == nil {
			err = closeErr
		}
		return err
	}}
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatalf("the installation ended before it was ready: %v", err)
	case <-time.After(time.Minute):
		t.Fatal("not ready after a minute")
	}
	return w
}

// eventually polls until ok returns true. When the time is over, it fails with the last text that ok returned.
func eventually(t *testing.T, within time.Duration, ok func() (bool, string)) {
	t.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		done, last := ok()
		if done {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("after %v: %s", within, last)
		case <-tick.C:
		}
	}
}

// call sends JSON, decodes the response into out if out is not nil, and returns the status.
func call(t *testing.T, method, url, token string, in, out any) int {
	t.Helper()
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano()))
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if out != nil && resp.StatusCode < 300 {
		if err := json.Unmarshal(text, out); err != nil {
			t.Fatalf("%s %s: %v in %s", method, url, err, text)
		}
	}
	if resp.StatusCode >= 500 {
		t.Logf("%s %s: %d %s", method, url, resp.StatusCode, text)
	}
	return resp.StatusCode
}

func login(t *testing.T, url, company, user, password string) string {
	t.Helper()
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	in := map[string]string{"login": user, "password": password}
	if company != "" {
		in["company"] = company
	}
	// A machine that runs several of these tests may be too slow for a login, which is then refused with 503.
	eventually(t, time.Minute, func() (bool, string) {
		status := call(t, http.MethodPost, url+"/v1/auth/login", "", in, &tokens)
		if status != http.StatusOK && status != http.StatusServiceUnavailable {
			t.Fatalf("login as %s of %s: %d", user, company, status)
		}
		return status == http.StatusOK, fmt.Sprintf("login as %s of %s: %d", user, company, status)
	})
	return tokens.AccessToken
}

// fleet returns the configuration of 40 phones that replay the day of 2017, as fast as they can. Its trace has many faults,
// and the phones add every fault of fieldsim.
func fleet(url string) fieldsim.Config {
	return fieldsim.Config{
		BaseURL: url, Company: "demo", Password: "demo", Phones: []string{"campo01..campo40"}, Trace: "austin-2017-03-21",
		Mode: "fast", Seed: 7, UploadFixes: 10, UploadEvery: 15 * time.Minute,
		Offline: 0.03, OfflineFor: 3 * time.Hour, Late: 0.1, LateBy: time.Hour, Swap: 0.1, Repeat: 0.1, Overlap: 0.1,
		Parallel: 8, LoginParallel: 2, RequestTimeout: 30 * time.Second,
	}
}

type key struct {
	user, device string
	recorded     int64
}

// place is in degrees, rounded as a track rounds.
type place struct{ lat, lon float64 }

func placeOf(lat, lon float64) place {
	var f track.Fix
	f.SetPlace(lat, lon)
	lat, lon = f.Degrees()
	return place{lat, lon}
}

// checkStored compares the ledger with PostgreSQL: every acknowledged position is stored exactly once, no other position is
// stored, and no message became a dead letter.
func (w *world) checkStored(t *testing.T, report fieldsim.Report) {
	t.Helper()
	want := map[key][]place{}
	for e := range report.Ledger() {
		k := key{e.User, e.Device, e.RecordedAtMS}
		want[k] = append(want[k], placeOf(e.Lat, e.Lon))
	}
	if len(want) < 5000 {
		t.Fatalf("only %d positions were acknowledged: %+v", len(want), report.LogValue())
	}
	eventually(t, time.Minute, func() (bool, string) {
		n := trackingtest.Count(t, w.db, "")
		return n >= len(want), fmt.Sprintf("%d positions of %d", n, len(want))
	})
	got := w.stored(t)
	for k, places := range want {
		p, ok := got[k]
		if !ok {
			t.Fatalf("acknowledged but not stored: %+v", k)
		}
		if !slices.Contains(places, p) {
			t.Fatalf("%+v stored as %+v, sent as %+v", k, p, places)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d positions, %d acknowledged ones", len(got), len(want))
	}
	w.checkNoDeadLetter(t)
}

// stored returns what readers get, where what came several times is one position.
func (w *world) stored(t *testing.T) map[key]place {
	t.Helper()
	got := map[key]place{}
	for _, p := range trackingtest.Positions(t, w.db, "") {
		got[key{p.UserID, p.DeviceID, int64(p.RecordedAt)}] = place{p.Lat, p.Lon}
	}
	return got
}

func (w *world) checkNoDeadLetter(t *testing.T) {
	t.Helper()
	letters, err := admin.NewDeadLetters(w.adminBus(t)).List(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range letters {
		t.Errorf("dead letter %d: %s: %s", l.Seq, l.OriginalSubject, l.Reason)
	}
}

// adminBus connects to NATS as the administrator until the test ends.
func (w *world) adminBus(t *testing.T) *bus.Bus {
	t.Helper()
	remote, err := w.Remote(bus.Admin)
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Connect(remote.NATSURL, bus.Admin, bus.Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}
