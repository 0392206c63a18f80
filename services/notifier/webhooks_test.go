package notifier_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier"
	"github.com/terreno/terreno/services/notifier/hooktest"
)

// called returns a world whose webhooks may reach a receiver on this machine.
func called(t *testing.T, r *hooktest.Receiver, options ...natstest.Option) *world {
	t.Helper()
	w := &world{nats: natstest.Start(t, options...), database: pgtest.New(t, schemas...), issuer: authtest.New(t), clock: clock.NewManual(noon)}
	w.admin, w.geofence = w.database.Admin(t), w.nats.Bus(t, "geofence")
	w.config = func(c *notifier.Config) {
		c.WebhooksAllow, c.Roots = []string{"127.0.0.1/32"}, r.Roots()
	}
	w.again(t)
	return w
}

func hookBody(url, more string) string {
	return fmt.Sprintf(`{"name":"Central","url":%q%s}`, url, more)
}

// addHook adds a webhook and returns its id and secret.
func (w *world) addHook(t *testing.T, company, url string, more string) (id, secret string) {
	t.Helper()
	a := w.post(t, boss(company), "/v1/webhooks", hookBody(url, more)).Is(t, http.StatusCreated, "")
	return a.Body["id"].(string), a.Body["secret"].(string)
}

// deliveries returns the log of a webhook: event, ref, state and reason of each call.
func (w *world) deliveries(t *testing.T, company, id string) (lines []string) {
	t.Helper()
	for _, d := range w.get(t, boss(company), "/v1/webhooks/"+id+"/deliveries").Is(t, http.StatusOK, "").Body["deliveries"].([]any) {
		d := d.(body)
		reason, _ := d["reason"].(string)
		lines = append(lines, strings.TrimSpace(fmt.Sprint(d["event"], " ", d["ref"], " ", d["state"], " ", reason)))
	}
	return lines
}

func TestAWebhookFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, nil)
	w := called(t, r)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.start(t)
	id, secret := w.addHook(t, "acme", r.URL, `,"events":["alerta.actualizada"]`)
	w.addHook(t, "beta", r.URL, "")
	if a := w.get(t, boss("acme"), "/v1/webhooks").Is(t, http.StatusOK, ""); strings.Contains(a.Text, secret) || a.Body["webhooks"].([]any)[0].(body)["id"] != id || len(a.Body["events"].([]any)) != 5 {
		t.Errorf("list %s", a.Text)
	}
	w.raise(t, "acme", "ana", "a1")
	w.post(t, boss("acme"), "/v1/alerts/a1/acknowledge", `{"note":"voy"}`).Is(t, http.StatusOK, "")
	apptest.Until(t, func() bool { return len(r.Calls()) == 1 })
	c := r.Calls()[0]
	if err := c.Verify(secret, time.Now()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(c.Body, `"event":"alerta.actualizada","company":"acme","ref":"alert/a1"`) || !strings.Contains(c.Body, `"acknowledged_note":"voy"`) || !strings.Contains(c.Body, `"status":"reconocida"`) {
		t.Errorf("body %s", c.Body)
	}
	apptest.Until(t, func() bool { return fmt.Sprint(w.deliveries(t, "acme", id)) == "[alerta.actualizada alert/a1 sent]" })

	// The test button, and what the log says of it.
	a := w.post(t, boss("acme"), "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusAccepted, "")
	apptest.Until(t, func() bool { return len(w.deliveries(t, "acme", id)) == 2 && len(r.Calls()) == 2 })
	if d := r.Calls()[1].Header.Get("Terreno-Delivery"); d != a.Body["delivery_id"] {
		t.Errorf("called as %s, answered %s", d, a.Text)
	}
	page := w.get(t, boss("acme"), "/v1/webhooks/"+id+"/deliveries?limit=1").Is(t, http.StatusOK, "")
	next := w.get(t, boss("acme"), "/v1/webhooks/"+id+"/deliveries?limit=1&cursor="+page.Body["next"].(string)).Is(t, http.StatusOK, "")
	if !strings.Contains(page.Text, "webhook.prueba") || !strings.Contains(next.Text, "alerta.actualizada") || next.Body["next"] != nil {
		t.Errorf("pages %s %s", page.Text, next.Text)
	}

	// Off, on, and gone.
	put := func(more, code string, status int) answer {
		t.Helper()
		return w.do(t, boss("acme"), http.MethodPut, "/v1/webhooks/"+id, hookBody(r.URL, more)).Is(t, status, code)
	}
	put(`,"active":false,"version":7`, "webhook_changed", http.StatusConflict)
	put(`,"active":false`, "validation_failed", http.StatusUnprocessableEntity)
	put(`,"active":false,"version":1`, "", http.StatusOK)
	w.post(t, boss("acme"), "/v1/alerts/a1/resolve", "").Is(t, http.StatusOK, "")
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	put(`,"version":2`, "", http.StatusOK)
	if n := len(r.Calls()); n != 2 {
		t.Errorf("%d calls, one of a webhook that was off", n)
	}
	w.do(t, boss("acme"), http.MethodDelete, "/v1/webhooks/"+id, "").Is(t, http.StatusNoContent, "")
	w.get(t, boss("acme"), "/v1/webhooks/"+id).Is(t, http.StatusNotFound, "webhook_not_found")
	if n := pgtest.Count(t, w.admin, "notifier.webhook_delivery WHERE id_empresa = 'acme'"); n != 0 {
		t.Errorf("%d calls are left", n)
	}
	log := strings.Join(w.changes(t, "acme"), "\n")
	for _, want := range []string{"webhook.created", "webhook.changed", "webhook.deleted", `"active":false`} {
		if !strings.Contains(log, want) || strings.Contains(log, "whsec_") {
			t.Errorf("log of changes\n%s", log)
		}
	}
}

// A secret is shown to whoever made it, again for a repeated request, and to nobody else. For a day both sign.
func TestSecretsOfAWebhook(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, nil)
	w := called(t, r)
	w.start(t)
	key := []string{"Idempotency-Key", "k1"}
	first := w.post(t, boss("acme"), "/v1/webhooks", hookBody(r.URL, ""), key...).Is(t, http.StatusCreated, "")
	again := w.post(t, boss("acme"), "/v1/webhooks", hookBody(r.URL, ""), key...).Is(t, http.StatusCreated, "")
	if again.Text != first.Text || first.Body["secret"] == nil {
		t.Errorf("repeated %s, first %s", again.Text, first.Text)
	}
	if n := pgtest.Count(t, w.admin, `notifier.idempotency_key i WHERE i::text LIKE '%whsec_%'`); n != 0 {
		t.Error("a secret lies among the answers")
	}
	id, old := first.Body["id"].(string), first.Body["secret"].(string)
	rotated := w.post(t, boss("acme"), "/v1/webhooks/"+id+"/rotate", "", "Idempotency-Key", "k2").Is(t, http.StatusOK, "")
	fresh := rotated.Body["secret"].(string)
	if fresh == old || rotated.Body["old_secret_until"] != "2026-03-09T12:00:00Z" {
		t.Errorf("rotated %s", rotated.Text)
	}
	if a := w.post(t, boss("acme"), "/v1/webhooks/"+id+"/rotate", "", "Idempotency-Key", "k2").Is(t, http.StatusOK, ""); a.Text != rotated.Text {
		t.Errorf("repeated %s", a.Text)
	}
	if a := w.post(t, boss("acme"), "/v1/webhooks", hookBody(r.URL, ""), key...).Is(t, http.StatusCreated, ""); a.Body["secret"] != nil {
		t.Error("the first answer shows a secret that is no longer the first")
	}
	for i, valid := range [][2]bool{{true, true}, {true, false}} {
		w.post(t, boss("acme"), "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusAccepted, "")
		apptest.Until(t, func() bool { return len(r.Calls()) == i+1 })
		c := r.Calls()[i]
		if (c.Verify(fresh, time.Now()) == nil) != valid[0] || (c.Verify(old, time.Now()) == nil) != valid[1] {
			t.Errorf("call %d is signed %s", i, c.Header.Get("Terreno-Signature"))
		}
		w.clock.Advance(day)
	}
}

// A secret with which no call is signed any more is not kept.
func TestOldSecretsAreForgotten(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id, _ := w.addHook(t, "acme", "https://example.com/", "")
	w.post(t, boss("acme"), "/v1/webhooks/"+id+"/rotate", "").Is(t, http.StatusOK, "")
	w.clock.Advance(day)
	later, _ := w.addHook(t, "beta", "https://example.com/", "")
	w.post(t, boss("beta"), "/v1/webhooks/"+later+"/rotate", "").Is(t, http.StatusOK, "")
	w.start(t, "upkeep")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "notifier.webhook WHERE id_empresa = 'acme' AND old_secret = '' AND secret <> ''") == 1
	})
	if n := pgtest.Count(t, w.admin, "notifier.webhook WHERE id_empresa = 'beta' AND old_secret <> ''"); n != 1 {
		t.Error("a secret that still signs is forgotten")
	}
	if a := w.get(t, boss("acme"), "/v1/webhooks/"+id).Is(t, http.StatusOK, ""); a.Body["old_secret_until"] != nil {
		t.Error(a.Text)
	}
}

func TestWebhooksThatAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for url, code := range map[string]string{
		"http://example.com": "https", "https://localhost/": "private", "https://127.0.0.1/": "private", "https://[::ffff:10.0.0.1]/": "private",
		"https://169.254.169.254/latest/meta-data": "private", "https://user:secret@example.com/": "user", "ftp://example.com": "https", "": "incomplete", "no address": "incomplete",
	} {
		a := w.post(t, boss("acme"), "/v1/webhooks", hookBody(url, "")).Is(t, http.StatusUnprocessableEntity, "webhook_url_"+code)
		if got := a.Body["errors"].([]any)[0].(body)["location"]; got != "body.url" {
			t.Errorf("%s: %s", url, a.Text)
		}
	}
	a := w.post(t, boss("acme"), "/v1/webhooks", hookBody("https://example.com", `,"events":["alert.nothing"]`)).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	if got := a.Body["errors"].([]any)[0].(body)["location"]; got != "body.events" {
		t.Error(a.Text)
	}
	for range 20 {
		w.addHook(t, "acme", "https://example.com", "")
	}
	w.post(t, boss("acme"), "/v1/webhooks", hookBody("https://example.com", "")).Is(t, http.StatusConflict, "too_many_webhooks")
	w.addHook(t, "beta", "https://example.com", "")
	for _, wrong := range []string{"10.0.0.0", "x", "10.0.0.0/40", "::ffff:10.0.0.0/104"} {
		c := notifier.Config{Unresolved: 90 * day, Retention: 400 * day, WebhooksAllow: []string{wrong}}
		if errs := c.Validate(); len(errs) != 1 || !strings.Contains(errs[0].Error(), "TERRENO_WEBHOOKS_ALLOW") {
			t.Errorf("%s: %v", wrong, errs)
		}
	}
}

func TestNobodyReachesAnothersWebhooks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id, _ := w.addHook(t, "beta", "https://example.com/", "")
	for _, who := range []string{audience.RoleSupervisor, audience.RoleColaborador} {
		w.get(t, claims("beta", "x", who), "/v1/webhooks").Is(t, http.StatusForbidden, "forbidden")
	}
	w.get(t, claims("", "root", audience.RolePlatformAdmin), "/v1/webhooks").Is(t, http.StatusForbidden, "forbidden")
	acme := boss("acme")
	w.get(t, acme, "/v1/webhooks/"+id).Is(t, http.StatusNotFound, "webhook_not_found")
	w.get(t, acme, "/v1/webhooks/"+id+"/deliveries").Is(t, http.StatusNotFound, "webhook_not_found")
	w.post(t, acme, "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusNotFound, "webhook_not_found")
	w.post(t, acme, "/v1/webhooks/"+id+"/rotate", "").Is(t, http.StatusNotFound, "webhook_not_found")
	w.do(t, acme, http.MethodDelete, "/v1/webhooks/"+id, "").Is(t, http.StatusNotFound, "webhook_not_found")
	w.do(t, acme, http.MethodPut, "/v1/webhooks/"+id, hookBody("https://example.com", `,"version":1`)).Is(t, http.StatusNotFound, "webhook_not_found")
	if a := w.get(t, acme, "/v1/webhooks").Is(t, http.StatusOK, ""); len(a.Body["webhooks"].([]any)) != 0 {
		t.Error(a.Text)
	}
}

// Somebody leans on the test button.
func TestManyTestsOfAWebhook(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id, _ := w.addHook(t, "acme", "https://example.com/", `,"active":false`)
	other, _ := w.addHook(t, "acme", "https://example.com/", "")
	for range 10 {
		w.post(t, boss("acme"), "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusAccepted, "")
	}
	w.post(t, boss("acme"), "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusConflict, "too_many_tests")
	w.post(t, boss("acme"), "/v1/webhooks/"+other+"/test", "").Is(t, http.StatusAccepted, "")
}

// Without NATS a call waits in the outbox, and is made when NATS is back.
func TestWebhooksWithoutTheBus(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, nil)
	w := called(t, r)
	id, _ := w.addHook(t, "acme", r.URL, "")
	w.nats.Stop(t)
	for range 5 {
		w.post(t, boss("acme"), "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusAccepted, "")
	}
	w.nats.Restart(t)
	w.again(t)
	w.start(t)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "notifier.webhook_delivery WHERE state = 'sent'") == 5
	})
	seen := map[string]bool{}
	for _, c := range r.Calls() {
		seen[c.Header.Get("Terreno-Delivery")] = true
	}
	if len(seen) != 5 || natstest.Stored(t, w.nats.Admin(t), stream.DLQ) != 0 {
		t.Errorf("%d calls came", len(seen))
	}
}

// What the inbox stores is told once, however often its messages come.
func TestWebhooksHearOfAlertsFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, nil)
	w := called(t, r)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.start(t)
	id, _ := w.addHook(t, "acme", r.URL, "")
	for range 2 {
		w.tell(t, "acme", "tardia", episode("a1", "ana", noon, late))
		w.tell(t, "acme", "nueva", episode("a1", "ana", noon))
		w.tell(t, "acme", "cerrada", episode("a1", "ana", noon, over(noon.Add(time.Hour))))
		w.tell(t, "beta", "nueva", episode("b1", "ana", noon))
		w.settled(t)
		w.again(t)
		w.start(t)
	}
	w.tell(t, "acme", "nueva", episode("a1", "ana", noon, body{"raised_at": noon.Add(2 * time.Minute).Format(time.RFC3339Nano)}))
	w.settled(t)
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.webhook_delivery WHERE state = 'queued'") == 0 })
	lines := w.deliveries(t, "acme", id)
	slices.Sort(lines)
	if got := strings.Join(lines, ", "); got != "alerta.cerrada alert/a1 sent, alerta.nueva alert/a1 sent, alerta.tardia alert/a1 sent" {
		t.Errorf("told %s", got)
	}
	for _, c := range r.Calls() {
		if !strings.Contains(c.Body, `"user_id":"ana"`) || !strings.Contains(c.Body, `"lat":-12.0464`) {
			t.Errorf("body %s", c.Body)
		}
	}
}
