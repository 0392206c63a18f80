package notifier_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// field stands for service activity: it writes visits, and publishes their events.
type field struct {
	*world
	bus  *bus.Bus
	sent int
}

func (w *world) field(t *testing.T) *field {
	t.Helper()
	return &field{world: w, bus: w.nats.Bus(t, "activity")}
}

type appointment struct {
	id, worker, state string
	from              time.Time
	task, series      bool
	reason            string
}

// put writes a visit of one hour as it is now.
func (f *field) put(t *testing.T, company string, v appointment) {
	t.Helper()
	tipo := activity.Visit
	if v.task {
		tipo = activity.Task
	}
	f.exec(t, `INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from,
    plan_until, plan_worker, plan_team, state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
VALUES ($1, $2, $3, '', '', '', 'normal', '', '[]', $6, '', $5, $5::timestamptz + interval '1 hour', '', '', $4, $6, $5, $5::timestamptz + interval '1 hour', $7, '', $8, '{}',
    $5::timestamptz + interval '1 day', $6, 0, $6, '')
ON CONFLICT (id_empresa, id) DO UPDATE SET state = $4, since = $6, win_from = $5, win_until = $5::timestamptz + interval '1 hour', worker = $7, reason = $8,
    close_at = $5::timestamptz + interval '1 day'`,
		company, v.id, tipo, v.state, v.from, f.clock.Now(), v.worker, v.reason)
}

// event is what is told of a visit.
func (f *field) event(v appointment) *terrenov1.Activity {
	m := &terrenov1.Activity{
		Id: v.id, Tipo: activity.Visit, Version: 1, UserId: v.worker, State: v.state, Since: timestamppb.New(f.clock.Now()),
		From: timestamppb.New(v.from), Until: timestamppb.New(v.from.Add(time.Hour)), Reason: v.reason,
	}
	if v.task {
		m.Tipo = activity.Task
	}
	if v.series {
		m.SeriesId, m.SeriesDate = "s1", "2026-03-08"
	}
	return m
}

func (f *field) publish(t *testing.T, company string, m *terrenov1.Activity) {
	t.Helper()
	s, err := subject.New(company, activity.Domain, activity.EventState, m.Id)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := clientjson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	f.sent++
	if _, err := f.bus.Publish(t.Context(), bus.Message{Subject: s, ID: fmt.Sprint(f.sent), Data: raw}); err != nil {
		t.Fatal(err)
	}
}

// change writes a visit, publishes it, and waits until its worker was told.
func (f *field) change(t *testing.T, company string, v appointment) {
	t.Helper()
	f.put(t, company, v)
	f.publish(t, company, f.event(v))
	f.told(t)
}

func (f *field) told(t *testing.T) {
	t.Helper()
	f.nats.Settled(t, stream.Activity, stream.NotifierActivity)
}

// news returns what people of a company were told since the last call, as user kind body.
func (f *field) news(t *testing.T, company string) string {
	t.Helper()
	list := f.notified(t, company)
	f.exec(t, `DELETE FROM notifier.notification WHERE id_empresa = $1`, company)
	f.clock.Advance(2 * time.Minute) // what follows is not one with what went before
	return strings.Join(list, "\n")
}

func (w *world) pair(t *testing.T) *field {
	t.Helper()
	for _, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "leo"} {
			w.user(t, company, user, audience.RoleColaborador, "{}")
			w.bring(t, worker(company, user), company+user)
		}
	}
	w.start(t, "visits")
	return w.field(t)
}

func TestAWorkerHearsWhatChangesOfItsVisits(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	v := appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(3)}
	for n, step := range []struct {
		change func()
		want   string
	}{
		{func() {}, "ana | visit_new | Tienes una nueva visita hoy"},
		{func() {}, ""}, // its notes changed
		{func() { v.from = hours(4) }, "ana | visit_moved | Cambió la hora de una de tus visitas"},
		{func() { v.state = activity.Accepted }, ""},
		{func() { v.worker = "leo" }, "ana | visit_taken | Una de tus visitas ya no es tuya\nleo | visit_new | Tienes una nueva visita hoy"},
		{func() { v.worker = "" }, "leo | visit_taken | Una de tus visitas ya no es tuya"},
		{func() { v.worker, v.state = "ana", activity.Pending }, "ana | visit_new | Tienes una nueva visita hoy"},
		{func() { v.from = hours(40) }, "ana | visit_moved | Cambió la hora de una de tus visitas"},
		{func() { v.state = activity.Cancelled }, "ana | visit_cancelled | Se canceló una de tus visitas"},
		{func() { v.state = activity.Pending }, "ana | visit_new | Tienes una nueva visita el 10 mar"}, // opened again
		{func() { v.state, v.reason = activity.Incomplete, activity.ReasonClose }, "ana | visits_open | El día se cerró con trabajo sin terminar"},
		{func() { v.worker = "leo" }, ""}, // it is over
	} {
		step.change()
		f.change(t, "acme", v)
		same(t, fmt.Sprintf("step %d", n), f.news(t, "acme"), step.want)
	}
	f.change(t, "acme", appointment{id: "v2", worker: "ana", state: activity.Pending, from: noon.Add(3 * day)})
	same(t, "of another day", f.news(t, "acme"), "ana | visit_new | Tienes una nueva visita el 11 mar")
	f.change(t, "acme", appointment{id: "v3", worker: "ana", state: activity.Pending, from: noon.Add(-2 * time.Hour)})
	same(t, "of the past", f.news(t, "acme"), "")
	f.change(t, "acme", appointment{id: "v4", worker: "ana", state: activity.Completed, from: hours(3)})
	same(t, "done when it is first heard of", f.news(t, "acme"), "")
	task := appointment{id: "t1", worker: "ana", state: activity.Pending, from: hours(3), task: true}
	f.change(t, "acme", task)
	same(t, "a task", f.news(t, "acme"), "ana | visit_new | Tienes una nueva tarea")
	task.state = activity.Cancelled
	f.change(t, "acme", task)
	same(t, "a cancelled task", f.news(t, "acme"), "ana | visit_cancelled | Se canceló una de tus tareas")
	f.change(t, "acme", appointment{id: "v5", worker: "nobody", state: activity.Pending, from: hours(3)})
	same(t, "of somebody who is not there", f.news(t, "acme"), "")
	same(t, "the other company", f.news(t, "beta"), "")
}

// The days of companies begin at different times.
func TestTodayIsTheCompanysDay(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	f.zone(t, "acme", "America/Bogota")
	f.zone(t, "beta", "Asia/Tokyo")
	for company, want := range map[string]string{"acme": "Tienes una nueva visita hoy", "beta": "Tienes una nueva visita el 9 mar"} {
		f.change(t, company, appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(4)})
		same(t, company, f.news(t, company), "ana | visit_new | "+want)
	}
}

// Messages come twice, late and in any order. Workers hear what is true, and hear it once.
func TestMessagesInAnyOrderTellNobodyTwiceAndNothingUntrue(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	r := rand.New(rand.NewPCG(4, 7))
	first := appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(3)}
	moved, given := first, first
	moved.from = hours(4)
	given.worker, given.from = "leo", hours(5)
	for round := range 4 {
		v := func(is appointment) appointment { is.id = fmt.Sprint("v", round); return is }
		f.put(t, "acme", v(given)) // as it is by now
		messages := []*terrenov1.Activity{f.event(v(first)), f.event(v(moved)), activity.Withdrawn(f.event(v(given)), "ana"), f.event(v(given))}
		messages = append(messages, messages...)
		r.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
		for _, m := range messages {
			f.publish(t, "acme", m)
		}
		f.told(t)
		same(t, "told", f.news(t, "acme"), "leo | visit_new | Tienes una nueva visita hoy")
	}
	// Long after, all of them come once more.
	for round := range 4 {
		is := first
		is.id = fmt.Sprint("v", round)
		f.publish(t, "acme", f.event(is))
	}
	f.told(t)
	same(t, "repeated", f.news(t, "acme"), "")
}

// What is on its way and not true any more is taken back.
func TestAPushThatIsNoLongerTrueIsTakenBack(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	v := appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(3)}
	f.change(t, "acme", v)
	f.change(t, "beta", v)
	f.clock.Advance(2 * time.Minute)
	v.state = activity.Cancelled
	f.change(t, "acme", v)
	var states []string
	if err := f.admin.SelectContext(t.Context(), &states, `SELECT concat_ws(' ', n.id_empresa, n.kind, d.state, d.reason) FROM notifier.delivery d
		JOIN notifier.notification n ON n.id_empresa = d.id_empresa AND n.id = d.notification_id ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	if want := []string{"acme visit_cancelled queued ", "acme visit_new skipped outdated", "beta visit_new queued "}; !slices.Equal(states, want) {
		t.Errorf("%q, want %q", states, want)
	}
}

// A series makes its visits two weeks ahead: nobody is told of one before the day before it.
func TestVisitsThatASeriesMakesAheadDisturbNobody(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	v := appointment{worker: "ana", state: activity.Pending, series: true}
	for days := range 15 {
		v.id, v.from = fmt.Sprint("v", days), hours(2).Add(time.Duration(days)*day)
		f.put(t, "acme", v)
		f.publish(t, "acme", f.event(v))
	}
	f.told(t)
	same(t, "made", f.news(t, "acme"), "ana | visit_new | Tienes una nueva visita el 9 mar\nana | visit_new | Tienes una nueva visita hoy")
	v.id, v.from = "v7", hours(3).Add(7*day)
	f.change(t, "acme", v)
	same(t, "moved", f.news(t, "acme"), "")
	v.worker = "leo" // what tells ana of it does not say that the visit is one of a series
	f.put(t, "acme", v)
	f.publish(t, "acme", activity.Withdrawn(f.event(v), "ana"))
	f.told(t)
	same(t, "taken", f.news(t, "acme"), "")
	v.id, v.from, v.worker, v.state = "v1", hours(2).Add(day), "ana", activity.Cancelled
	f.change(t, "acme", v)
	same(t, "cancelled tomorrow", f.news(t, "acme"), "ana | visit_cancelled | Se canceló una de tus visitas")
}

// An import of 1,000 visits, and the close of a day that left them open, are one notice for each worker and day.
func TestManyVisitsAreOneNotice(t *testing.T) {
	t.Parallel()
	w := setup(t)
	f := w.pair(t)
	const visits = 1000
	all := make([]appointment, visits)
	for n := range all {
		v := appointment{id: fmt.Sprint("v", n), worker: []string{"ana", "leo"}[n%2], state: activity.Pending, from: hours(2)}
		if n%10 < 2 {
			v.from = v.from.Add(day)
		}
		all[n] = v
	}
	tell := func() {
		for _, v := range all {
			f.publish(t, "acme", f.event(v))
		}
		f.told(t)
	}
	for _, v := range all {
		f.put(t, "acme", v)
	}
	tell()
	// The first of them may have come alone.
	got := strings.Split(strings.ReplaceAll(f.news(t, "acme"), "Tienes una nueva visita", "Tienes nuevas visitas"), "\n")
	slices.Sort(got)
	same(t, "imported", strings.Join(got, "\n"), `ana | visit_new | Tienes nuevas visitas el 9 mar
ana | visit_new | Tienes nuevas visitas hoy
leo | visit_new | Tienes nuevas visitas el 9 mar
leo | visit_new | Tienes nuevas visitas hoy`)
	for n := range all {
		all[n].state, all[n].reason = activity.Incomplete, activity.ReasonClose
	}
	f.exec(t, `UPDATE activity.visit SET state = 'incompleta', reason = 'cierre', since = $1`, f.clock.Now())
	tell()
	same(t, "closed", f.news(t, "acme"), "ana | visits_open | El día se cerró con trabajo sin terminar\nleo | visits_open | El día se cerró con trabajo sin terminar")
	if n := pgtest.Count(t, w.admin, "notifier.visit_known"); n != visits {
		t.Errorf("%d visits are known", n)
	}
}

func TestAVisitThatCannotBeReadStopsNoOther(t *testing.T) {
	t.Parallel()
	f := setup(t).pair(t)
	f.publish(t, "acme", &terrenov1.Activity{Id: "bad", Tipo: "ruta"})
	f.change(t, "acme", appointment{id: "v1", worker: "ana", state: activity.Pending, from: hours(3)})
	same(t, "told", f.news(t, "acme"), "ana | visit_new | Tienes una nueva visita hoy")
	if a := f.get(t, worker("acme", "ana"), "/v1/notifications").Is(t, http.StatusOK, ""); a.Body["unread"] != 0.0 {
		t.Errorf("listed %s", a.Text)
	}
}
