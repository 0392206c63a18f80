package gateway_test

import (
	"net/http"
	"sync"
	"testing"
	"time"
)

// TestDrain closes the sockets one after another. Events still reach the remaining sockets, and new sockets are refused.
func TestDrain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The event must come before the last socket is closed, and the drain must end long before it would be cut.
	const spread, deadline = 8 * time.Second, 100 * time.Second
	g := w.gateway(t, func(s *settings) { s.DrainSpread, s.drain = spread, deadline })
	var sockets []*client
	for range 10 {
		sockets = append(sockets, connect(t, g.URL, bearer(w.token(t, "acme/boss")).from("")))
	}
	mute := dial(t, g.URL, dialing{}) // sends no token
	start := time.Now()
	var mu sync.Mutex
	var ends []time.Duration
	late := 0
	var readers sync.WaitGroup
	for _, c := range sockets {
		readers.Go(func() {
			for {
				f, err := c.read(t)
				mu.Lock()
				if err == nil && f.Event == "alerta:nueva" {
					late++
				}
				if err != nil {
					ends = append(ends, time.Since(start))
				}
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	var stopped sync.WaitGroup
	stopped.Go(g.stop)
	eventually(t, "the gateway says that it drains", func() error {
		if g.Checks[0].Ready(t.Context()) == nil {
			return errNotYet
		}
		return nil
	})
	w.event(t, "acme", "alerta", "during", admins)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Upgrade", "websocket")
	r.Header.Set("Connection", "Upgrade")
	if status, code := ask(t, r); status != http.StatusServiceUnavailable || code != "unavailable" {
		t.Errorf("a new socket: %d %s", status, code)
	}
	readers.Wait()
	stopped.Wait()
	mute.closed(t, 1012, "restart")
	if last := ends[len(ends)-1]; last < spread/2 {
		t.Errorf("all closed within %v, of a spread of %v", last, spread)
	}
	if late == 0 {
		t.Error("no socket got the event of the drain")
	}
	if took := time.Since(start); took > deadline/2 {
		t.Errorf("the drain took %v", took)
	}
}

func TestDrainClosesWith1012(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")))
	var stopped sync.WaitGroup
	stopped.Go(g.stop)
	c.closed(t, 1012, "restart")
	stopped.Wait()
}

// TestDrainDoesNotWaitForDeadClients: sockets of dead clients are cut when the drain time is over.
func TestDrainDoesNotWaitForDeadClients(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.DrainSpread = time.Hour })
	for range 3 {
		connect(t, g.URL, bearer(w.token(t, "acme/boss")))
	}
	start := time.Now()
	g.stop()
	if took := time.Since(start); took > 40*time.Second { // A silent client would be given up after 55 s.
		t.Errorf("it took %v, of a drain time of 10 s", took)
	}
}
