package push

import (
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/notifier/fcmtest"
)

// 10,000 pushes meet everything that FCM and the way to it can do. Each ends as its plan says and is sent as often as its plan says: none
// is lost, none is stuck, and none is sent again after it was sent or refused for good.
func TestTenThousandPushesEndAsTheScriptSays(t *testing.T) {
	t.Parallel()
	const n, urgent = 9_000, 1_000
	date := fcmtest.QuotaUntil(time.Now().Add(3 * time.Second))
	plans := []fcmtest.Plan{
		{fcmtest.OK},
		{fcmtest.Invalid},
		{fcmtest.Mismatch},
		{fcmtest.Unregistered},
		{fcmtest.Quota(1), fcmtest.OK},
		{date, fcmtest.OK},
		{fcmtest.Internal, fcmtest.OK},
		{fcmtest.Unavailable, fcmtest.OK},
		{fcmtest.Reset, fcmtest.Internal, fcmtest.OK},
		{fcmtest.Cut, fcmtest.OK},
		{fcmtest.Hang, fcmtest.OK},
		{fcmtest.Internal},
		{fcmtest.Internal, fcmtest.Unregistered},
		{fcmtest.Stall, fcmtest.OK},
		{fcmtest.GoAway},
	}
	weights := []int{7950, 200, 200, 300, 300, 100, 300, 200, 100, 100, 10, 100, 85, 5, 50}
	script, plan := fcmtest.Seeded(20150607, plans, weights)
	w := setup(t, fcmtest.Options{Script: script})
	w.rows(t, "b", n, noon.Add(time.Hour))
	w.rows(t, "u", urgent, noon.Add(time.Hour))
	w.publish(t, "push", "b", n)
	w.publish(t, "urgente", "u", urgent)
	settings := quick
	settings.Tries = 8 // Some of the failures count as no try. More tries than any plan has keeps the numbers exact.
	// A hang costs this long. It is far more than an answer takes on a busy machine.
	apptest.Start(t, w.pusher(t, w.client(t, 15*time.Second), settings).Run)
	until(t, func() bool { return w.count(t, "queued") == 0 })
	w.settled(t)

	sends, dropped, letters := w.sends(), 0, 0
	ends := w.ended(t)
	if len(ends) != n+urgent {
		t.Fatalf("%d pushes", len(ends))
	}
	for id, e := range ends {
		p := plan("token-"+id, id)
		most, sent := p.Ends(settings.Tries)
		last := p.At(most)
		if sends[id] != most || (e.State == "sent") != sent || !sent && e.State != "failed" {
			t.Errorf("%s was sent %d times and is %+v; its plan is %+v", id, sends[id], e, p)
		}
		if last == fcmtest.Unregistered || last == fcmtest.Mismatch {
			dropped++
		}
		if last == fcmtest.Internal {
			letters++
		}
	}
	if left := pgtest.Count(t, w.admin, "notifier.push_token"); left != n+urgent-dropped {
		t.Errorf("%d tokens are left, want %d", left, n+urgent-dropped)
	}
	if got := len(w.letters(t)); got != letters {
		t.Errorf("%d dead letters, want %d", got, letters)
	}
}
