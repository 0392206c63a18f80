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

// Check is one condition of readiness. Ready returns why the condition is not met, or nil.
type Check struct {
	Name  string
	Ready func(ctx context.Context) error
	// Soft means that a failure is reported but does not make the process unready. It is for what all replicas share. If a
	// database outage took every replica out of service, phones could not even hand in what needs no database.
	Soft bool
}

// Readiness is the answer of /readyz.
type Readiness struct {
	Ready   bool              `json:"ready"`
	Failing map[string]string `json:"failing,omitempty"`
	// Degraded are the soft checks that fail.
	Degraded map[string]string `json:"degraded,omitempty"`
}

// Internal serves operators and their machines, on a listener that clients do not reach. /healthz says that the process
// answers. /readyz is 503 when a check that is not soft fails, and names each check that fails. /metrics serves the metrics.
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
	return noSniff(mux)
}

// ask runs all checks at once. It stops waiting for a check that ignores its context, and counts it as failed.
func ask(ctx context.Context, checks []Check) Readiness {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	answer := Readiness{Failing: map[string]string{}, Degraded: map[string]string{}}
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
				if c.Soft {
					answer.Degraded[c.Name] = err.Error()
				} else {
					answer.Failing[c.Name] = err.Error()
				}
			}
		})
	}
	all.Wait()
	answer.Ready = len(answer.Failing) == 0
	return answer
}
