package ingress_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/terreno/internal/ingress"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const timeout = 30 * time.Second

// world is a running ingress with fake services.
type world struct {
	t                  *testing.T
	clients, operators string
	client             *http.Client
	// stop sends the stop signal; wait waits for Run and returns its error.
	stop func()
	wait func() error
}

// start runs an ingress. Each service that is not in services answers with its name.
func start(t *testing.T, services map[string]http.Handler, settings ...string) *world {
	t.Helper()
	return startWith(t, services, nil, settings...)
}

func startWith(t *testing.T, services map[string]http.Handler, change func(*ingress.Ingress), settings ...string) *world {
	t.Helper()
	var at []string
	for _, name := range ingress.Services() {
		h := services[name]
		if h == nil {
			h = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Service", name)
				w.Header().Set("X-URI", r.RequestURI)
			})
		}
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		at = append(at, name+"="+s.URL)
	}
	environ := append([]string{
		"TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_INGRESS_SERVICE_URLS=" + strings.Join(at, ","),
	}, settings...)
	var c ingress.Config
	if _, err := config.Load(&c, environ); err != nil {
		t.Fatal(err)
	}
	in, err := ingress.New(t.Context(), c, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(in)
	}
	ctx, stop := context.WithCancel(context.Background())
	var result error
	ended := make(chan struct{})
	go func() { defer close(ended); result = in.Run(ctx) }()
	w := &world{t: t, client: &http.Client{Transport: &http.Transport{DisableCompression: true}, Timeout: timeout}, stop: stop}
	w.wait = func() error { within(t, "the ingress ends", ended); return result }
	w.clients, w.operators = in.Addrs()
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		stop()
		if err := w.wait(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func within[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(timeout):
		t.Fatalf("did not happen in time: %s", what)
		panic("unreachable")
	}
}

func (w *world) await(done func() bool, otherwise string) {
	w.t.Helper()
	deadline, tick := time.After(timeout), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			w.t.Fatal(otherwise)
		}
	}
}

func (w *world) do(method, path string, header http.Header, body io.Reader) (*http.Response, string) {
	w.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, "http://"+w.clients+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := w.client.Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer, string(text)
}

// problem checks the status, the code and the headers of a response with problem details.
func (w *world) problem(answer *http.Response, text string, status int, code string) {
	w.t.Helper()
	var p httpx.ProblemDetails
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		w.t.Fatalf("%d %q: %v", answer.StatusCode, text, err)
	}
	if answer.StatusCode != status || p.Code != code || p.Status != status || answer.Header.Get("Content-Type") != "application/problem+json" {
		w.t.Errorf("%d %s, want %d %s", answer.StatusCode, text, status, code)
	}
	if status >= 500 && answer.Header.Get("Retry-After") == "" {
		w.t.Errorf("%s has no Retry-After", code)
	}
}

// internal reads a page of the listener for operators.
func (w *world) internal(path string) string {
	w.t.Helper()
	answer, err := w.client.Get("http://" + w.operators + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(answer.StatusCode, " ", string(text))
}
