package hooks

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/hooktest"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

// A webhook hangs, and many calls wait for it. It takes few of the places that all companies share, and when it is well again, the end of
// each call brings the next one.
func TestAHangingWebhookTakesFewPlaces(t *testing.T) {
	t.Parallel()
	well := make(chan struct{})
	heal := sync.OnceFunc(func() { close(well) })
	t.Cleanup(heal)
	w := setup(t, hooktest.NewReceiver(t, func(http.ResponseWriter, *http.Request) { <-well }))
	w.hook(t, "acme", "h1", w.receiver.URL)
	const all = 3 * webhook.MaxOnStream
	for i := range all {
		w.call(t, "acme", fmt.Sprint("a", i))
	}
	apptest.Until(t, func() bool { return natstest.Stored(t, w.nats.Admin(t), stream.Webhook) >= webhook.MaxOnStream })
	w.run(t)
	apptest.Until(t, func() bool { return len(w.receiver.Calls()) == 1 })
	if n := natstest.Stored(t, w.nats.Admin(t), stream.Webhook); n != webhook.MaxOnStream {
		t.Errorf("%d calls are on the stream", n)
	}
	heal()
	apptest.Until(t, func() bool { return w.count(t, "notifier.webhook_delivery WHERE state = 'sent'") == all })
	if n := len(w.receiver.Calls()); n != all {
		t.Errorf("%d calls came", n)
	}
}

// Two processes share the calls of a few webhooks with more of them than fit on the stream. Each call is made, and hardly any twice.
func TestTwoReplicasShareTheCalls(t *testing.T) {
	t.Parallel()
	const hooks, calls = 3, webhook.MaxOnStream + 20
	w := setup(t, hooktest.NewReceiver(t, nil))
	for i := range hooks {
		company := fmt.Sprint("c", i)
		w.hook(t, company, "h1", w.receiver.URL)
		for n := range calls {
			w.call(t, company, fmt.Sprint(company, " ", n))
		}
	}
	w.run(t)
	apptest.Start(t, w.replica(t).Run)
	apptest.Until(t, func() bool { return w.count(t, "notifier.webhook_delivery WHERE state = 'sent'") == hooks*calls })
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	came := map[string]int{}
	for _, c := range w.receiver.Calls() {
		came[c.Header.Get(webhook.HeaderDelivery)]++
	}
	if len(came) != hooks*calls || len(w.receiver.Calls()) > hooks*calls*11/10 || w.letters(t) != 0 {
		t.Errorf("%d of %d calls came, %d times in all", len(came), hooks*calls, len(w.receiver.Calls()))
	}
}

// Messages that the stream lost, and calls that nobody put on it, are found.
func TestCallsWithoutAMessage(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, nil))
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.hook(t, "beta", "h1", w.receiver.URL)
	w.admin.MustExec(`INSERT INTO notifier.webhook_delivery (id_empresa, id, webhook_id, event, ref, body, state, queued_at, streamed_at) VALUES
('acme', 'lost', 'h1', 'alerta.nueva', 'lost', '{}', 'queued', $1, now() - interval '4 hours'), ('acme', 'waits', 'h1', 'alerta.nueva', 'waits', '{}', 'queued', $1, NULL),
('beta', 'waits', 'h1', 'alerta.nueva', 'of beta', '{}', 'queued', $1, NULL), ('acme', 'flies', 'h1', 'alerta.nueva', 'flies', '{}', 'queued', $1, now())`, noon)
	w.run(t)
	if err := w.store.StreamWaiting(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{"lost", "waits", "of beta"} {
		w.is(t, ref, "sent 1")
	}
	if err := w.store.StreamWaiting(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	w.is(t, "flies", "queued 0")
	if n := natstest.Stored(t, w.nats.Admin(t), stream.Webhook); n != 3 {
		t.Errorf("%d messages", n)
	}
}

// The company was suspended after the call was queued, and another event comes.
func TestASuspendedCompanyIsNotCalled(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, nil))
	w.admin.MustExec(`INSERT INTO identity.company (id_empresa, name, zone) VALUES ('acme', 'A', 'UTC'), ('beta', 'B', 'UTC')`)
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.hook(t, "beta", "h1", w.receiver.URL)
	w.call(t, "acme", "before")
	w.admin.MustExec(`UPDATE identity.company SET status = 'suspended' WHERE id_empresa = 'acme'`)
	w.call(t, "acme", "after")
	w.call(t, "beta", "other")
	w.run(t)
	w.is(t, "before", "failed company_suspended 0")
	w.is(t, "other", "sent 1")
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	if n := w.count(t, "notifier.webhook_delivery WHERE ref = 'after'"); n != 0 || len(w.receiver.Calls()) != 1 || w.letters(t) != 0 {
		t.Errorf("%d calls are queued, %d came, %d dead letters", n, len(w.receiver.Calls()), w.letters(t))
	}
	w.admin.MustExec(`UPDATE identity.company SET status = 'active' WHERE id_empresa = 'acme'`)
	w.call(t, "acme", "again")
	w.is(t, "again", "sent 1")
}

// A webhook may lead to somebody else by the time that a call is made. What it no longer asks for is not for them.
func TestAnEventThatIsNoLongerWanted(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, nil))
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.call(t, "acme", "a1")
	w.admin.MustExec(`UPDATE notifier.webhook SET events = '{alerta.cerrada}'`)
	w.run(t)
	w.is(t, "a1", "failed event_off 0")
	if n := len(w.receiver.Calls()); n != 0 {
		t.Errorf("%d calls came", n)
	}
}

// What is too large for a call does not end the change that tells of it.
func TestABodyThatIsTooLarge(t *testing.T) {
	t.Parallel()
	w := setup(t, hooktest.NewReceiver(t, nil))
	w.hook(t, "acme", "h1", w.receiver.URL)
	w.call(t, "acme", strings.Repeat("x", webhook.MaxBody/2))
	if n := w.count(t, "notifier.webhook_delivery WHERE state = 'failed' AND reason = 'too_large' AND body ->> 'data' IS NULL AND done_at IS NOT NULL"); n != 1 {
		t.Errorf("%d in the log", n)
	}
}

// A webhook has one hand until a call of it worked, and again after one that failed.
func TestHandsOfAWebhook(t *testing.T) {
	t.Parallel()
	const calls = 30
	var fails atomic.Bool
	var now, most atomic.Int32
	fails.Store(true)
	gate := make(chan struct{})
	open := sync.OnceFunc(func() { close(gate) })
	t.Cleanup(open)
	w := setup(t, hooktest.NewReceiver(t, func(rw http.ResponseWriter, req *http.Request) {
		if fails.Load() {
			rw.WriteHeader(http.StatusInternalServerError)
			return
		}
		if req.URL.Path == "/first" {
			return
		}
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			continue
		}
		<-gate
	}))
	w.hook(t, "acme", "h1", w.receiver.URL+"/hangs")
	w.hook(t, "beta", "h1", w.receiver.URL+"/first")
	w.run(t)
	fails.Store(false)
	w.call(t, "beta", "b")
	w.is(t, "b", "sent 1")
	for i := range calls {
		w.call(t, "acme", fmt.Sprint("a", i))
	}
	apptest.Until(t, func() bool { return now.Load() == 1 && w.looked(t) >= calls })
	if n := most.Load(); n != 1 {
		t.Errorf("%d calls at once", n)
	}
	w.admin.MustExec(`UPDATE notifier.webhook SET url = $1 WHERE id_empresa = 'beta'`, w.receiver.URL+"/hangs")
	for i := range calls {
		w.call(t, "beta", fmt.Sprint("b", i))
	}
	apptest.Until(t, func() bool { return now.Load() == 1+handsOfWebhook })
	open()
	apptest.Until(t, func() bool { return w.count(t, "notifier.webhook_delivery WHERE state = 'sent'") == 2*calls+1 })
	fails.Store(true)
	w.call(t, "beta", "last")
	w.is(t, "last", fmt.Sprint("failed http_500 ", webhook.MaxAttempts))
	w.hooks.mu.Lock()
	defer w.hooks.mu.Unlock()
	if w.hooks.worked["beta h1"] || !w.hooks.worked["acme h1"] {
		t.Errorf("worked %v", w.hooks.worked)
	}
}

// However many webhooks hang, hands are left for those that work.
func TestWebhooksThatHangLeaveHandsFree(t *testing.T) {
	t.Parallel()
	h := &Hooks{held: map[string]int{}, worked: map[string]bool{}}
	var give []func()
	for i := range 2 * hands {
		h.note(fmt.Sprint("c", i), "h1", false)
		if g, ok := h.take(fmt.Sprint("c", i), "h1"); ok {
			give = append(give, g)
		}
	}
	if len(give) != handsOfFailing {
		t.Errorf("webhooks that fail have %d hands", len(give))
	}
	g, ok := h.take("new", "h1")
	if !ok {
		t.Fatal("a webhook that was never called has no hand")
	}
	give = append(give, g)
	if _, ok := h.take("new", "h1"); ok {
		t.Error("a webhook that was never called has two hands")
	}
	h.note("well", "h1", true)
	for range handsOfWebhook {
		g, ok := h.take("well", "h1")
		if !ok {
			t.Fatal("a webhook that works has no hand")
		}
		give = append(give, g)
	}
	if _, ok := h.take("well", "h1"); ok {
		t.Error("a webhook has more than its hands")
	}
	h.note("c0", "h1", true) // It works while its hand still counts as one of those that fail.
	h.note("well", "h1", false)
	for _, g := range give {
		g()
	}
	if h.failing != 0 || len(h.held) != 0 {
		t.Errorf("%d hands of those that fail, held %v", h.failing, h.held)
	}
}

// looked returns how often a message found no hand free.
func (w *world) looked(t *testing.T) int {
	t.Helper()
	var m dto.Metric
	if err := w.hooks.metrics.calls.WithLabelValues(outcomeBusy).Write(&m); err != nil {
		t.Fatal(err)
	}
	return int(m.GetCounter().GetValue())
}
