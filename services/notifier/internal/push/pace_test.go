package push

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// tell tells users of a company something, and returns how many devices that reaches.
func (w *world) tell(t *testing.T, s *store.Store, changes *change.Changes, company, kind string, urgent bool, users ...int) (devices int) {
	t.Helper()
	if err := changes.AsWorkerFor(t.Context(), company, "test", func(ch *change.Change) error {
		var notices []notice.Notice
		for _, u := range users {
			notices = append(notices, notice.Notice{User: fmt.Sprint("u", u), Kind: kind, Once: "1", Urgent: urgent, Until: noon.Add(time.Hour), Args: map[string]string{"name": "Ana"}})
		}
		told, err := s.Notify(t.Context(), ch, notices)
		devices = told.Devices
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return devices
}

// The many pushes of one company in a lane delay neither those of another nor those of the other lane, and all are sent in the end. Calls
// for help may be many too.
func TestManyPushesOfOneCompanyDelayNoOther(t *testing.T) {
	t.Parallel()
	for name, urgent := range map[string]bool{"bulk": false, "urgent": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flood(t, urgent)
		})
	}
}

func flood(t *testing.T, urgent bool) {
	t.Helper()
	const n = 3 * store.OnTheWay
	w := setup(t, fcmtest.Options{})
	w.rows(t, "d", 5*n, noon.Add(time.Hour))
	w.exec(t, `DELETE FROM notifier.notification`) // Only the devices are of use here.
	s, changes, relay := w.store(t)
	var many []int
	for i := range n {
		many = append(many, 5*(i+1))
	}
	if devices := w.tell(t, s, changes, "c0", notice.KindTest, urgent, many...); devices != n {
		t.Fatalf("%d devices", devices)
	}
	if waits := pgtest.Count(t, w.admin, "notifier.outbox"); waits != store.OnTheWay {
		t.Errorf("%d pushes of one company are on their way", waits)
	}
	// A company whose pushes are held has no room for others that overtake them.
	w.tell(t, s, changes, "c0", notice.KindVisitNew, urgent, 5)
	w.tell(t, s, changes, "c0", notice.KindPanic, !urgent, 5)
	w.tell(t, s, changes, "c1", notice.KindTest, urgent, 1, 6, 11)
	if waits := pgtest.Count(t, w.admin, "notifier.outbox"); waits != store.OnTheWay+4 {
		t.Errorf("%d pushes are on their way", waits)
	}
	apptest.Start(t, relay.Run)
	w.run(t, quick)
	until(t, func() bool { return w.count(t, "sent") == n+5 })
	w.settled(t)
	if total := w.fake.Total(); total != n+5 {
		t.Errorf("%d sends for %d pushes", total, n+5)
	}
	for i, m := range w.fake.Received() {
		if (m.Urgent() != urgent || m.Token == "token-d1") && i > store.OnTheWay+2*hands {
			t.Errorf("push %d is to %s", i+1, m.Token)
		}
	}
}

// What FCM refuses for now does not hold the others of its company, and two replicas release each push once.
func TestPushesThatAreTriedAgainHoldNoOther(t *testing.T) {
	t.Parallel()
	const n = store.OnTheWay + 100
	w := setup(t, fcmtest.Options{Script: func(m fcmtest.Message) fcmtest.Answer {
		if m.Token == fmt.Sprint("token-d", 5*n) {
			return fcmtest.OK
		}
		return fcmtest.Internal
	}}, natstest.WithStream(stream.Notify, func(s *stream.Stream) {
		for i := range s.Consumers { // A replica that stands still for a moment keeps its messages, so the sends can be counted.
			s.Consumers[i].AckWait = time.Minute
		}
	}))
	w.rows(t, "d", 5*n, noon.Add(time.Hour))
	w.exec(t, `DELETE FROM notifier.notification`)
	s, changes, relay := w.store(t)
	var many []int
	for i := range n - 1 {
		many = append(many, 5*(i+1))
	}
	w.tell(t, s, changes, "c0", notice.KindTest, false, many...)
	w.tell(t, s, changes, "c0", notice.KindTest, false, 5*n)
	apptest.Start(t, relay.Run)
	patient := quick
	patient.Floor, patient.Most = time.Hour, time.Hour
	for range 2 {
		w.run(t, patient)
	}
	until(t, func() bool { return w.count(t, "sent") == 1 && w.fake.Total() == n })
	// But they are not without number.
	w.exec(t, fmt.Sprintf(`INSERT INTO notifier.delivery (id_empresa, notification_id, token_id, platform, state, attempts, queued_at)
SELECT 'c0', (SELECT id FROM notifier.notification LIMIT 1), 'x' || i, 'ios', 'queued', 1, now() FROM generate_series(1, %d) i`, 3*store.OnTheWay))
	w.tell(t, s, changes, "c0", notice.KindVisitNew, false, 5)
	if held := pgtest.Count(t, w.admin, "notifier.delivery WHERE released_at IS NULL"); held != 1 {
		t.Errorf("%d pushes are held", held)
	}
}

// A push whose message was lost, or is a dead letter, or which is held too long, ends when its time is over. One that was tried keeps the
// reason why it was not sent.
func TestPushesWithoutAMessageExpire(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 5, noon)
	w.exec(t, `UPDATE notifier.delivery SET reason = 'internal', attempts = 2 WHERE notification_id = 'b1'`)
	w.exec(t, `UPDATE notifier.delivery SET released_at = NULL WHERE notification_id = 'b2'`)
	w.exec(t, `UPDATE notifier.delivery SET state = 'sent', done_at = now(), attempts = 1 WHERE notification_id = 'b3'`)
	w.exec(t, `UPDATE notifier.notification SET useful_until = useful_until + interval '1 second' WHERE id = 'b4'`)
	s, _, _ := w.store(t)
	at := noon.Add(time.Second)
	for _, want := range []int64{2, 1, 0} {
		if n, err := s.ExpirePushes(t.Context(), at, at, 2); err != nil || n != want {
			t.Errorf("%d pushes ended, want %d, %v", n, want, err)
		}
	}
	is(t, w, "b1", store.DeliveryExpired, "internal", 2)
	is(t, w, "b2", store.DeliveryExpired, "not_sent", 0)
	is(t, w, "b3", store.DeliverySent, "", 1)
	is(t, w, "b4", store.DeliveryQueued, "", 0)
	is(t, w, "b5", store.DeliveryExpired, "not_sent", 0)
	// Its message comes after all.
	w.publish(t, "push", "b", 1)
	w.run(t, quick)
	w.settled(t)
	is(t, w, "b1", store.DeliveryExpired, "internal", 2)
}
