package push

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/fcm"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// asService makes this test binary a process that sends pushes, so that it can be killed. Its value is a folder with the credentials.
const asService = "PUSH_TEST_AS_SERVICE"

func init() {
	if os.Getenv(asService) != "" {
		fmt.Fprintln(os.Stderr, "pusher ended:", serve(context.Background()))
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	b, err := bus.Connect(os.Getenv("TERRENO_NATS_URL"), service, bus.Options{Log: log})
	if err != nil {
		return err
	}
	pool, err := db.Open(ctx, os.Getenv("TERRENO_DATABASE_URL"), db.Options{})
	if err != nil {
		return err
	}
	folder := os.Getenv(asService)
	to, err := fcm.New(ctx, fcm.Config{Credentials: folder + "/credentials.json", CA: folder + "/ca.pem", Endpoint: os.Getenv("FAKE"), Timeout: time.Minute})
	if err != nil {
		return err
	}
	at := clock.NewManual(noon)
	s := store.New(pool, change.New(pool, outbox.NewRelay(pool, b, store.Schema, log, nil), store.Schema, at), alert.Settings{})
	p, err := New(Deps{Bus: b, Store: s, Sender: to, Clock: at, Log: log, Drain: 10 * time.Second}, quick)
	if err != nil {
		return err
	}
	return p.Run(ctx)
}

func (w *world) process(t *testing.T) (kill func()) {
	t.Helper()
	folder := t.TempDir()
	if _, _, err := w.fake.Files(folder); err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(w.nats.URL(service), "@")
	return apptest.Process(t, nil, asService+"="+folder, "FAKE="+w.fake.URL(),
		"TERRENO_NATS_URL="+strings.Replace(w.nats.URL(service), address, w.nats.Addr(), 1), "TERRENO_DATABASE_URL="+w.database.DSN(db.Role(service)))
}

// The process is killed three times in the middle of its work. No push is missing, and each kill repeats at most what was in hand.
func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	const n, kills = 3000, 3
	w := setup(t, fcmtest.Options{Latency: 30 * time.Millisecond}, natstest.WithTCP())
	w.rows(t, "b", n, noon.Add(time.Hour))
	w.publish(t, "push", "b", n)
	for i := range kills {
		kill := w.process(t)
		until(t, func() bool { return w.fake.Total() >= (i+1)*n/(kills+1) })
		kill()
	}
	before := w.count(t, "sent")
	w.process(t)
	until(t, func() bool { return w.count(t, "sent") == n })
	w.settled(t)
	sends, again := w.sends(), 0
	for i := range n {
		s := sends[fmt.Sprint("b", i+1)]
		if s < 1 || s > 1+kills {
			t.Errorf("b%d was sent %d times", i+1, s)
		}
		again += s - 1
	}
	if again > kills*hands {
		t.Errorf("%d pushes came twice, and %d were in hand", again, kills*hands)
	}
	t.Logf("%d of %d pushes came twice after %d kills; %d were sent before the last", again, n, kills, before)
}
