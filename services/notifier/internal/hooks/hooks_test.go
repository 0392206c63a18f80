package hooks

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/hooktest"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

func TestACallThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	w := setup(t, hooktest.NewReceiver(t, func(rw http.ResponseWriter, _ *http.Request) {
		if n.Add(1) < 4 {
			rw.WriteHeader(http.StatusInternalServerError)
		}
	}))
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.hook(t, "acme", "other", w.receiver.URL, webhook.EventClosed)
	w.hook(t, "beta", "h1", w.receiver.URL)
	w.run(t)
	w.call(t, "acme", "alert/a1")
	w.is(t, "alert/a1", "sent 4")
	calls := w.receiver.Calls()
	for _, c := range calls {
		if c.Body != calls[0].Body || c.Header.Get("Terreno-Delivery") != calls[0].Header.Get("Terreno-Delivery") {
			t.Errorf("an attempt sends %+v, the first %+v", c, calls[0])
		}
	}
	if !strings.Contains(calls[0].Body, `"company":"acme","ref":"alert/a1"`) || !strings.Contains(calls[0].Body, `"data":{"id":"alert/a1"}`) {
		t.Errorf("body %s", calls[0].Body)
	}
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	if len(calls) != 4 || w.count(t, "notifier.webhook_delivery") != 1 || w.count(t, "notifier.webhook WHERE failing_since IS NOT NULL") != 0 || w.letters(t) != 0 {
		t.Errorf("%d calls, %d in the log, %d letters", len(calls), w.count(t, "notifier.webhook_delivery"), w.letters(t))
	}
}

func TestACallThatIsGivenUpIsADeadLetterThatCanBeReplayed(t *testing.T) {
	t.Parallel()
	var well atomic.Bool
	w := setup(t, hooktest.NewReceiver(t, func(rw http.ResponseWriter, _ *http.Request) {
		if !well.Load() {
			rw.WriteHeader(http.StatusBadGateway)
		}
	}))
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.run(t)
	w.call(t, "acme", "a1")
	w.is(t, "a1", fmt.Sprint("failed http_502 ", webhook.MaxAttempts))
	apptest.Until(t, func() bool { return w.letters(t) == 1 })
	if n := w.count(t, "notifier.webhook WHERE active AND failing_since IS NOT NULL"); n != 1 {
		t.Error("one call turned the webhook off")
	}
	well.Store(true)
	letters := admin.NewDeadLetters(w.nats.Admin(t))
	list, err := letters.List(t.Context(), 0, 10)
	if err != nil || len(list) != 1 || !strings.Contains(list[0].Reason, "http_502") {
		t.Fatalf("%+v %v", list, err)
	}
	if _, err := letters.Replay(t.Context(), list[0].Seq); err != nil {
		t.Fatal(err)
	}
	w.is(t, "a1", fmt.Sprint("sent ", webhook.MaxAttempts+1))
}

func TestWhatIsNotWorthACall(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, nil))
	w.hook(t, "acme", "inside", "https://10.0.0.1/")
	w.hook(t, "beta", "h1", w.receiver.URL)
	w.call(t, "acme", "inside")
	w.clock.Advance(-25 * time.Hour)
	w.call(t, "beta", "old")
	w.clock.Advance(25 * time.Hour)
	w.run(t)
	w.is(t, "inside", "failed address_forbidden 1")
	apptest.Until(t, func() bool { return w.letters(t) == 1 })
	w.is(t, "old", "expired too_old 0")
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	if n := len(w.receiver.Calls()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestAWebhookThatWasTurnedOffOrRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, nil))
	w.hook(t, "acme", "off", w.receiver.URL)
	w.hook(t, "beta", "gone", w.receiver.URL)
	w.call(t, "acme", "a1")
	w.call(t, "beta", "b1")
	w.admin.MustExec(`UPDATE notifier.webhook SET active = false WHERE id = 'off'`)
	w.admin.MustExec(`DELETE FROM notifier.webhook WHERE id = 'gone'`)
	w.run(t)
	w.is(t, "a1", "failed webhook_off 0")
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	if n, letters := len(w.receiver.Calls()), w.letters(t); n != 0 || letters != 0 {
		t.Errorf("%d calls, %d letters", n, letters)
	}
}

// It is domain time that turns a webhook off, and only a call that was given up.
func TestOffAfterThreeDays(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNotFound) }))
	w.admin.MustExec(`INSERT INTO identity.company (id_empresa, name, zone) VALUES ('acme', 'A', 'UTC')`)
	w.admin.MustExec(`INSERT INTO identity.users (id_empresa, id, name, role, active) VALUES ('acme', 'boss', 'B', 'admin', true),
('acme', 'former', 'F', 'admin', false), ('acme', 'sol', 'S', 'supervisor', true)`)
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.run(t)
	gone := fmt.Sprint("failed http_404 ", webhook.MaxAttempts)
	for i, at := range []time.Duration{0, 24 * time.Hour, 72*time.Hour - time.Second} {
		w.clock.Set(noon.Add(at))
		w.call(t, "acme", fmt.Sprint("a", i))
		w.is(t, fmt.Sprint("a", i), gone)
	}
	if n := w.count(t, "notifier.webhook WHERE active AND off_reason = ''"); n != 1 {
		t.Fatal("turned off before three days were over")
	}
	w.clock.Set(noon.Add(72 * time.Hour))
	w.call(t, "acme", "last")
	w.call(t, "acme", "beside") // Whichever is given up first turns it off, and the other is given up at once.
	apptest.Until(t, func() bool {
		return w.count(t, "notifier.webhook WHERE NOT active AND off_reason = 'failing' AND version = 2") == 1
	})
	var told []string
	if err := w.admin.Select(&told, `SELECT concat_ws(' ', user_id, kind, body) FROM notifier.notification ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0] != "boss webhook_off El webhook h1 falló durante tres días y se apagó" {
		t.Errorf("told %q", told)
	}
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	before := len(w.receiver.Calls())
	w.call(t, "acme", "after")
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	if n := w.count(t, "notifier.webhook_delivery WHERE ref = 'after'"); n != 0 || len(w.receiver.Calls()) != before {
		t.Error("a webhook that is off is called")
	}
}

// All calls of one company hang until another company's call came.
func TestASlowWebhookDelaysItself(t *testing.T) {
	t.Parallel()
	other := make(chan struct{})
	open := sync.OnceFunc(func() { close(other) })
	t.Cleanup(open)
	var hanging, most atomic.Int32
	w := setup(t, hooktest.NewReceiver(t, func(_ http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/fast" {
			open()
			return
		}
		n := hanging.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			continue
		}
		<-other
		hanging.Add(-1)
	}))
	const slow = 3 * hands
	w.hook(t, "slow", "h1", w.receiver.URL+"/slow")
	w.hook(t, "fast", "h1", w.receiver.URL+"/fast")
	for i := range slow {
		w.call(t, "slow", fmt.Sprint("s", i))
	}
	w.run(t)
	apptest.Until(t, func() bool { return hanging.Load() == 1 })
	w.call(t, "fast", "f1")
	<-other
	w.is(t, "f1", "sent 1")
	if m := most.Load(); m > 1 {
		t.Errorf("%d calls of one webhook at once", m)
	}
}

// PostgreSQL goes away while a call is made. Its outcome is kept, and the call is not repeated.
func TestPostgreSQLGoesAwayInTheMiddleOfACall(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	var stop func()
	w := setupOn(t, pgtest.On(t, server, schemas...), hooktest.NewReceiver(t, func(http.ResponseWriter, *http.Request) { stop() }))
	stop = func() {
		if err := server.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.call(t, "acme", "a1")
	w.run(t)
	apptest.Until(t, func() bool { return len(w.receiver.Calls()) == 1 && w.hooks.Ready(t.Context()) != nil })
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.is(t, "a1", "sent 1")
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	if n := len(w.receiver.Calls()); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// Too many calls of one webhook wait: the next one only stands in the log.
func TestABacklogHasAnEnd(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, nil))
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.admin.MustExec(`INSERT INTO notifier.webhook_delivery (id_empresa, id, webhook_id, event, ref, body, state, queued_at)
SELECT 'acme', n::text, 'h1', 'alerta.nueva', '', '{}', 'queued', $1 FROM generate_series(1, $2) n`, noon, webhook.MaxQueued)
	w.call(t, "acme", "beyond")
	w.is(t, "beyond", "failed too_many_waiting 0")
	w.clock.Advance(webhook.UsefulFor + time.Second) // What waited then is of no use any more.
	w.run(t)
	w.call(t, "acme", "later")
	w.is(t, "later", "sent 1")
}
