package notifier_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// fcm is a token as Firebase gives them out.
func fcm(n int) string { return fmt.Sprintf("dK%d:APA91bH_%s-x", n, strings.Repeat("q", 140)) }

func TestADeviceTakesPushesForWhoeverBroughtItLast(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "leo"} {
			w.user(t, company, user, audience.RoleColaborador, "{norte}")
		}
	}
	a := w.bring(t, worker("acme", "ana"), fcm(1), body{"language": "en"}).Is(t, http.StatusOK, "")
	if a.Body["id"] != notice.TokenID(fcm(1)) || a.Body["language"] != "en" || strings.Contains(a.Text, "APA91bH") {
		t.Errorf("answered %s", a.Text)
	}
	again := w.bring(t, worker("acme", "ana"), fcm(1)).Is(t, http.StatusOK, "")
	if again.Body["created_at"] != a.Body["created_at"] || again.Body["language"] != "" {
		t.Errorf("again answered %s", again.Text)
	}
	w.bring(t, worker("acme", "ana"), fcm(2)).Is(t, http.StatusOK, "")
	same(t, "two devices", w.devices(t), "acme/ana:"+fcm(1)+" acme/ana:"+fcm(2))
	// A phone that is handed on, within the company and to another one: nobody goes on reading what is meant for the one before.
	w.bring(t, worker("acme", "leo"), fcm(1)).Is(t, http.StatusOK, "")
	w.bring(t, worker("beta", "ana"), fcm(2)).Is(t, http.StatusOK, "")
	same(t, "handed on", w.devices(t), "acme/leo:"+fcm(1)+" beta/ana:"+fcm(2))
	if told := w.notify(t, "acme", panicFor("ana")); told.Devices != 0 || len(told.Silent) != 1 {
		t.Errorf("ana of acme is told on somebody's device: %+v", told)
	}
	if told := w.notify(t, "beta", panicFor("ana"), panicFor("leo")); told.Devices != 1 {
		t.Errorf("beta: %+v", told)
	}
	// Nobody takes a device away without its token, or with the id that the list shows.
	w.do(t, worker("acme", "ana"), http.MethodDelete, "/v1/push-tokens/"+fcm(1), "").Is(t, http.StatusNoContent, "")
	w.do(t, worker("acme", "ana"), http.MethodDelete, "/v1/push-tokens/"+fcm(2), "").Is(t, http.StatusNoContent, "")
	w.do(t, worker("beta", "leo"), http.MethodDelete, "/v1/push-tokens/"+notice.TokenID(fcm(2)), "").Is(t, http.StatusNoContent, "")
	same(t, "after others deleted", w.devices(t), "acme/leo:"+fcm(1)+" beta/ana:"+fcm(2))
	w.do(t, worker("acme", "leo"), http.MethodDelete, "/v1/push-tokens/"+fcm(1), "").Is(t, http.StatusNoContent, "")
	same(t, "after its user deleted it", w.devices(t), "beta/ana:"+fcm(2))
}

func TestTokensThatCannotBe(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana := worker("acme", "ana")
	for what, token := range map[string]string{
		"10 kB": strings.Repeat("x", 10_000), "one too long": strings.Repeat("x", 4097), "a blank": "a b", "a tab": "a\tb", "a letter with an accent": "ñ", "a control character": "a\x7f",
	} {
		a := w.bring(t, ana, token)
		if a.Status != http.StatusUnprocessableEntity || strings.Contains(a.Text, "xxxxxxxx") || len(a.Text) > 2000 {
			t.Errorf("%s: %d %.200s", what, a.Status, a.Text)
		}
		if what != "10 kB" {
			w.do(t, ana, http.MethodDelete, "/v1/push-tokens/"+url.PathEscape(token), "").Is(t, http.StatusUnprocessableEntity, "validation_failed")
		}
	}
	for what, b := range map[string]body{
		"an unknown platform": {"platform": "symbian"}, "no platform": {"platform": ""}, "an unknown language": {"language": "tlh"},
		"a long app": {"app": strings.Repeat("x", 65)}, "an app of two lines": {"app": "a\nb"},
	} {
		if a := w.bring(t, ana, fcm(1), b); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
	w.bring(t, ana, strings.Repeat("x", 4096)).Is(t, http.StatusOK, "")
	w.bring(t, ana, "a:/+%~").Is(t, http.StatusOK, "")
	same(t, "stored", w.devices(t), "acme/ana:a:/+%~ acme/ana:"+strings.Repeat("x", 4096))
}

// A user who brings ever more tokens has 20 in the end, those that came last.
func TestDevicesOfAUserAreBounded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{}")
	for n := range 25 {
		w.exec(t, `UPDATE notifier.push_token SET seen_at = seen_at - interval '1 hour'`)
		w.bring(t, worker("acme", "ana"), fcm(n)).Is(t, http.StatusOK, "")
	}
	got := strings.Fields(w.devices(t))
	if len(got) != 20 || strings.Contains(strings.Join(got, " "), fcm(4)) || !strings.Contains(strings.Join(got, " "), fcm(5)) {
		t.Errorf("%d devices are left", len(got))
	}
}

func TestWhoSeesDevices(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{norte}")
		w.user(t, company, "leo", audience.RoleColaborador, "{sur}")
		w.user(t, company, "sol", audience.RoleSupervisor, "{norte}")
		w.bring(t, worker(company, "ana"), company+fcm(1)).Is(t, http.StatusOK, "")
	}
	for _, who := range []string{"boss admin", "sol supervisor", "ana colaborador"} {
		user, role, _ := strings.Cut(who, " ")
		a := w.get(t, claims("acme", user, role), "/v1/users/ana/push-tokens").Is(t, http.StatusOK, "")
		if ids := a.IDs(t, "tokens"); len(ids) != 1 || ids[0] != notice.TokenID("acme"+fcm(1)) || strings.Contains(a.Text, "APA91bH") {
			t.Errorf("%s sees %s", who, a.Text)
		}
	}
	w.get(t, claims("acme", "sol", audience.RoleSupervisor), "/v1/users/leo/push-tokens").Is(t, http.StatusNotFound, "not_found")
	w.get(t, worker("acme", "leo"), "/v1/users/ana/push-tokens").Is(t, http.StatusNotFound, "not_found")
	w.get(t, boss("acme"), "/v1/users/nobody/push-tokens").Is(t, http.StatusNotFound, "not_found")
	w.get(t, boss("gamma"), "/v1/users/ana/push-tokens").Is(t, http.StatusNotFound, "not_found")
}

// A phone was stolen: an admin of the same company takes it away, and nobody else can.
func TestAnAdminRemovesADevice(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{norte}")
		w.user(t, company, "leo", audience.RoleColaborador, "{norte}")
		w.user(t, company, "sol", audience.RoleSupervisor, "{norte}")
		w.bring(t, worker(company, "ana"), company+fcm(1)).Is(t, http.StatusOK, "")
		w.bring(t, worker(company, "ana"), company+fcm(2)).Is(t, http.StatusOK, "")
	}
	all := w.devices(t)
	stolen := notice.TokenID("acme" + fcm(1))
	of := func(user, id string) string { return "/v1/users/" + user + "/push-tokens/" + id }
	w.do(t, claims("acme", "sol", audience.RoleSupervisor), http.MethodDelete, of("ana", stolen), "").Is(t, http.StatusForbidden, "forbidden")
	w.do(t, worker("acme", "ana"), http.MethodDelete, of("ana", stolen), "").Is(t, http.StatusForbidden, "forbidden")
	w.do(t, boss("gamma"), http.MethodDelete, of("ana", stolen), "").Is(t, http.StatusNotFound, "not_found")
	w.do(t, boss("acme"), http.MethodDelete, of("nobody", stolen), "").Is(t, http.StatusNotFound, "not_found")
	// The company is that of the token, the user that of the path, and the id is that of the list.
	w.do(t, boss("beta"), http.MethodDelete, of("ana", stolen), "").Is(t, http.StatusNoContent, "")
	w.do(t, boss("acme"), http.MethodDelete, of("leo", stolen), "").Is(t, http.StatusNoContent, "")
	w.do(t, boss("acme"), http.MethodDelete, of("ana", "none"), "").Is(t, http.StatusNoContent, "")
	same(t, "after others tried", w.devices(t), all)
	for range 2 { // the second admin finds it gone
		w.do(t, boss("acme"), http.MethodDelete, of("ana", stolen), "").Is(t, http.StatusNoContent, "")
	}
	same(t, "removed", w.devices(t), strings.Replace(all, "acme/ana:acme"+fcm(1)+" ", "", 1))
	if n := pgtest.Count(t, w.admin, "notifier.change_log WHERE id_empresa = 'acme' AND what = 'user.device_removed' AND entity = 'user/ana' AND made_by = 'boss'"); n != 1 {
		t.Errorf("the log has %d lines of it", n)
	}
}

// untilDevices waits until exactly these devices are left.
func (w *world) untilDevices(t *testing.T, want string) {
	t.Helper()
	got := ""
	t.Cleanup(func() {
		if got != want {
			t.Errorf("the devices are %s, want %s", got, want)
		}
	})
	apptest.Until(t, func() bool { got = w.devices(t); return got == want })
}

// identity tells something of a company, as it does over the stream DIRECTORY.
func (w *world) identity(t *testing.T, b *bus.Bus, company, event, entity string, m proto.Message) {
	t.Helper()
	s, err := subject.New(company, "directorio", event, entity)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(t.Context(), bus.Message{Subject: s, ID: s.String() + string(raw), Data: raw}); err != nil {
		t.Fatal(err)
	}
}

// listens waits until the service hears of sessions. What was told before is in the database when it begins, except in a test.
func (w *world) listens(t *testing.T, identity *bus.Bus) {
	t.Helper()
	w.bring(t, signedIn("acme", "ana", "first"), "first")
	told := int64(0)
	apptest.Until(t, func() bool {
		told++
		w.identity(t, identity, "acme", "sesion", "first", &terrenov1.DirectorySession{Id: "first", TokensUntilMs: told})
		return !strings.Contains(w.devices(t), "first")
	})
}

func TestADeviceGoesWithItsSessionAndItsUser(t *testing.T) {
	t.Parallel()
	w := setup(t)
	identity := w.nats.Bus(t, "identity")
	for _, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "leo", "eva"} {
			w.user(t, company, user, audience.RoleColaborador, "{}")
		}
		w.bring(t, signedIn(company, "ana", "s1"), company+"-ana-1")
		w.bring(t, signedIn(company, "ana", "s2"), company+"-ana-2")
		w.bring(t, signedIn(company, "leo", "s3"), company+"-leo-3")
		w.bring(t, signedIn(company, "eva", "s4"), company+"-eva-4")
		w.bring(t, signedIn(company, "eva", "s5"), company+"-eva-5")
	}
	// What somebody brought after its tokens were revoked was brought with a new one.
	w.exec(t, `UPDATE notifier.push_token SET seen_at = seen_at - interval '1 hour' WHERE token = 'acme-eva-4'`)
	w.start(t, "devices")
	w.listens(t, identity)
	w.identity(t, identity, "acme", "sesion", "s1", &terrenov1.DirectorySession{Id: "s1", TokensUntilMs: time.Now().UnixMilli()})
	w.identity(t, identity, "acme", "usuario", "leo", &terrenov1.DirectoryUser{Id: "leo", Role: "colaborador", Version: 2})
	w.identity(t, identity, "acme", "usuario", "ana", &terrenov1.DirectoryUser{Id: "ana", Role: "colaborador", Active: true, Version: 2, Teams: []string{"sur"}})
	w.identity(t, identity, "acme", "usuario", "eva", &terrenov1.DirectoryUser{
		Id: "eva", Role: "colaborador", Active: true, Version: 3, TokensValidFromMs: time.Now().Add(-30 * time.Minute).UnixMilli(),
	})
	want := "acme/ana:acme-ana-2 acme/eva:acme-eva-5 beta/ana:beta-ana-1 beta/ana:beta-ana-2 beta/eva:beta-eva-4 beta/eva:beta-eva-5 beta/leo:beta-leo-3"
	w.untilDevices(t, want)
}

// Messages may have been missed. The service compares what it has when it starts.
func TestDevicesOfWhoLeftWhileTheServiceWasAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "leo", "eva", "out"} {
		w.user(t, "acme", user, audience.RoleColaborador, "{}")
	}
	const session = "0195a000-0000-7000-8000-000000000001"
	w.bring(t, signedIn("acme", "ana", session), "ana")
	w.bring(t, signedIn("acme", "ana", "another"), "ana-2")
	w.bring(t, signedIn("acme", "leo", "s3"), "leo")
	w.bring(t, signedIn("acme", "eva", "s4"), "eva")
	w.bring(t, signedIn("acme", "nobody", "s5"), "nobody")
	w.exec(t, `INSERT INTO identity.session_family (id_empresa, id, user_id, started_at, used_at, expires_at, tokens_until)
		VALUES ('acme', $1, 'ana', now(), now(), now() + interval '1 day', now())`, session)
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'leo'`)
	w.exec(t, `UPDATE identity.users SET tokens_valid_from = now() + interval '1 minute' WHERE id = 'eva'`)
	// Even before, nobody is told on a device of who left or of who signed out everywhere.
	if told := w.notify(t, "acme", panicFor("leo"), panicFor("eva"), panicFor("nobody")); told.Devices != 0 || fmt.Sprint(told.Gone) != "[leo nobody]" {
		t.Errorf("told %+v", told)
	}
	w.start(t, "devices")
	w.untilDevices(t, "acme/ana:ana-2")
}

func TestSilentDevicesTakeOnlyWhatIsUrgentAndGoInTheEnd(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{}")
	for token, age := range map[string]int{"fresh": 59, "silent": 61, "almost": 269, "gone": 271} {
		w.bring(t, worker("acme", "ana"), token)
		w.exec(t, `UPDATE notifier.push_token SET seen_at = now() - $2 * interval '1 day' WHERE token = $1`, token, age)
	}
	if told := w.notify(t, "acme", chatFor("ana", "1")); told.Devices != 1 {
		t.Errorf("a chat message goes to %d devices, want the one that was not silent", told.Devices)
	}
	if told := w.notify(t, "acme", panicFor("ana")); told.Devices != 4 {
		t.Errorf("a call for help goes to %d devices", told.Devices)
	}
	w.start(t, "upkeep")
	w.untilDevices(t, "acme/ana:almost acme/ana:fresh acme/ana:silent")
}

// Two people bring one token at the same moment, as when a phone changes hands while its network is slow.
func TestATokenThatManyBringAtOnceHasOneOwner(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var all sync.WaitGroup
	for round := range 10 {
		start := make(chan struct{})
		for n := range 6 {
			who := w.issuer.Token(t, worker([]string{"acme", "beta"}[n%2], fmt.Sprint("u", n/2)))
			all.Go(func() {
				<-start
				a, err := w.try(t.Context(), who, http.MethodPut, "/v1/push-tokens/"+fmt.Sprint("t", round), `{"platform":"ios"}`)
				if err != nil || a.Status != http.StatusOK {
					t.Errorf("%d %s, %v", a.Status, a.Text, err)
				}
			})
		}
		close(start)
		all.Wait()
	}
	same(t, "devices", len(strings.Fields(w.devices(t))), 10)
}

// What cannot be removed at the moment is removed later: here, while the service lacks a right in the database.
func TestADeviceOfAnEndedSessionGoesWhenTheDatabaseCan(t *testing.T) {
	t.Parallel()
	w := setup(t)
	identity := w.nats.Bus(t, "identity")
	w.user(t, "acme", "ana", audience.RoleColaborador, "{}")
	w.bring(t, signedIn("acme", "ana", "s1"), "second")
	w.bring(t, signedIn("acme", "ana", "s2"), "third")
	w.start(t, "devices")
	w.listens(t, identity)
	failed := func() (n int) {
		if err := w.admin.GetContext(t.Context(), &n, `SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	w.exec(t, `REVOKE DELETE ON notifier.push_token FROM terreno_notifier_worker`)
	before := failed()
	w.identity(t, identity, "acme", "sesion", "s1", &terrenov1.DirectorySession{Id: "s1", TokensUntilMs: 1})
	apptest.Until(t, func() bool { return failed() > before })
	w.exec(t, `GRANT DELETE ON notifier.push_token TO terreno_notifier_worker`)
	w.untilDevices(t, "acme/ana:third")
}
