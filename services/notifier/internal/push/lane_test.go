package push

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

func (w *world) exec(t *testing.T, statement string) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// What changed since a push was asked for decides whether it is sent.
func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 11, noon.Add(time.Minute))
	w.exec(t, `UPDATE notifier.notification SET useful_until = '`+noon.Format(time.RFC3339)+`' WHERE id = 'b1'`)
	w.exec(t, `UPDATE notifier.notification SET read_at = now() WHERE id = 'b2'`)
	w.exec(t, `DELETE FROM notifier.push_token WHERE id = 'b5'`)
	w.exec(t, `UPDATE notifier.push_token SET id_empresa = 'c9' WHERE id = 'b4'`)
	w.exec(t, `UPDATE notifier.push_token SET user_id = 'somebody' WHERE id = 'b7'`)
	w.exec(t, `DELETE FROM notifier.notification WHERE id = 'b6'`)
	w.exec(t, `UPDATE identity.company SET status = 'suspended' WHERE id_empresa = 'c3'`)
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'u9'`)
	w.exec(t, `UPDATE identity.users SET tokens_valid_from = now() + interval '1 minute' WHERE id = 'u10'`)
	w.publish(t, "push", "b", 11)
	w.run(t, quick)
	w.settled(t)
	is(t, w, "b1", store.DeliveryExpired, "", 0)
	is(t, w, "b2", store.DeliverySkipped, reasonSeen, 0)
	for _, gone := range []string{"b4", "b5", "b7", "b10"} {
		is(t, w, gone, store.DeliverySkipped, reasonNoDevice, 0)
	}
	for _, suspended := range []string{"b3", "b8"} {
		is(t, w, suspended, store.DeliverySkipped, reasonSuspended, 0)
	}
	is(t, w, "b9", store.DeliverySkipped, reasonNoUser, 0)
	is(t, w, "b11", store.DeliverySent, "", 1)
	if got := w.fake.Received(); len(got) != 1 || got[0].Data["notification_id"] != "b11" {
		t.Errorf("received %+v", got)
	}
	if letters := w.letters(t); len(letters) != 0 {
		t.Errorf("dead letters %+v", letters)
	}
}

func TestWithoutCredentialsPushesAreSkipped(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 3, noon.Add(time.Minute))
	w.publish(t, "push", "b", 2)
	p := w.pusher(t, nil, quick)
	apptest.Start(t, p.Run)
	w.settled(t)
	is(t, w, "b1", store.DeliverySkipped, reasonNoCredentials, 0)
	is(t, w, "b2", store.DeliverySkipped, reasonNoCredentials, 0)
	if err := p.Ready(t.Context()); err != nil {
		t.Errorf("not ready: %v", err)
	}
}

// A push that FCM refuses each time is a dead letter in the end. Replayed, it is tried anew, as often as at first.
func TestADeadLetterIsReplayed(t *testing.T) {
	t.Parallel()
	var mended atomic.Bool
	w := setup(t, fcmtest.Options{Script: func(fcmtest.Message) fcmtest.Answer {
		if mended.Load() {
			return fcmtest.OK
		}
		return fcmtest.Internal
	}})
	w.rows(t, "b", 1, noon.Add(time.Minute))
	w.publish(t, "push", "b", 1)
	w.run(t, quick)
	letter := func() uint64 {
		t.Helper()
		w.settled(t)
		is(t, w, "b1", store.DeliveryFailed, "internal", quick.Tries)
		letters := w.letters(t)
		if len(letters) != 1 || !strings.Contains(letters[0].Reason, "internal") || strings.Contains(letters[0].Reason, "token-") {
			t.Fatalf("letters %+v", letters)
		}
		return letters[0].Seq
	}
	replay := func() {
		t.Helper()
		if _, err := admin.NewDeadLetters(w.nats.Admin(t)).Replay(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
	}
	replay()
	until(t, func() bool { return w.fake.Total() == 2*quick.Tries })
	mended.Store(true)
	replay()
	w.settled(t)
	is(t, w, "b1", store.DeliverySent, "", 1)
	if n := w.fake.Total(); n != 2*quick.Tries+1 {
		t.Errorf("%d sends", n)
	}
}

// The same message twice, or a message of a push that has ended, sends nothing.
func TestWhatEndedStaysSo(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 2, noon.Add(time.Minute))
	w.exec(t, `UPDATE notifier.delivery SET state = 'failed', reason = 'internal', attempts = 4, done_at = now() WHERE notification_id = 'b2'`)
	b := w.nats.Bus(t, service)
	w.publish(t, "push", "b", 2)
	w.run(t, quick)
	w.settled(t)
	again := w.message(t, "push", "b", 1)
	again.ID = "again"
	if _, err := b.Publish(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	w.settled(t)
	is(t, w, "b1", store.DeliverySent, "", 1)
	if n := w.fake.Total(); n != 1 {
		t.Errorf("%d sends", n)
	}
	// The letter of b2 was not written, because its process died.
	if letters := w.letters(t); len(letters) != 1 {
		t.Errorf("letters %+v", letters)
	}
	s, _, _ := w.store(t)
	if err := s.EndPushes(t.Context(), []store.PushResult{{PushKey: store.PushKey{Company: "c1", Notification: "b1", Token: "b1"}, State: store.DeliveryFailed}}); err != nil {
		t.Fatal(err)
	}
	is(t, w, "b1", store.DeliverySent, "", 1)
}

// Messages that nobody can read, or that PostgreSQL cannot look up, are dead letters. Those that came with them are sent.
func TestMessagesThatNobodyCanRead(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 100, noon.Add(time.Minute))
	b := w.nats.Bus(t, service)
	for i, data := range []string{"{", `{"notification_id":"a\u0000b","token_id":"b1"}`} {
		m := w.message(t, "push", "x", i)
		m.Data = []byte(data)
		if _, err := b.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	w.publish(t, "push", "b", 100)
	w.run(t, quick)
	w.settled(t)
	if letters := w.letters(t); len(letters) != 2 || w.count(t, "sent") != 100 {
		t.Errorf("letters %+v, %d sent", letters, w.count(t, "sent"))
	}
}

// What could not be written is of its push, whatever message asks for that: a stream that was made anew counts from 1 again.
func TestWhatIsNotWrittenYetIsOfItsPush(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 2, noon.Add(time.Minute))
	l := w.pusher(t, w.client(t, time.Minute), quick).lanes[1]
	ask := func(i int, seq uint64) error {
		m := w.message(t, "push", "b", i)
		return l.handle(t.Context(), bus.Msg{Subject: m.Subject, Data: m.Data, Seq: seq})
	}
	write := l.writes.do
	l.writes.do = func(context.Context, []store.PushResult) ([]struct{}, error) { return nil, errors.New("away") }
	if ask(1, 1) == nil {
		t.Error("nothing was written")
	}
	l.writes.do = write
	for i, seq := range map[int]uint64{2: 1, 1: 2} {
		if err := ask(i, seq); err != nil {
			t.Error(err)
		}
	}
	is(t, w, "b1", store.DeliverySent, "", 1)
	is(t, w, "b2", store.DeliverySent, "", 1)
	if n := w.fake.Total(); n != 2 {
		t.Errorf("%d sends", n)
	}
}

// Domain time that runs faster shortens for how long FCM keeps a push.
func TestAPushIsKeptForWallTime(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.clock = clock.NewDomain(noon, 10)
	w.rows(t, "b", 1, noon.Add(10*time.Hour))
	w.publish(t, "push", "b", 1)
	w.run(t, quick)
	w.settled(t)
	ttl, err := time.ParseDuration(w.fake.Received()[0].Android.TTL)
	if err != nil || ttl > time.Hour || ttl < 50*time.Minute {
		t.Errorf("kept for %v, %v", ttl, err)
	}
}

// A flood of pushes does not delay an urgent one: the lanes share no hands.
func TestBulkDoesNotDelayWhatIsUrgent(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 2*hands, noon.Add(time.Minute))
	w.rows(t, "u", 1, noon.Add(time.Minute))
	to := slow{w.client(t, time.Minute), release}
	w.publish(t, "push", "b", 2*hands)
	apptest.Start(t, w.pusher(t, to, quick).Run)
	w.publish(t, "urgente", "u", 1)
	until(t, func() bool { return w.fake.Total() == 1 })
	if m := w.fake.Received()[0]; m.Data["notification_id"] != "u1" || !m.Urgent() {
		t.Errorf("received %+v", m)
	}
	close(release)
	w.settled(t)
	if n := pgtest.Count(t, w.admin, "notifier.delivery WHERE state = 'sent'"); n != 2*hands+1 {
		t.Errorf("%d sent", n)
	}
}
