package fleet

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

func TestFastSendsTheWholeDayToAFaultyServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{
			Seed: 5, Refuse: 0.1, Cut: 0.05, LoseAnswer: 0.05, HalfAnswer: 0.05, Deny: 0.05, Slow: 0.05, SlowFor: 10 * time.Second, AuthToo: true,
			Password: "secret", TokenLife: 2 * time.Minute, LoginTook: 200 * time.Millisecond,
		})
		w := setup(servertest.Listen(t, server), Options{
			Trace: load(t, "austin-2017-03-21"), Logins: logins(40), Seed: 3,
			Cadence: phone.Cadence{Fixes: 10, Every: 30 * time.Minute}, Faults: everyFault,
		})
		ctx, cancel := context.WithTimeout(t.Context(), 48*time.Hour) // by the fake clock of synctest
		defer cancel()
		if err := w.Fast(ctx, 0); err != nil {
			t.Fatal(err)
		}
		want := map[string]int{}
		for _, m := range w.members() {
			maps.Copy(want, planned(m, w.fastPlan(m, 0)))
		}
		compare(t, "acknowledged uploads", answered(server), want)
		compare(t, "ledger, compared with the recorded fixes", acknowledged(w.ledger), recorded(w.Fleet, 0))
		compare(t, "ledger, compared with the stored positions", acknowledged(w.ledger), server.Stored())
		r, notes := w.ledger.Report(), server.Notes()
		if r.Requests-r.Retries != r.Uploads || r.Retries < 100 || len(r.Refused) != 0 || notes.MostLogins > 4 || notes.Denied == 0 {
			t.Errorf("report %+v, server %+v", r, notes)
		}
	})
}

func TestFastWithoutFaultsSendsEveryRowOnceInTheFilesOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{Password: "secret"})
		w := setup(servertest.Listen(t, server), Options{
			Trace: load(t, "austin-2017-03-21"), Logins: logins(40), Cadence: phone.Cadence{Fixes: 25, Every: time.Hour},
		})
		shift := 3 * 24 * time.Hour
		if err := w.Fast(t.Context(), shift); err != nil {
			t.Fatal(err)
		}
		got := map[string][]int64{}
		for _, u := range server.Uploads() {
			if u.Came != 1 {
				t.Errorf("a server without faults received an upload %d times", u.Came)
			}
			for _, f := range u.Fixes {
				got[u.User] = append(got[u.User], f.RecordedAtMS)
			}
		}
		for _, m := range w.members() {
			sent := got[servertest.UserOf(m.login)]
			if len(sent) != len(m.vehicle.Fixes) {
				t.Fatalf("%s sent %d fixes, the file has %d", m.login, len(sent), len(m.vehicle.Fixes))
			}
			for i, f := range m.vehicle.Fixes {
				if sent[i] != f.RecordedAt.Add(shift).UnixMilli() {
					t.Fatalf("%s: fix %d is not the one in the file", m.login, i)
				}
			}
		}
		if r := w.ledger.Report(); r.Fixes != 8920 || r.Accepted != 8920 || r.Logins != 40 {
			t.Errorf("report %+v", r)
		}
	})
}

func TestWithMorePhonesThanVehiclesTwoPhonesShareAVehicle(t *testing.T) {
	t.Parallel()
	w := setup(nil, Options{Trace: load(t, "austin-2017-03-21"), Logins: logins(41)})
	m := w.members()
	if m[40].vehicle.ID != m[0].vehicle.ID || m[40].login != "campo41" || m[0].device != "sim-2221" {
		t.Errorf("%s replays %s, %s replays %s", m[40].login, m[40].device, m[0].login, m[0].device)
	}
	if w.seed(m[40], 0) == w.seed(m[0], 0) || w.seed(m[0], 0) == w.seed(m[0], 1) {
		t.Error("two phones, or two days, have the same faults")
	}
}

func TestARefusedPhoneDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		open, closed := servertest.New(servertest.Options{Password: "secret"}), servertest.New(servertest.Options{Password: "other"})
		w := setup(servertest.Listen(t, byLogin("campo02", closed, open)), Options{
			Trace: load(t, "austin-2017-03-21"), Logins: logins(3), Cadence: phone.Cadence{Fixes: 50, Every: time.Hour},
		})
		err := w.Fast(t.Context(), 0)
		if !errors.Is(err, client.ErrLoginRefused) || !strings.Contains(err.Error(), "phone campo02") || strings.Contains(err.Error(), "campo01") {
			t.Errorf("error %v, want one that names only campo02", err)
		}
		m := w.members()
		if got, want := w.ledger.Report().Accepted, len(m[0].vehicle.Fixes)+len(m[2].vehicle.Fixes); got != want {
			t.Errorf("%d fixes accepted, want the %d of the other two phones", got, want)
		}
	})
}

func TestFastEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		server := servertest.New(servertest.Options{Password: "secret"})
		server.Down(true)
		w := setup(servertest.Listen(t, server), Options{
			Trace: load(t, "austin-2017-03-21"), Logins: logins(5), Cadence: phone.Cadence{Fixes: 50, Every: time.Hour},
		})
		began := time.Now()
		if err := w.Fast(ctx, 0); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// byLogin sends the requests of one login to the first handler, and all others to the second.
func byLogin(login string, one, others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, again := peek(r)
		if strings.Contains(text, login) {
			one.ServeHTTP(w, again)
			return
		}
		others.ServeHTTP(w, again)
	})
}
