package notifier_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

func (w *world) withPushes(t *testing.T, p notifier.PushConfig) (*app.Service, error) {
	t.Helper()
	pool, b, log := w.database.DB(t, name), w.nats.Bus(t, name), natstest.Log(t)
	return notifier.New(notifier.Config{Unresolved: 90 * day, Retention: 400 * day, Push: p}, app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil),
		Directory: directory.New(pool, b, log, nil), DrainTimeout: 20 * time.Second,
	})
}

// deviceWith gives a user a device with a token.
func (w *world) deviceWith(t *testing.T, company, user, token string) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO notifier.push_token (id_empresa, id, token, user_id, session, app, platform, language, created_at, seen_at)
VALUES ($1, $2, $3, $4, 's', '', 'android', 'es', now(), now())`, company, notice.TokenID(token), token, user); err != nil {
		t.Fatal(err)
	}
}

// tellPeople tells people something, as the parts of the service do.
func (w *world) tellPeople(t *testing.T, company string, notices ...notice.Notice) {
	t.Helper()
	pool := w.database.DB(t, name)
	changes := change.New(pool, outbox.NewRelay(pool, w.nats.Bus(t, name), store.Schema, natstest.Log(t), nil), store.Schema, w.clock)
	s := store.New(pool, changes, alert.Settings{})
	if err := changes.AsWorkerFor(t.Context(), company, "test", func(ch *change.Change) error {
		_, err := s.Notify(t.Context(), ch, notices)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// What one part of the service tells a person reaches the person's device, with the configuration of a deployment.
func TestANoticeReachesADevice(t *testing.T) {
	t.Parallel()
	fake, err := fcmtest.New(fcmtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	credentials, ca, err := fake.Files(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := setup(t)
	w.user(t, "acme", "boss", audience.RoleAdmin, "{}")
	w.deviceWith(t, "acme", "boss", "token-of-boss")
	service, err := w.withPushes(t, notifier.PushConfig{Credentials: credentials, Endpoint: fake.URL(), CA: ca})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, apptest.Only(service, "outbox", "push"))
	w.tellPeople(t, "acme", notice.Notice{
		User: "boss", Kind: notice.KindPanic, Ref: "alert/a1", Urgent: true, Until: noon.Add(time.Hour), Args: map[string]string{"name": "Juan Pérez"},
	})
	apptest.Until(t, func() bool { return fake.Total() == 1 })
	m := fake.Received()[0]
	if m.Token != "token-of-boss" || m.Notification.Body != "Alerta de pánico enviada por Juan Pérez" || !m.Urgent() {
		t.Errorf("received %+v", m)
	}
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "notifier.delivery WHERE state = 'sent' AND message_id <> '' AND done_at = '2026-03-08 12:00Z'") == 1
	})
}

// Without credentials everything else works, and the push says why it was not sent.
func TestWithoutCredentialsEverythingElseWorks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "boss", audience.RoleAdmin, "{}")
	w.deviceWith(t, "acme", "boss", "token-of-boss")
	w.start(t)
	w.tellPeople(t, "acme", notice.Notice{User: "boss", Kind: notice.KindTest, Until: noon.Add(time.Hour)})
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "notifier.delivery WHERE state = 'skipped' AND reason = 'no_credentials'") == 1
	})
	w.raise(t, "acme", "ana", "a1")
	for _, c := range w.service.Checks {
		apptest.Until(t, func() bool { return c.Ready(t.Context()) == nil })
	}
}

// A push whose message was lost does not stay queued for ever.
func TestALostPushEndsWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "boss", audience.RoleAdmin, "{}")
	w.deviceWith(t, "acme", "boss", "token-of-boss")
	w.tellPeople(t, "acme", notice.Notice{User: "boss", Kind: notice.KindTest, Until: noon.Add(time.Hour)})
	w.clock.Advance(time.Hour + 2*time.Minute)
	w.start(t, "upkeep")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "notifier.delivery WHERE state = 'expired' AND reason = 'not_sent' AND done_at = '2026-03-08 13:02Z'") == 1
	})
}

func TestAWrongConfigurationOfPushesIsToldAtTheStart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	broken := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(broken, []byte("no JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := w.withPushes(t, notifier.PushConfig{Credentials: broken}); err == nil || !strings.Contains(err.Error(), "TERRENO_FCM_CREDENTIALS="+broken) {
		t.Errorf("a file that is no JSON: %v", err)
	}
	for _, wrong := range []string{"FCM_ENDPOINT=http://fcm.example", "FCM_ENDPOINT=fcm", "FCM_ENDPOINT=https://", "FCM_PER_MINUTE=-1", "FCM_PER_MINUTE=99999999"} {
		var c notifier.Config
		name, _, _ := strings.Cut(wrong, "=")
		if _, err := config.Load(&c, []string{"TERRENO_" + wrong}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	var c notifier.Config
	if _, err := config.Load(&c, nil); err != nil || c.Push.PerMinute != 600_000 || c.Push.Credentials != "" {
		t.Errorf("defaults %+v, %v", c.Push, err)
	}
}

// What was sent leaves its stream, or else the stream would be full of it after a while and refuse what is new.
func TestWhatWasSentIsPurged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.nats = natstest.Start(t, natstest.WithMaxBytes(stream.Notify, 16<<10))
	w.again(t)
	const n = 40
	b, by := w.nats.Bus(t, name), w.nats.Admin(t)
	for i := range n {
		to, err := subject.New("acme", "notificacion", "push", fmt.Sprint("d", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Publish(t.Context(), bus.Message{Subject: to, ID: to.String(), Data: []byte(`{"notification_id":"gone","token_id":"gone"}`)}); err != nil {
			t.Fatal(err)
		}
	}
	w.start(t, "push")
	w.nats.Settled(t, stream.Notify, stream.NotifierPush)
	if got := natstest.Stored(t, by, stream.Notify); got != n {
		t.Errorf("%d messages before the purge", got)
	}
	w.start(t, "upkeep")
	apptest.Until(t, func() bool { return natstest.Stored(t, by, stream.Notify) < n })
}
