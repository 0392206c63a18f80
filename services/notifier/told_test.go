package notifier_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

func TestOnesOwnNotifications(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, leo := worker("acme", "ana"), worker("acme", "leo")
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{}")
		w.user(t, company, "leo", audience.RoleColaborador, "{}")
		for n := range 5 {
			w.clock.Advance(time.Second)
			w.notify(t, company, chatFor("ana", fmt.Sprint(n)))
		}
	}
	w.notify(t, "acme", chatFor("leo", "9"))
	first := w.get(t, ana, "/v1/notifications?limit=2").Is(t, http.StatusOK, "")
	second := w.get(t, ana, "/v1/notifications?limit=4&cursor="+first.Body["next"].(string)).Is(t, http.StatusOK, "")
	ids := append(first.IDs(t, "notifications"), second.IDs(t, "notifications")...)
	if len(ids) != 5 || second.Body["next"] != nil || first.Body["unread"] != 5.0 || !strings.Contains(first.Text, `"ref":"conversation/c1"`) {
		t.Errorf("listed %v; first page %s", ids, first.Text)
	}
	path := "/v1/notifications/" + ids[3]
	// Nobody else says what became of it.
	for _, who := range []string{"acme leo colaborador", "acme boss admin", "beta ana colaborador"} {
		f := strings.Fields(who)
		for _, what := range []string{"/delivered", "/opened"} {
			w.post(t, claims(f[0], f[1], f[2]), path+what, "").Is(t, http.StatusNotFound, "not_found")
		}
		w.post(t, claims(f[0], f[1], f[2]), "/v1/notifications/read", `{"until":"`+ids[3]+`"}`).Is(t, http.StatusNotFound, "not_found")
	}
	a := w.post(t, ana, path+"/delivered", "").Is(t, http.StatusOK, "")
	if a.Body["delivered_at"] == nil || a.Body["opened_at"] != nil || a.Body["read_at"] != nil {
		t.Errorf("delivered: %s", a.Text)
	}
	w.clock.Advance(time.Minute)
	opened := w.post(t, ana, path+"/opened", "").Is(t, http.StatusOK, "")
	if opened.Body["delivered_at"] != a.Body["delivered_at"] || opened.Body["opened_at"] == nil || opened.Body["read_at"] == nil {
		t.Errorf("opened: %s", opened.Text)
	}
	w.clock.Advance(time.Minute)
	if again := w.post(t, ana, path+"/opened", ""); again.Text != opened.Text {
		t.Errorf("opened again: %s, before %s", again.Text, opened.Text)
	}
	if a := w.get(t, ana, "/v1/notifications?unread=true"); a.Body["unread"] != 4.0 || len(a.IDs(t, "notifications")) != 4 {
		t.Errorf("unread: %s", a.Text)
	}
	// What came after the one that was seen stays unread.
	if a := w.post(t, ana, "/v1/notifications/read", `{"until":"`+ids[1]+`"}`).Is(t, http.StatusOK, ""); a.Body["unread"] != 1.0 {
		t.Errorf("read: %s", a.Text)
	}
	if got := w.get(t, ana, "/v1/notifications?unread=true").IDs(t, "notifications"); len(got) != 1 || got[0] != ids[0] {
		t.Errorf("unread are %v", got)
	}
	if a := w.get(t, leo, "/v1/notifications"); a.Body["unread"] != 1.0 {
		t.Errorf("somebody else's became read: %s", a.Text)
	}
	if n := pgtest.Count(t, w.admin, "notifier.notification WHERE id_empresa = 'beta' AND read_at IS NULL"); n != 5 {
		t.Errorf("%d of the other company are unread, want 5", n)
	}
}

func TestTheLogShowsWhatBecameOfWhatVisiblePeopleWereTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{norte}")
		w.user(t, company, "leo", audience.RoleColaborador, "{sur}")
		w.user(t, company, "sol", audience.RoleSupervisor, "{norte}")
		w.user(t, company, "boss", audience.RoleAdmin, "{}")
		w.bring(t, claims(company, "sol", audience.RoleSupervisor), company)
	}
	w.start(t, "inbox")
	w.tell(t, "acme", "nueva", episode("a1", "ana", noon, body{"type": "of_a_test"}))
	w.tell(t, "acme", "nueva", episode("a2", "leo", noon, body{"type": "of_a_test"}))
	w.settled(t)
	w.notify(t, "acme", panicFor("sol"), panicFor("boss"), chatFor("ana", "1"), chatFor("leo", "1"))
	w.notify(t, "beta", panicFor("sol"), chatFor("ana", "1"))
	w.exec(t, `UPDATE notifier.delivery SET state = 'failed', reason = 'unregistered', attempts = 2, done_at = now() WHERE id_empresa = 'acme'`)
	sol, admin := claims("acme", "sol", audience.RoleSupervisor), boss("acme")
	people := func(a answer) (list []string) {
		for _, n := range a.Is(t, http.StatusOK, "").Body["notifications"].([]any) {
			list = append(list, fmt.Sprint(n.(body)["user_id"], " ", n.(body)["kind"], " ", n.(body)["skipped"]))
		}
		return list
	}
	a := w.get(t, sol, "/v1/alerts/a1/notifications").Is(t, http.StatusOK, "")
	same(t, "of the alert", people(a), "[sol panic ]")
	if a.Body["all"] != 2.0 || !strings.Contains(a.Text, `"state":"failed","reason":"unregistered","attempts":2`) || !strings.Contains(a.Text, `"user_name":"Persona sol"`) {
		t.Errorf("of the alert: %s", a.Text)
	}
	if strings.Contains(a.Text, "pánico") {
		t.Errorf("the log holds texts: %s", a.Text)
	}
	if got := people(w.get(t, admin, "/v1/alerts/a1/notifications")); len(got) != 2 {
		t.Errorf("an admin sees %v", got)
	}
	w.get(t, sol, "/v1/alerts/a2/notifications").Is(t, http.StatusNotFound, "not_found")
	w.get(t, boss("beta"), "/v1/alerts/a1/notifications").Is(t, http.StatusNotFound, "not_found")
	for query, want := range map[string]int{"": 4, "?kind=chat": 2, "?user=ana": 1, "?alert=a1": 2, "?alert=a2": 0, "?user=ana&kind=panic": 0} {
		if got := people(w.get(t, admin, "/v1/notification-log"+query)); len(got) != want {
			t.Errorf("an admin sees %v with %q", got, query)
		}
	}
	for query, want := range map[string]string{"?kind=chat": "[ana chat no_device]", "?user=leo": "[]", "?user=boss": "[]", "?alert=a1": "[sol panic ]"} {
		same(t, "a supervisor with "+query, people(w.get(t, sol, "/v1/notification-log"+query)), want)
	}
	w.get(t, worker("acme", "ana"), "/v1/notification-log").Is(t, http.StatusForbidden, "forbidden")
	w.get(t, worker("acme", "ana"), "/v1/alerts/a1/notifications").Is(t, http.StatusForbidden, "forbidden")
	// A page goes on where the one before ended, in the viewer's own company.
	next, _ := w.get(t, boss("beta"), "/v1/notification-log?limit=1").Body["next"].(string)
	if got := w.get(t, admin, "/v1/notification-log?cursor="+next); next == "" || strings.Contains(got.Text, notice.Notice{User: "sol", Kind: "panic", Ref: "alert/a1"}.ID("beta")) {
		t.Errorf("another's cursor shows %s", got.Text)
	}
}

func TestWhatWasToldIsKeptForNinetyDays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{}")
	w.bring(t, worker("acme", "ana"), "a")
	w.notify(t, "acme", chatFor("ana", "old"))
	w.clock.Advance(2 * time.Minute)
	w.notify(t, "acme", chatFor("ana", "new"))
	w.clock.Advance(90*day - time.Minute)
	w.start(t, "upkeep")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.notification") == 1 })
	if n := pgtest.Count(t, w.admin, "notifier.delivery"); n != 1 {
		t.Errorf("%d deliveries are left", n)
	}
}
