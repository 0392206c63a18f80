package fieldsim

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// listen serves h on a real socket. The channel receives a value after each request is answered.
func listen(t *testing.T, h http.Handler) (url string, answered <-chan struct{}) {
	t.Helper()
	signal := make(chan struct{}, 100_000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { signal <- struct{}{} }()
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL, signal
}

func fast(t *testing.T, url string, environ ...string) Config {
	t.Helper()
	return loaded(t, append([]string{
		"TERRENO_FIELDSIM_BASE_URL=" + url, "TERRENO_FIELDSIM_MODE=fast", "TERRENO_FIELDSIM_PASSWORD=secret",
		"TERRENO_FIELDSIM_UPLOAD_FIXES=50", "TERRENO_FIELDSIM_UPLOAD_EVERY=30m",
		"TERRENO_FIELDSIM_OFFLINE=0.05", "TERRENO_FIELDSIM_LATE=0.1", "TERRENO_FIELDSIM_SWAP=0.1", "TERRENO_FIELDSIM_REPEAT=0.1", "TERRENO_FIELDSIM_OVERLAP=0.1",
	}, environ...)...)
}

func stored(r Report) map[servertest.Key]servertest.Place {
	all := map[servertest.Key]servertest.Place{}
	for e := range r.Ledger() {
		all[servertest.Key{User: e.User, Device: e.Device, RecordedAtMS: e.RecordedAtMS}] = servertest.Place{Lat: e.Lat, Lon: e.Lon}
	}
	return all
}

// The end-to-end tests do the same with the real services.
func TestReplaySendsARealDayOverRealSockets(t *testing.T) {
	t.Parallel()
	server := servertest.New(servertest.Options{
		Seed: 11, Cut: 0.03, LoseAnswer: 0.03, HalfAnswer: 0.03, Deny: 0.03, AuthToo: true, Password: "secret",
		Reject: func(lat, _ float64) string {
			if lat > 30.4 {
				return "too_far_north"
			}
			return ""
		},
	})
	url, _ := listen(t, server)
	r, err := Replay(t.Context(), fast(t, url), nil, quiet)
	if err != nil {
		t.Fatal(err)
	}
	day, err := trace.Load("austin-2015-06-07")
	if err != nil {
		t.Fatal(err)
	}
	good, north := 0, 0
	for _, v := range day.Vehicles {
		for _, f := range v.Fixes {
			if f.Lat > 30.4 {
				north++
			} else {
				good++
			}
		}
	}
	ledger := stored(r)
	if !maps.Equal(ledger, server.Stored()) || len(ledger) != good {
		t.Errorf("the ledger has %d positions, the server %d, the day %d", len(ledger), len(server.Stored()), good)
	}
	if r.Phones != 40 || r.Rejected["too_far_north"] < north || r.Fixes-r.Accepted != r.Rejected["too_far_north"] || r.Retries == 0 || r.Accepted <= good {
		t.Errorf("report %+v", r.LogValue())
	}
}

func TestReplayOnAnotherDay(t *testing.T) {
	t.Parallel()
	server := servertest.New(servertest.Options{Password: "secret"})
	url, _ := listen(t, server)
	cfg := fast(t, url, "TERRENO_FIELDSIM_DAY=2026-01-31", "TERRENO_FIELDSIM_TRACE=austin-2017-03-21", "TERRENO_FIELDSIM_PHONES=campo01..campo03")
	if _, err := Replay(t.Context(), cfg, nil, quiet); err != nil {
		t.Fatal(err)
	}
	begin := time.Date(2026, 1, 31, 5, 0, 0, 0, time.UTC) // This is midnight in the trace's zone, UTC-5.
	for key := range server.Stored() {
		if at := time.UnixMilli(key.RecordedAtMS); at.Before(begin) || !at.Before(begin.Add(11*time.Hour)) {
			t.Fatalf("a fix is from %v, which is not on the configured day", at.UTC())
		}
	}
	if len(server.Stored()) < 400 {
		t.Errorf("%d positions stored", len(server.Stored()))
	}
}

func TestTheSameConfigurationSendsTheSameUploads(t *testing.T) {
	t.Parallel()
	bodies := func(seed string) map[string]int {
		server := servertest.New(servertest.Options{Password: "secret"})
		url, _ := listen(t, server)
		cfg := fast(t, url, "TERRENO_FIELDSIM_TRACE=austin-2017-03-21", "TERRENO_FIELDSIM_PHONES=campo01..campo02", "TERRENO_FIELDSIM_SEED="+seed)
		if _, err := Replay(t.Context(), cfg, nil, quiet); err != nil {
			t.Fatal(err)
		}
		all := map[string]int{}
		for _, u := range server.Uploads() {
			var name strings.Builder
			name.WriteString(u.User)
			for _, k := range u.Fixes {
				name.WriteString(time.UnixMilli(k.RecordedAtMS).String())
			}
			all[name.String()] = u.Came
		}
		return all
	}
	one := bodies("5")
	if !maps.Equal(one, bodies("5")) {
		t.Error("the same seed sent other uploads")
	}
	if maps.Equal(one, bodies("6")) {
		t.Error("another seed sent the same uploads")
	}
}

func TestACancelledReplayStillReports(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	server := servertest.New(servertest.Options{Password: "secret"})
	var came atomic.Int32
	url, _ := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(w, r)
		if came.Add(1) == 100 {
			cancel() // here: a goroutine that only hears of the request may come when all is sent
		}
	}))
	r, err := Replay(ctx, fast(t, url), nil, quiet)
	if !errors.Is(err, context.Canceled) || r.Uploads == 0 || r.Uploads > 500 {
		t.Errorf("%v, report %+v", err, r.LogValue())
	}
	for key := range stored(r) {
		if _, ok := server.Stored()[key]; !ok {
			t.Fatalf("%+v is in the ledger but not on the server", key)
		}
	}
}

func TestReplayFollowsTheWallClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{Password: "secret"})
		cfg := loaded(t, "TERRENO_FIELDSIM_PASSWORD=secret", "TERRENO_FIELDSIM_PHONES=campo01..campo02")
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
		defer cancel()
		began := time.Now()
		r, err := Replay(ctx, cfg, servertest.Listen(t, server), quiet)
		if err != nil || time.Since(began) != 2*time.Hour || r.Accepted < 50 || len(stored(r)) != 0 {
			t.Errorf("%v after %v, report %+v, %d positions kept, want none: mode clock only counts", err, time.Since(began), r.LogValue(), len(stored(r)))
		}
		for key := range server.Stored() {
			if at := time.UnixMilli(key.RecordedAtMS); at.Before(began.AddDate(0, 0, -2)) || at.After(time.Now()) {
				t.Fatalf("a position is from %v, the replay began at %v", at, began)
			}
		}
	})
}

func TestTheServiceFollowsTheDomainClockUntilItsContextEnds(t *testing.T) {
	t.Parallel()
	server := servertest.New(servertest.Options{Password: "secret"})
	url, answered := listen(t, server)
	metrics := prometheus.NewRegistry()
	cfg := loaded(t, "TERRENO_FIELDSIM_BASE_URL="+url, "TERRENO_FIELDSIM_PASSWORD=secret")
	noon := time.Date(2015, 6, 7, 17, 0, 0, 0, time.UTC)
	s, err := New(cfg, app.Deps{Log: quiet, Metrics: metrics, Clock: clock.NewDomain(noon, 300)})
	if err != nil {
		t.Fatal(err)
	}
	if s.Name != "fieldsim" || s.Handler != nil || len(s.Runners) != 1 {
		t.Errorf("service %+v", s)
	}
	if n := sum(t, metrics); n != 0 {
		t.Errorf("the counters add up to %v before the service runs", n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx, quiet, 10*time.Second, s) }()
	for len(server.Stored()) == 0 || sum(t, metrics) == 0 { // Logins, and what the office sets up, come first.
		select {
		case <-answered:
		case err := <-done:
			t.Fatalf("the service ended by itself: %v", err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("the service ended with %v", err)
	}
	if len(server.Stored()) == 0 || sum(t, metrics) == 0 {
		t.Errorf("%d positions stored, the counters add up to %v", len(server.Stored()), sum(t, metrics))
	}
}

func TestTheServiceWaitsAfterAFastDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{Password: "secret"})
		p, err := newPlayer(fast(t, "http://terreno.test", "TERRENO_FIELDSIM_PHONES=campo01"), servertest.Listen(t, server), false, quiet)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- app.Run(ctx, quiet, 10*time.Second, p.service(clock.Wall())) }()
		<-time.After(time.Hour) // by the fake clock of synctest
		select {
		case err := <-done:
			t.Errorf("the service ended by itself: %v", err)
		default:
		}
		if len(server.Stored()) != 460 {
			t.Errorf("%d positions stored, want the vehicle's 460", len(server.Stored()))
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	})
}

// sum returns the sum of all counters.
func sum(t *testing.T, metrics prometheus.Gatherer) float64 {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if len(families) != 5 {
		t.Errorf("%d metrics, want all 5 from the start", len(families))
	}
	var total float64
	for _, f := range families {
		for _, m := range f.GetMetric() {
			total += m.GetCounter().GetValue()
		}
	}
	return total
}

func TestNewRefusesInvalidConfigurations(t *testing.T) {
	t.Parallel()
	good := app.Deps{Log: quiet, Clock: clock.Wall()}
	for name, tc := range map[string]struct {
		change func(*Config, *app.Deps)
		want   string
	}{
		"no password":  {func(c *Config, _ *app.Deps) { c.Password = "" }, "TERRENO_FIELDSIM_PASSWORD"},
		"no trace":     {func(c *Config, _ *app.Deps) { c.Trace = "lima" }, `load trace "lima"`},
		"a bad number": {func(c *Config, _ *app.Deps) { c.Parallel = 0 }, "TERRENO_FIELDSIM_PARALLEL"},
		"no clock":     {func(_ *Config, d *app.Deps) { d.Clock = nil }, "no clock"},
	} {
		c, d := loaded(t), good
		tc.change(&c, &d)
		if _, err := New(c, d); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	metrics := prometheus.NewRegistry()
	good.Metrics = metrics
	if _, err := New(loaded(t), good); err != nil {
		t.Errorf("the defaults: %v", err)
	}
	if _, err := New(loaded(t), good); err == nil {
		t.Error("two fleets in one registry: no error")
	}
}
