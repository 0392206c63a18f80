package notifier_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

func worker(company, user string) auth.Claims { return claims(company, user, audience.RoleColaborador) }

// signedIn are the claims of a worker's session.
func signedIn(company, user, session string) auth.Claims {
	c := worker(company, user)
	c.Session = session
	return c
}

// bring lets a device of somebody take pushes.
func (w *world) bring(t *testing.T, who auth.Claims, token string, more ...body) answer {
	t.Helper()
	b := body{"platform": "android", "app": "terreno 2.3"}
	for _, m := range more {
		for k, v := range m {
			b[k] = v
		}
	}
	return w.do(t, who, http.MethodPut, "/v1/push-tokens/"+url.PathEscape(token), jsonOf(t, b))
}

// devices returns whose each stored token is, as company/user:token, separated by blanks.
func (w *world) devices(t *testing.T) string {
	t.Helper()
	var all []string
	if err := w.admin.SelectContext(t.Context(), &all, `SELECT id_empresa || '/' || user_id || ':' || token FROM notifier.push_token ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

// changer returns a store and what makes changes in it, beside those of the service. Nothing that they emit is published.
func (w *world) changer(t *testing.T) (*store.Store, *change.Changes) {
	t.Helper()
	pool := w.database.DB(t, name)
	relay := outbox.NewRelay(pool, w.nats.Bus(t, name), notifier.Schema.Name, natstest.Log(t), nil)
	changes := change.New(pool, relay, notifier.Schema.Name, w.clock)
	return store.New(pool, changes, alert.Settings{UnresolvedDays: 90}), changes
}

// notify tells people something, in one change of a worker.
func (w *world) notify(t *testing.T, company string, notices ...notice.Notice) (told notice.Told) {
	t.Helper()
	s, changes := w.changer(t)
	err := changes.AsWorkerFor(t.Context(), company, "test", func(ch *change.Change) (err error) {
		told, err = s.Notify(t.Context(), ch, notices)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// notified returns what is stored of notifications, as user kind skipped body, by user.
func (w *world) notified(t *testing.T, company string) []string {
	t.Helper()
	var all []string
	if err := w.admin.SelectContext(t.Context(), &all, `SELECT concat_ws(' | ', user_id, kind, nullif(skipped, ''), body) FROM notifier.notification WHERE id_empresa = $1
ORDER BY user_id, kind, body`, company); err != nil {
		t.Fatal(err)
	}
	return all
}

// zone moves a company to a time zone.
func (w *world) zone(t *testing.T, company, zone string) {
	t.Helper()
	w.exec(t, `UPDATE identity.company SET zone = $2 WHERE id_empresa = $1`, company, zone)
}

func (w *world) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func panicFor(user string) notice.Notice {
	return notice.Notice{User: user, Kind: notice.KindPanic, Ref: "alert/a1", Urgent: true, Args: map[string]string{"name": "Juan Pérez"}}
}

func chatFor(user, once string) notice.Notice {
	return notice.Notice{User: user, Kind: notice.KindChat, Ref: "conversation/c1", Once: once, Args: map[string]string{"name": "Eva"}}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func hours(n int) time.Time { return noon.Add(time.Duration(n) * time.Hour) }

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
