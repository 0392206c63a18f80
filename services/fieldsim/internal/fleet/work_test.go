package fleet

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

// Phones that begin at noon report the morning and the day before too. What they report after a fault has the same key.
func TestPhonesReportEachDayOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tr := load(t, "austin-2015-06-07")
		const speed = 120
		domain := clock.NewDomain(tr.Midnight.AddDate(1, 0, 0).Add(12*time.Hour), speed)
		server := servertest.New(servertest.Options{Seed: 3, Refuse: 0.05, LoseAnswer: 0.05, Deny: 0.02, Password: "secret", Now: domain.Now})
		w := setup(servertest.Listen(t, server), Options{
			Trace: tr, Logins: logins(6), Seed: 1, Cadence: phone.Cadence{Fixes: 20, Every: 5 * time.Minute}, Faults: everyFault, Office: "admin",
		})
		today := w.day(domain.Now())
		stop := following(t, w, domain)
		<-time.After(35 * time.Hour / speed)
		stop()

		want := map[string]bool{}
		for _, day := range []int64{today - 1, today, today + 1} {
			for _, m := range w.members() {
				for _, a := range m.story.Actions(worker(m), work.Actions(worker(m), w.visits(day)), w.begins(day)) {
					want[servertest.UserOf(m.login)+" "+a.Path+" "+a.Key] = true
				}
			}
		}
		admin := servertest.UserOf("admin")
		got := server.Posts()
		for _, s := range work.Setup(w.visits(today), w.o.Trace.Midnight.Add(time.Duration(today)*w.o.Trace.Period())) {
			if got[admin+" "+s.Path+" "+s.Key] == 0 {
				t.Errorf("the office did not set up %s %s", s.Path, s.Key)
			}
		}
		if got[admin+" /v1/jobs/resumen-diario/run demo-summary-"+w.begins(today-1).Format(time.DateOnly)] == 0 {
			t.Error("the office did not have yesterday summed up")
		}
		for what := range got {
			if strings.HasPrefix(what, admin+" ") {
				delete(got, what)
			} else if !want[what] {
				t.Errorf("nobody planned %s", what)
			}
		}
		// The last reports of the second day may wait for an upload of the third.
		if len(want) < 100 || len(got) < len(want)-6 {
			t.Errorf("%d of %d reports arrived; these did not: %v", len(got), len(want), slices.DeleteFunc(slices.Collect(maps.Keys(want)), func(k string) bool { return got[k] > 0 }))
		}
	})
}
