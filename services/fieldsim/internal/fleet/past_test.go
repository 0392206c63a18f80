package fleet

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

// A fleet with an office begins with yesterday and this morning, and sends nothing of the silences.
func TestAFleetWithAnOfficeHasAPast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		manual := clock.NewManual(tr.Midnight.AddDate(1, 0, 0).Add(12*time.Hour + 40*time.Minute))
		server := servertest.New(servertest.Options{Seed: 3, Refuse: 0.05, LoseAnswer: 0.05, Password: "secret", Now: manual.Now})
		w := setup(servertest.Listen(t, server), Options{
			Trace: tr, Logins: logins(14), Cadence: phone.Cadence{Fixes: 20, Every: time.Minute}, Office: "admin",
		})
		stop := following(t, w, manual)
		defer stop()
		<-time.After(10 * time.Minute) // the clock stands still meanwhile
		today := int(w.day(manual.Now()))
		want := recorded(w.Fleet, today-1, today)
		for key := range want {
			at := time.UnixMilli(key.RecordedAtMS)
			silent := false
			for _, m := range w.members() {
				if servertest.UserOf(m.login) != key.User || m.story == nil {
					continue
				}
				for day := int64(today - 1); day <= int64(today); day++ {
					_, kept := m.story.Fixes(m.vehicle.InTime(), w.begins(0))
					inside := silentAt(w, m, at, day)
					silent = silent || inside && (len(kept) == 0 || kept[0].At.Add(w.begins(day).Sub(w.begins(0))).After(manual.Now()))
				}
			}
			if silent || !at.Before(manual.Now()) {
				delete(want, key)
			}
		}
		got := server.Stored()
		for key := range got {
			if _, ok := want[key]; !ok {
				t.Fatalf("%+v (%v) was sent, and should not be", key, time.UnixMilli(key.RecordedAtMS).In(tr.Midnight.Location()))
			}
		}
		for key := range want {
			if _, ok := got[key]; !ok {
				t.Fatalf("%+v (%v) of the past is missing", key, time.UnixMilli(key.RecordedAtMS).In(tr.Midnight.Location()))
			}
		}
		if len(want) < 5000 {
			t.Errorf("the past has %d positions, too few for this test", len(want))
		}
	})
}

// A user that somebody deactivated does not keep the others from seeing yesterday.
func TestAnOfficeDoesNotWaitForADeactivatedUser(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		manual := clock.NewManual(tr.Midnight.AddDate(1, 0, 0).Add(12 * time.Hour))
		server := servertest.New(servertest.Options{Password: "secret", Now: manual.Now})
		refusing := servertest.New(servertest.Options{Password: "other"})
		all := logins(6)
		h := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			if bytes.Contains(body, []byte(all[3])) {
				refusing.ServeHTTP(rw, r)
				return
			}
			server.ServeHTTP(rw, r)
		})
		w := setup(servertest.Listen(t, h), Options{Trace: tr, Logins: all, Cadence: phone.Cadence{Fixes: 20, Every: time.Minute}, Office: "admin"})
		stop := following(t, w, manual)
		defer stop()
		<-time.After(3 * time.Minute)
		key := servertest.UserOf("admin") + " /v1/jobs/resumen-diario/run demo-summary-" + w.begins(w.day(manual.Now())-1).Format(time.DateOnly)
		if server.Posts()[key] == 0 {
			t.Error("the office did not have yesterday summed up")
		}
	})
}

// silentAt says whether a phone records nothing that it sends at once at an instant of a day.
func silentAt(w world, m member, at time.Time, day int64) bool {
	begins := w.begins(day)
	if at.Before(begins) || !at.Before(begins.Add(24*time.Hour)) {
		return false
	}
	sent, _ := m.story.Fixes(m.vehicle.InTime(), w.begins(0))
	for _, f := range sent {
		if f.RecordedAt.Add(begins.Sub(w.begins(0))).Equal(at.UTC()) {
			return false
		}
	}
	return true
}
