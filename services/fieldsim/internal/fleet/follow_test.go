package fleet

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

// following runs Follow until the test calls stop.
func following(t *testing.T, w world, clk clock.Clock) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Follow(ctx, clk) }()
	synctest.Wait() // Now all phones have read the clock and are waiting.
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Follow ended with %v, want nil", err)
		}
	}
}

func TestFollowSendsWhenTheDomainClockSaysSo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		begin := tr.Midnight.AddDate(2, 0, 0)
		const speed = 120
		domain := clock.NewDomain(begin, speed)
		server := servertest.New(servertest.Options{
			Seed: 2, Refuse: 0.05, LoseAnswer: 0.05, Password: "secret", TokenLife: 15 * time.Minute, Now: domain.Now,
		})
		w := setup(servertest.Listen(t, server), Options{
			Trace: tr, Logins: logins(4), Seed: 1, Cadence: phone.Cadence{Fixes: 20, Every: 5 * time.Minute}, Faults: everyFault,
		})
		stop := following(t, w, domain)
		<-time.After(52 * time.Hour / speed)
		stop()

		days := int(begin.Sub(tr.Midnight) / (24 * time.Hour))
		got := acknowledged(w.ledger)
		for key := range recorded(w.Fleet, days, days+1) {
			if _, ok := got[key]; !ok {
				t.Fatalf("%+v was recorded on the first two days, but it is not acknowledged on the third", key)
			}
		}
		plan := map[string]phone.Upload{}
		for _, m := range w.members() {
			for _, u := range upTo(w.newSchedule(m, begin), begin.Add(52*time.Hour)) {
				for name := range planned(m, []phone.Upload{u}) {
					if _, repeat := plan[name]; !repeat {
						plan[name] = u
					}
				}
			}
		}
		for _, u := range server.Uploads() {
			due, ok := plan[body(u.User, u.Device, u.Fixes, u.Places)]
			if !ok {
				t.Fatalf("no plan contains the upload of %s at %v", u.User, u.First)
			}
			// A phone that repeats an upload sends the next one some seconds late. On this fast clock these are minutes.
			if late := u.First.Sub(due.At); late < 0 || late > 30*time.Minute {
				t.Errorf("%s sent at %v an upload that was due at %v", u.User, u.First, due.At)
			}
		}
	})
}

func TestFollowNoticesAClockThatIsSetByHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		begin := tr.Midnight.Add(8 * time.Hour)
		manual := clock.NewManual(begin)
		server := servertest.New(servertest.Options{Password: "secret"})
		w := setup(servertest.Listen(t, server), Options{Trace: tr, Logins: logins(3), Cadence: phone.Cadence{Fixes: 1, Every: time.Minute}})
		stop := following(t, w, manual)
		defer stop()
		for range 6 {
			now := manual.Advance(time.Hour)
			<-time.After(time.Minute) // The phones read the clock each second.
			want := 0
			for key := range recorded(w.Fleet, 0) {
				if key.RecordedAtMS >= begin.UnixMilli() && key.RecordedAtMS <= now.UnixMilli() {
					want++
				}
			}
			if got := len(server.Stored()); got != want || want == 0 {
				t.Fatalf("at %v: %d positions stored, %d recorded", now, got, want)
			}
		}
	})
}

func TestNoFixIsLostWhileTheServerIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		manual := clock.NewManual(tr.Midnight.Add(10 * time.Hour))
		server := servertest.New(servertest.Options{Password: "secret"})
		w := setup(servertest.Listen(t, server), Options{Trace: tr, Logins: logins(5), Cadence: phone.Cadence{Fixes: 10, Every: time.Minute}})
		stop := following(t, w, manual)
		defer stop()
		server.Down(true)
		for range 60 {
			manual.Advance(5 * time.Minute)
			<-time.After(10 * time.Second)
		}
		if n := len(server.Stored()); n != 0 {
			t.Fatalf("a server that is down stored %d positions", n)
		}
		server.Down(false)
		<-time.After(10 * time.Minute)
		want := recorded(w.Fleet, 0)
		now := manual.Now()
		for key := range want {
			at := time.UnixMilli(key.RecordedAtMS)
			// Fixes of the last minute may not be due yet. Fixes from before the start are never sent.
			if at.Before(tr.Midnight.Add(10*time.Hour)) || at.After(now.Add(-time.Minute)) {
				delete(want, key)
			}
		}
		for key := range want {
			if _, ok := server.Stored()[key]; !ok {
				t.Fatalf("%+v was recorded while the server was down and never arrived", key)
			}
		}
		if len(want) < 100 {
			t.Errorf("only %d positions were recorded in five hours, too few for this test", len(want))
		}
	})
}

func TestARefusedPhoneTriesAgainLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		wrong, right := servertest.New(servertest.Options{Password: "other"}), servertest.New(servertest.Options{Password: "secret"})
		var changed atomic.Bool
		var attempts atomic.Int64
		h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if changed.Load() {
				right.ServeHTTP(rw, r)
				return
			}
			attempts.Add(1)
			wrong.ServeHTTP(rw, r)
		})
		w := setup(servertest.Listen(t, h), Options{Trace: tr, Logins: logins(1), Cadence: phone.Cadence{Fixes: 1, Every: time.Minute}})
		stop := following(t, w, clock.NewManual(w.members()[0].vehicle.InTime()[0].RecordedAt))
		defer stop()
		<-time.After(10*time.Minute + time.Second)
		if n := attempts.Load(); n != 13 { // The pauses are 5, 10, 20 and 40 seconds, then a minute each.
			t.Errorf("%d attempts in ten minutes, want 13", n)
		}
		changed.Store(true)
		<-time.After(time.Minute)
		if n := len(right.Stored()); n != 1 {
			t.Errorf("%d positions stored, want the one position that waited", n)
		}
	})
}

func TestFollowEndsWhileItWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		server := servertest.New(servertest.Options{Password: "other"})
		w := setup(servertest.Listen(t, server), Options{Trace: tr, Logins: logins(40), Cadence: phone.Cadence{Fixes: 1, Every: time.Minute}})
		// At midnight no upload is due. At noon the phones wait because the server refuses their logins.
		for _, at := range []time.Duration{0, 12 * time.Hour} {
			stop := following(t, w, clock.NewDomain(tr.Midnight.Add(at), 60))
			<-time.After(90 * time.Second)
			began := time.Now()
			stop()
			if took := time.Since(began); took != 0 {
				t.Errorf("Follow took %v to end", took)
			}
		}
	})
}
