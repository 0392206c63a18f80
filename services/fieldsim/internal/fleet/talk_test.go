package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

// chatServer takes what people write, numbers it, and knows a message by its key.
type chatServer struct {
	http.Handler
	mu    sync.Mutex
	seqs  map[string]int
	casts int
	reads int
}

func (s *chatServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/v1/conversations") {
		s.Handler.ServeHTTP(w, r)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	switch {
	case r.Method == http.MethodGet && s.casts > 0:
		answer(map[string]any{"conversations": []map[string]string{{"id": "cast", "title": "Avisos de la oficina"}}})
	case r.Method == http.MethodGet:
		answer(map[string]any{})
	case r.URL.Path == "/v1/conversations":
		var c struct{ Kind string }
		_ = json.NewDecoder(r.Body).Decode(&c)
		if c.Kind == "broadcast" {
			s.casts++
		}
		answer(map[string]any{"id": strings.ReplaceAll(r.Header.Get("Idempotency-Key"), "demo-", "c-")})
	case strings.HasSuffix(r.URL.Path, "/files"):
		answer(map[string]any{"id": "file"})
	case strings.HasSuffix(r.URL.Path, "/messages"):
		key := r.Header.Get("Idempotency-Key")
		if s.seqs[key] == 0 {
			s.seqs[key] = len(s.seqs) + 1
		}
		answer(map[string]any{"seq": s.seqs[key]})
	default:
		s.reads++
		answer(map[string]any{})
	}
}

// A restart in the middle of the day writes nothing twice, and begins no second broadcast.
func TestPeopleTalkOnceADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		var names []string
		for i := range 40 {
			names = append(names, fmt.Sprintf("campo%02d", i+1))
		}
		server := &chatServer{Handler: servertest.New(servertest.Options{Password: "secret"}), seqs: map[string]int{}}
		manual := clock.NewManual(tr.Midnight.Add(12 * time.Hour))
		o := Options{Trace: tr, Logins: names, Cadence: phone.Cadence{Fixes: 20, Every: time.Minute}, Office: "admin"}
		count := func() int {
			server.mu.Lock()
			defer server.mu.Unlock()
			return len(server.seqs)
		}
		for range 2 {
			w := setup(servertest.Listen(t, server), o)
			close(w.sentPast)
			w.planned.Store(0)
			ctx, cancel := context.WithCancel(t.Context())
			var done sync.WaitGroup
			done.Go(func() { w.talk(ctx, manual) })
			<-time.After(time.Minute)
			if n := count(); n != 14 {
				t.Errorf("%d messages until noon", n)
			}
			cancel()
			done.Wait()
		}
		if server.casts != 1 || server.reads == 0 {
			t.Errorf("%d broadcasts, %d receipts", server.casts, server.reads)
		}
	})
}
