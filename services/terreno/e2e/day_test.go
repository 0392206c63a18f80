package e2e_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/freeport"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/fieldsim"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// 40 phones send a real day with repeats, disorder, late batches and gaps. Every acknowledged position is stored exactly
// once. A socket of the admin is open all day, and at the end it has received each vehicle's newest stored position.
func TestRealDay(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil)
	socket := openSocket(t, w.URL(), login(t, w.URL(), "demo", "admin", "demo"))
	report, err := fieldsim.Replay(t.Context(), fleet(w.URL()), nil, quiet())
	if err != nil {
		t.Fatal(err)
	}
	w.checkStored(t, report)
	if len(report.Rejected) == 0 || report.Rejected["coordinates_null_island"] == 0 {
		t.Errorf("rejected %v, want the trace's fixes at 0,0", report.Rejected)
	}
	newest := map[string]int64{}
	for k := range w.stored(t) {
		newest[k.user] = max(newest[k.user], k.recorded)
	}
	eventually(t, 90*time.Second, func() (bool, string) { return socket.hasNewest(newest) })
}

// tracking-ingest runs as its own process, and the test kills it twice while the phones send. The phones keep the uploads that
// were not acknowledged, and the durable keeps the messages that were not written.
func TestWriterKilled(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), []string{"identity", "gateway"})
	ingest := &process{world: w, t: t, service: "tracking-ingest", addr: freeAddr(t)}
	ingest.start()
	defer ingest.kill()
	uploads := newGate(proxy(t, w.URL(), "http://"+ingest.addr))
	uploads.allow(250)
	ingress := httptest.NewServer(uploads)
	defer ingress.Close()

	cfg := fleet(ingress.URL)
	// The domain time of the process is wall time, so the phones replay the day as if it were yesterday.
	cfg.Day = time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	done := make(chan struct{})
	var report fieldsim.Report
	var replayErr error
	go func() {
		defer close(done)
		report, replayErr = fieldsim.Replay(t.Context(), cfg, nil, quiet())
	}()
	for _, rows := range []int{1000, 2500} {
		eventually(t, 2*time.Minute, func() (bool, string) {
			n := trackingtest.Count(t, w.db, "")
			return n >= rows, fmt.Sprintf("%d positions, waiting for %d to kill the writer", n, rows)
		})
		ingest.kill()
		uploads.allow(250)
		ingest.start()
	}
	uploads.open()
	<-done
	if replayErr != nil {
		t.Fatal(replayErr)
	}
	if report.Retries == 0 {
		t.Error("no phone had to repeat an upload: the kills came too late to have an effect")
	}
	w.checkStored(t, report)
}

// PostgreSQL is down for 20 s while the fleet sends. The phones get responses all the time.
func TestPostgresStopped(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := start(t, server, nil)
	uploads := newGate(proxy(t, w.URL(), w.URL()))
	uploads.allow(200) // The phones must not finish the day before the outage begins.
	ingress := httptest.NewServer(uploads)
	defer ingress.Close()
	cfg := fleet(ingress.URL)
	cfg.Parallel = 2
	done := make(chan struct{})
	var report fieldsim.Report
	var replayErr error
	go func() {
		defer close(done)
		report, replayErr = fieldsim.Replay(t.Context(), cfg, nil, quiet())
	}()
	eventually(t, 2*time.Minute, func() (bool, string) {
		n := trackingtest.Count(t, w.db, "")
		return n >= 500, fmt.Sprintf("%d positions, waiting for 500 to stop PostgreSQL", n)
	})
	supervisor := login(t, w.URL(), "demo", "supervisor1", "demo")
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	uploads.open()
	outage := time.After(20 * time.Second) // The length of the outage is part of the test.
	select {
	case <-done:
		t.Fatal("the phones finished the day before the outage began")
	default:
	}
	upload := map[string]any{"positions": []map[string]any{{"recorded_at": "2017-03-21T23:00:00Z", "lat": 30.2, "lon": -97.7}}}
	if status := call(t, http.MethodPost, w.URL()+"/v1/positions", supervisor, upload, nil); status != http.StatusAccepted {
		t.Errorf("an upload while PostgreSQL is down: %d, want 202", status)
	}
	<-outage
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-done
	if replayErr != nil {
		t.Fatal(replayErr)
	}
	eventually(t, time.Minute, func() (bool, string) {
		var n int
		err := w.db.GetContext(t.Context(), &n, `DELETE FROM tracking.arrived WHERE user_id = 'supervisor1' RETURNING fixes`)
		return err == nil && n == 1, "the upload that was sent during the outage is not stored"
	})
	w.checkStored(t, report)
}

// gate lets so many uploads of positions pass as it was told, and holds the others: however long a test takes until it breaks something, the
// phones have not finished their day. All else passes.
type gate struct {
	next   http.Handler
	passes chan struct{}
}

func newGate(next http.Handler) *gate { return &gate{next, make(chan struct{}, 1000)} }

// allow lets n more uploads pass.
func (g *gate) allow(n int) {
	for range n {
		g.passes <- struct{}{}
	}
}

// open lets all others pass.
func (g *gate) open() { close(g.passes) }

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v1/positions" {
		select {
		case <-g.passes:
		case <-r.Context().Done():
			return
		}
	}
	g.next.ServeHTTP(w, r)
}

// process is the process of one service. It gets all addresses from its environment, as in a deployment.
type process struct {
	*world
	t       *testing.T
	service string
	addr    string
	environ []string
	mu      sync.Mutex
	cmd     *exec.Cmd
}

func (p *process) start() {
	p.t.Helper()
	remote, err := p.Remote(p.service)
	if err != nil {
		p.t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = exec.CommandContext(context.Background(), os.Args[0])
	p.cmd.Env = slices.Concat(os.Environ(), []string{
		asService + "=" + p.service, "TERRENO_HTTP_ADDR=" + p.addr, "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_NATS_URL=" + remote.NATSURL,
		"TERRENO_DATABASE_URL=" + remote.DatabaseURL, "TERRENO_JWKS_URL=" + remote.JWKSURL, "TERRENO_LOG_LEVEL=warn",
	}, p.environ)
	p.cmd.Stderr = p.t.Output()
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

// kill sends SIGKILL, so the process cannot finish anything.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func freeAddr(t *testing.T) string {
	t.Helper()
	ports, err := freeport.Pick(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0]))
}

// proxy sends each path to its service by the route table, as an ingress does.
func proxy(t *testing.T, rest, ingest string) http.Handler {
	t.Helper()
	to := func(address string) http.Handler {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		p := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }}
		p.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
		return p
	}
	handlers := map[string]http.Handler{}
	for _, r := range httpx.Routes {
		handlers[r.Service] = to(rest)
		if strings.HasPrefix(r.Service, "tracking") {
			handlers[r.Service] = to(ingest)
		}
	}
	return httpx.Mux(handlers, nil)
}
