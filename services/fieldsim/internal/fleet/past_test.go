package fleet

import (
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
