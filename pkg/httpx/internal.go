package httpx

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// readyTimeout is how long a check may take before it counts as failed.
const readyTimeout = 3 * time.Second

// Check says why something is not ready, nil when it is.
type Check struct {
	Name  string
	Ready func(ctx context.Context) error
}

// Readiness is the answer of /readyz.
type Readiness struct {
	Ready   bool              `json:"ready"`
	Failing map[string]string `json:"failing,omitempty"`
}

// Internal serves what operators and their machines ask, on a listener that clients do not reach: /healthz (the process
// answers), /readyz (every check passes, else 503 and the name of each that fails) and /metrics.
func Internal(checks []Check, gatherer prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		answer := ask(r.Context(), checks)
		w.Header().Set("Content-Type", "application/json")
		if !answer.Ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_ = json.NewEncoder(w).Encode(answer)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{}))
	return mux
}

// ask runs all checks at once. One that ignores its context is left behind and counts as failed.
func ask(ctx context.Context, checks []Check) Readiness {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	failing := map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, c := range checks {
		all.Go(func() {
			result := make(chan error, 1)
			go func() { result <- c.Ready(ctx) }()
			var err error
			select {
			case err = <-result:
			case <-ctx.Done():
				err = errors.New("no answer in time")
			}
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failing[c.Name] = err.Error()
			}
		})
	}
	all.Wait()
	return Readiness{Ready: len(failing) == 0, Failing: failing}
}
