package notifier_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// later lets time pass, and tells what is owed by then. It returns what was told.
func (f *field) later(t *testing.T, after time.Duration) string {
	t.Helper()
	f.clock.Advance(after)
	s, _ := f.changer(t)
	if err := s.TellOwed(t.Context(), f.clock.Now()); err != nil {
		t.Fatal(err)
	}
	list := f.notified(t, "acme")
	f.exec(t, `DELETE FROM notifier.notification WHERE id_empresa = 'acme'`)
	return strings.Join(list, "\n")
}

// Two visits that come within a minute are two: whoever looked after the first notification hears of the second too.
func TestWhatChangesSoonAfterANotificationIsToldAMomentLater(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	visit := func(id string, from time.Time) appointment {
		return appointment{id: id, worker: "ana", state: activity.Pending, from: from}
	}
	f.change(t, "acme", visit("v1", hours(3)))
	same(t, "the first", f.later(t, 30*time.Second), "ana | visit_new | Tienes una nueva visita hoy")
	f.change(t, "acme", visit("v2", hours(3)))
	same(t, "too soon", f.later(t, 30*time.Second), "")
	f.change(t, "acme", visit("v3", hours(4)))
	same(t, "it goes on", f.later(t, 59*time.Second), "")
	same(t, "a minute after the last", f.later(t, time.Second), "ana | visit_new | Tienes nuevas visitas hoy")
	same(t, "once", f.later(t, time.Hour), "")

	// What is no longer true is not told: v4 is told at once, v5 is cancelled, v6 is done.
	for _, id := range []string{"v4", "v5", "v6"} {
		f.change(t, "acme", visit(id, hours(5)))
	}
	off, done := visit("v5", hours(5)), visit("v6", hours(5))
	off.state, done.state = activity.Cancelled, activity.Completed
	f.change(t, "acme", off)
	f.change(t, "acme", done)
	same(t, "now", f.later(t, 0), "ana | visit_cancelled | Se canceló una de tus visitas\nana | visit_new | Tienes una nueva visita hoy")
	same(t, "not true", f.later(t, time.Hour), "")

	// While it never stops, somebody hears of it every ten minutes.
	told := 0
	for n := range 30 {
		f.change(t, "acme", visit(fmt.Sprint("w", n), hours(9)))
		if got := f.later(t, 50*time.Second); got != "" {
			told++
		}
	}
	if told != 3 {
		t.Errorf("in 25 minutes, somebody was told %d times, want 3", told)
	}
}

// What was new for tomorrow is for today after midnight.
func TestWhatIsOwedIsToldAsItIsByThen(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	f.zone(t, "acme", "Asia/Tokyo") // 21:00
	f.clock.Advance(2*time.Hour + 59*time.Minute + 30*time.Second)
	for _, id := range []string{"v1", "v2"} {
		f.change(t, "acme", appointment{id: id, worker: "ana", state: activity.Pending, from: hours(8)})
	}
	same(t, "at 23:59:30", f.later(t, 0), "ana | visit_new | Tienes una nueva visita el 9 mar")
	same(t, "after midnight", f.later(t, time.Minute), "ana | visit_new | Tienes una nueva visita hoy")
}

// The upkeep tells it, in every company, and a company that fails keeps no other waiting.
func TestTheUpkeepTellsWhatIsOwed(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	for _, company := range []string{"acme", "beta"} {
		for _, id := range []string{"v1", "v2"} {
			f.change(t, company, appointment{id: id, worker: "ana", state: activity.Pending, from: hours(3)})
		}
	}
	f.exec(t, `CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
CREATE TRIGGER fail BEFORE INSERT ON notifier.notification FOR EACH ROW WHEN (NEW.id_empresa = 'acme') EXECUTE FUNCTION public.fail()`)
	f.clock.Advance(2 * time.Minute)
	f.start(t, "upkeep")
	apptest.Until(t, func() bool { return pgtest.Count(t, f.admin, "notifier.notification WHERE id_empresa = 'beta'") == 2 })
	if n := pgtest.Count(t, f.admin, "notifier.visit_pace WHERE owed_at IS NOT NULL AND id_empresa = 'acme'"); n != 1 {
		t.Errorf("%d are still owed", n)
	}
}

// A visit is moved forty times while its worker is away. The worker reads it once, and the phone shows it once (fcm: the tag).
func TestAVisitThatMovesFortyTimesIsOneNotification(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	v := appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(3)}
	f.change(t, "acme", v)
	f.clock.Advance(2 * time.Minute)
	for n := range 40 {
		v.from = hours(3).Add(time.Duration(n+1) * time.Minute)
		f.change(t, "acme", v)
		f.clock.Advance(time.Duration(n%3) * 40 * time.Second)
	}
	f.clock.Advance(2 * time.Minute)
	s, _ := f.changer(t)
	if err := s.TellOwed(t.Context(), f.clock.Now()); err != nil {
		t.Fatal(err)
	}
	a := f.get(t, worker("acme", "ana"), "/v1/notifications").Is(t, http.StatusOK, "")
	list := a.Body["notifications"].([]any)
	if a.Body["unread"] != 2.0 || len(list) != 2 || list[0].(body)["kind"] != "visit_moved" || list[1].(body)["kind"] != "visit_new" {
		t.Errorf("listed %s", a.Text)
	}
	if n := pgtest.Count(t, f.admin, "notifier.delivery WHERE state = 'queued'"); n != 2 {
		t.Errorf("%d pushes are on their way", n)
	}
	// The log has them all.
	if n := pgtest.Count(t, f.admin, "notifier.notification WHERE skipped = 'outdated'"); n == 0 {
		t.Error("the log has none of those that were replaced")
	}
	// One that was read stays.
	f.post(t, worker("acme", "ana"), "/v1/notifications/"+a.IDs(t, "notifications")[0]+"/opened", "").Is(t, http.StatusOK, "")
	v.from = hours(7)
	f.clock.Advance(time.Minute + time.Second)
	f.change(t, "acme", v)
	if a := f.get(t, worker("acme", "ana"), "/v1/notifications"); a.Body["unread"] != 2.0 || len(a.Body["notifications"].([]any)) != 3 {
		t.Errorf("after one more: %s", a.Text)
	}
}

// A push that waits is not taken back unless another one says it.
func TestAPushThatWaitsIsNotLostToThePace(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	v := appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(3)}
	f.change(t, "acme", v)
	for n := range 3 {
		v.from = hours(4 + n)
		f.change(t, "acme", v)
	}
	var kinds []string
	if err := f.admin.SelectContext(t.Context(), &kinds, `SELECT n.kind FROM notifier.delivery d JOIN notifier.notification n ON n.id = d.notification_id
		WHERE d.state = 'queued' ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	same(t, "on their way", kinds, "[visit_moved visit_new]")
}

// What is planned for two months at once is not sixty notifications.
func TestManyDaysAreOneNotification(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	var all []appointment
	for n := range 60 {
		all = append(all, appointment{id: fmt.Sprint("v", n), worker: "ana", state: activity.Pending, from: hours(3).Add(time.Duration(n/2) * day)})
	}
	all = append(all, appointment{id: "t1", worker: "ana", state: activity.Pending, from: hours(3), task: true})
	s, _ := f.changer(t)
	tell := func() string {
		heard := make([]store.Heard, len(all))
		for n, v := range all {
			f.put(t, "acme", v)
			heard[n].ID = v.id
		}
		if _, err := s.TellVisits(t.Context(), "acme", heard); err != nil {
			t.Fatal(err)
		}
		return f.news(t, "acme")
	}
	same(t, "new", tell(), `ana | visit_new | Tienes nuevas visitas en varios días
ana | visit_new | Tienes nuevas visitas hoy
ana | visit_new | Tienes una nueva tarea`)
	for n := range all {
		all[n].from = all[n].from.Add(time.Hour)
	}
	same(t, "moved", tell(), `ana | visit_moved | Cambió la hora de una de tus tareas
ana | visit_moved | Cambió la hora de varias de tus visitas
ana | visit_moved | Cambió la hora de varias de tus visitas`)
	for n := range all {
		all[n].state = activity.Cancelled
	}
	same(t, "cancelled", tell(), `ana | visit_cancelled | Se cancelaron varias de tus visitas
ana | visit_cancelled | Se cancelaron varias de tus visitas
ana | visit_cancelled | Se canceló una de tus tareas`)
}

// A message that comes once more long after all that was known is gone tells nobody. What is planned far ahead is known until then.
func TestAnOldMessageThatComesAgainTellsNobody(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	old := appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(3)}
	ahead := appointment{id: "v2", worker: "ana", state: activity.Pending, from: hours(3).Add(120 * day)}
	f.change(t, "acme", old)
	f.change(t, "acme", ahead)
	same(t, "told", len(strings.Split(f.news(t, "acme"), "\n")), 2)
	f.clock.Advance(90 * day)
	s, _ := f.changer(t)
	if _, err := s.PruneVisits(t.Context(), f.clock.Now().Add(-40*day), 100); err != nil {
		t.Fatal(err)
	}
	if n := pgtest.Count(t, f.admin, "notifier.visit_known"); n != 1 {
		t.Errorf("%d visits are known", n)
	}
	for _, v := range []appointment{old, ahead, old} {
		f.publish(t, "acme", f.event(v))
	}
	f.told(t)
	same(t, "again", f.news(t, "acme"), "")
	same(t, "owed", f.later(t, time.Hour), "")
}
