package notifier_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// pushes counts what waits for the bus in each lane.
func (w *world) pushes(t *testing.T) (bulk, urgent int) {
	t.Helper()
	return pgtest.Count(t, w.admin, `notifier.outbox WHERE subject LIKE '%.notificacion.push.%'`),
		pgtest.Count(t, w.admin, `notifier.outbox WHERE subject LIKE '%.notificacion.urgente.%'`)
}

func TestEachNoticeIsToldOnceOnEachDevice(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{}")
	w.user(t, "acme", "sol", audience.RoleSupervisor, "{}")
	w.user(t, "acme", "leo", audience.RoleColaborador, "{}")
	w.bring(t, worker("acme", "ana"), "a1", body{"language": "en"})
	w.bring(t, worker("acme", "ana"), "a2")
	w.bring(t, claims("acme", "sol", audience.RoleSupervisor), "s1")
	told := w.notify(t, "acme", panicFor("ana"), panicFor("sol"), panicFor("leo"), panicFor("sol"), panicFor("nobody"))
	same(t, "told", fmt.Sprintf("%+v", told), "{People:[ana sol leo] Devices:3 Known:[sol] Silent:[leo] Gone:[nobody]}")
	told = w.notify(t, "acme", panicFor("ana"), chatFor("ana", "7"))
	same(t, "told again", fmt.Sprintf("%+v", told), "{People:[ana] Devices:2 Known:[ana] Silent:[] Gone:[]}")
	same(t, "stored", strings.Join(w.notified(t, "acme"), "\n"), `ana | chat | Eva wrote to you
ana | panic | Panic alert sent by Juan Pérez
leo | panic | no_device | Alerta de pánico enviada por Juan Pérez
sol | panic | Alerta de pánico enviada por Juan Pérez`)
	if bulk, urgent := w.pushes(t); bulk != 2 || urgent != 3 || pgtest.Count(t, w.admin, "notifier.delivery WHERE state = 'queued'") != 5 {
		t.Errorf("%d pushes and %d urgent ones are on their way", bulk, urgent)
	}
	// No stream holds a token or a text.
	if n := pgtest.Count(t, w.admin, `notifier.outbox WHERE convert_from(body, 'UTF8') ~ '"(a1|a2|s1)"|Juan'`); n != 0 {
		t.Errorf("%d messages hold a token or a name", n)
	}
}

func TestANoticeIsOfItsCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{}")
		w.bring(t, worker(company, "ana"), company)
	}
	w.do(t, worker("beta", "ana"), http.MethodPut, "/v1/notification-preferences", `{"off":["chat"],"language":"en"}`).Is(t, http.StatusOK, "")
	w.notify(t, "acme", chatFor("ana", "1"))
	same(t, "acme", w.notified(t, "acme"), "[ana | chat | Eva te escribió]")
	same(t, "beta", w.notified(t, "beta"), "[]")
	w.notify(t, "beta", chatFor("ana", "1"))
	same(t, "beta", w.notified(t, "beta"), "[ana | chat | off | Eva wrote to you]")
	// A change of one company tells nobody in another: not even the same id, and not in the name of a request.
	s, changes := w.changer(t)
	err := changes.In(t.Context(), "acme", "ana", func(ch *change.Change) error {
		told, err := s.Notify(t.Context(), ch.For("beta"), []notice.Notice{panicFor("ana")})
		if err == nil && len(told.People) > 0 {
			t.Errorf("told %+v", told)
		}
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a change of acme told somebody of beta: %v", err)
	}
	// What spans companies names each of them.
	err = changes.AsWorker(t.Context(), "inbox", func(ch *change.Change) error {
		for _, company := range []string{"acme", "beta"} {
			if told, err := s.Notify(t.Context(), ch.For(company), []notice.Notice{panicFor("ana")}); err != nil || told.Devices != 1 {
				return fmt.Errorf("%s: told %+v, %w", company, told, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestQuietHoursAreThoseOfTheCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for company, zone := range map[string]string{"acme": "America/Bogota", "beta": "Asia/Tokyo", "gamma": "Mars/Olympus"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{}")
		w.zone(t, company, zone)
		w.bring(t, worker(company, "ana"), company)
		w.do(t, worker(company, "ana"), http.MethodPut, "/v1/notification-preferences", `{"off":["visit_moved"],"quiet":{"from":"21:00","until":"06:00"}}`).Is(t, http.StatusOK, "")
	}
	// At noon in Greenwich it is 07:00 in Bogotá and 21:00 in Tokyo. A zone that nobody knows is UTC.
	moved := notice.Notice{User: "ana", Kind: notice.KindVisitMoved, Ref: "visit/v1"}
	late := notice.Notice{User: "ana", Kind: notice.KindVisitOff, Ref: "visit/v1", Until: w.clock.Now()}
	for _, company := range []string{"acme", "beta", "gamma"} {
		w.notify(t, company, chatFor("ana", "1"), panicFor("ana"), moved, late)
	}
	for company, chat := range map[string]string{"acme": "", "beta": "quiet | ", "gamma": ""} {
		want := []string{
			"ana | chat | " + chat + "Eva te escribió", "ana | panic | Alerta de pánico enviada por Juan Pérez", "ana | visit_cancelled | expired | Se canceló una de tus visitas",
			"ana | visit_moved | off | Cambió la hora de una de tus visitas",
		}
		if got := w.notified(t, company); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", company, got, want)
		}
	}
}

// An escalation may reach all admins and supervisors of a large company at once. Their number must not be the number of statements.
func TestManyPeopleAreToldInAFewStatements(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "acme", "UTC")
	const people = 2000
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'u' || n, 'Persona', 'supervisor' FROM generate_series(1, $1::int) n`, people)
	w.exec(t, `INSERT INTO notifier.push_token (id_empresa, id, token, user_id, session, app, platform, language, created_at, seen_at)
SELECT 'acme', 't' || n, 't' || n, 'u' || n, '', '', 'android', '', now(), now() FROM generate_series(1, $1::int) n`, people)
	w.exec(t, `ANALYZE`)
	notices := make([]notice.Notice, people)
	for i := range notices {
		notices[i] = panicFor(fmt.Sprint("u", i+1))
	}
	s, changes := w.changer(t)
	w.exec(t, `CREATE TABLE public.written (what text);
CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.written VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
CREATE TRIGGER note AFTER INSERT ON notifier.notification FOR EACH STATEMENT EXECUTE FUNCTION public.note();
CREATE TRIGGER note AFTER INSERT ON notifier.delivery FOR EACH STATEMENT EXECUTE FUNCTION public.note();
CREATE TRIGGER note AFTER INSERT ON notifier.outbox FOR EACH STATEMENT EXECUTE FUNCTION public.note()`)
	began := time.Now()
	err := changes.AsWorkerFor(t.Context(), "acme", "test", func(ch *change.Change) error {
		told, err := s.Notify(t.Context(), ch, notices)
		if err == nil && (len(told.People) != people || told.Devices != people) {
			t.Errorf("told %d people on %d devices", len(told.People), told.Devices)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d people took %v", people, time.Since(began))
	if _, urgent := w.pushes(t); urgent != store.OnTheWay { // The others are held.
		t.Errorf("%d pushes are on their way", urgent)
	}
	if n := pgtest.Count(t, w.admin, "public.written"); n != 3 {
		t.Errorf("%d statements write, want one for each table", n)
	}
}

// Nobody of a suspended company may sign in, so nobody is told anything there.
func TestNobodyOfASuspendedCompanyIsTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{}")
		w.bring(t, worker(company, "ana"), company)
	}
	w.exec(t, `UPDATE identity.company SET status = 'suspended' WHERE id_empresa = 'acme'`)
	same(t, "suspended", fmt.Sprintf("%+v", w.notify(t, "acme", chatFor("ana", "1"), panicFor("ana"))), "{People:[] Devices:0 Known:[] Silent:[] Gone:[ana ana]}")
	same(t, "stored", w.notified(t, "acme"), "[]")
	same(t, "another", w.notify(t, "beta", chatFor("ana", "1")).People, "[ana]")
	w.exec(t, `UPDATE identity.company SET status = 'active' WHERE id_empresa = 'acme'`)
	same(t, "active again", w.notify(t, "acme", chatFor("ana", "1")).People, "[ana]")
}
