package notifier_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// While NATS is away no call is answered as taken, and the phone is told what to do. A phone that hangs up meanwhile has called for help.
func TestPanicWithoutNATS(t *testing.T) {
	t.Parallel()
	w := setupOn(t, pgtest.New(t, schemas...), natstest.WithTCP())
	w.link = w.nats.Addr()
	w.again(t)
	people(t, w)
	w.start(t)
	id, _ := w.cry(t, ana(), "before", "")
	w.stored(t, id)
	w.nats.Stop(t)
	token := w.issuer.Token(t, claims("acme", "leo", audience.RoleColaborador))
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			a, err := w.try(t.Context(), token, http.MethodPost, "/v1/alerts/panic", "", "Idempotency-Key", fmt.Sprint("k", i))
			if err != nil || a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Text, "Send it again at once, with the same Idempotency-Key.") {
				t.Errorf("call %d: %d %s, %v", i, a.Status, a.Text, err)
			}
		})
	}
	all.Wait()
	// The phone hangs up once the whole call is there.
	taken := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Body = read{r.Body, sync.OnceFunc(func() { close(taken) })}
		w.service.Handler.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	token = w.issuer.Token(t, claims("acme", "eva", audience.RoleColaborador))
	ctx, hangUp := context.WithCancel(t.Context())
	defer hangUp()
	ended := make(chan error, 1)
	go func() {
		_, err := httpxtest.Do(ctx, http.MethodPost, server.URL+"/v1/alerts/panic", token, "{}", "Idempotency-Key", "k")
		ended <- err
	}()
	select {
	case <-taken:
		hangUp()
	case err := <-ended:
		t.Fatalf("over before the call was there: %v", err)
	}
	if err := <-ended; err == nil {
		t.Fatal("answered")
	}
	w.nats.Restart(t)
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.alert WHERE user_id = 'eva'") == 1 })
}

// read is a body that tells when it has been read.
type read struct {
	io.ReadCloser
	whole func()
}

func (r read) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		r.whole()
	}
	return n, err
}

// A call does not wait behind other alerts: it is stored and told while the inbox is stuck with them, and once.
func TestPanicWaitsBehindNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`INSERT INTO notifier.alert (id_empresa, id, type, user_id, late, started_at, raised_at, zones, end_reason, received_at, changed_at)
VALUES ('acme', 'stuck', 'outside_zone', 'ana', false, now(), now(), '{}', '', now(), now())`); err != nil {
		t.Fatal(err)
	}
	w.tell(t, "acme", "nueva", episode("stuck", "ana", noon), "norte")
	stuck := func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO notifier.alert%'") > 0
	}
	apptest.Until(t, stuck)
	// A request has little time to store its call, and leaves it to the inbox when a machine stands still for so long. Then the next person
	// calls. A call that is answered at once has no excuse.
	id, calls := "", 0
	apptest.Until(t, func() bool {
		who := claims("acme", fmt.Sprint("p", calls), audience.RoleColaborador)
		calls++
		w.user(t, "acme", who.Subject, who.Role, "{norte}")
		began := time.Now()
		var a answer
		id, a = w.cry(t, who, "k", "")
		atOnce := time.Since(began) < 200*time.Millisecond
		got := w.told(t, id)
		done := a.Body["escalation"] == "running" && got == "sol 1" && pgtest.Count(t, w.admin, "notifier.timer WHERE key = '"+id+"'") == 1
		if atOnce && !done {
			t.Fatalf("told %q, answer %s", got, a.Text)
		}
		return done
	})
	if !stuck() {
		t.Error("the inbox is not stuck any more")
	}
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	w.settled(t)
	if got := w.told(t, id); got != "sol 1" || w.timers(t) != calls || w.history(t, boss("acme"), id) != "raised unreachable" {
		t.Errorf("afterwards: told %q, history %q, %d timers of %d calls", got, w.history(t, boss("acme"), id), w.timers(t), calls)
	}
}

// Without a key the calls of one minute are one. Somebody who calls with ever new keys is never refused, and fills no stream.
func TestCallsWithoutAKeyAndWithTooMany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	first, _ := w.cry(t, ana(), "", "")
	w.clock.Advance(59 * time.Second)
	if again, _ := w.cry(t, ana(), "", ""); again != first {
		t.Error("two calls in one minute")
	}
	w.clock.Advance(time.Second)
	if again, _ := w.cry(t, ana(), "", ""); again == first {
		t.Error("a call in another minute is the same")
	}
	for _, other := range []auth.Claims{claims("otra", "ana", audience.RoleColaborador), claims("acme", "eva", audience.RoleColaborador)} {
		w.clock.Set(noon)
		if id, _ := w.cry(t, other, "", ""); id == first {
			t.Errorf("%+v has ana's alert", other)
		}
	}
	leo := claims("acme", "leo", audience.RoleColaborador)
	many := ""
	for i := range 50 {
		id, _ := w.cry(t, leo, fmt.Sprint("k", i), "")
		if many == "" && i == 10 {
			many = id
		}
		if i >= 10 && id != many {
			t.Fatalf("call %d has an id of its own", i)
		}
	}
	w.settled(t)
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE user_id = 'leo'"); n != 11 || pgtest.Count(t, w.admin, "notifier.alert WHERE user_id = 'leo' AND status = 'nueva'") != 1 {
		t.Errorf("%d alerts of leo", n)
	}
	w.counts(t, "notifier_panics_total", map[string]float64{"raised": 14, "repeated": 1, "flooded": 40})
	// It was a false alarm. What comes within the same minute is heard, all the same.
	open := alerts(t, w.get(t, boss("acme"), "/v1/alerts?user=leo&status=nueva"))
	w.post(t, leo, "/v1/alerts/"+open+"/resolve", `{"resolution":"false_alarm","note":"el botón se atascó"}`).Is(t, http.StatusOK, "")
	w.clock.Advance(10 * time.Second)
	after, _ := w.cry(t, leo, "after", "")
	w.stored(t, after)
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE user_id = 'leo' AND status = 'nueva' AND id = '"+after+"'"); n != 1 {
		t.Error("nobody hears a call after a flood and a false alarm")
	}
}
