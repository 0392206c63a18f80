package activity_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/subject"
)

// book makes the memory of a service that follows shifts, which is empty until it runs.
func (w *world) book(t *testing.T) *shifts.Book {
	t.Helper()
	return shifts.New(w.database.DB(t, "geofence"), w.nats.Bus(t, "geofence"), w.clock, natstest.Log(t))
}

func run(t *testing.T, b *shifts.Book) {
	t.Helper()
	apptest.Run(t, &app.Service{Name: "geofence", Runners: []app.Runner{{Name: "shifts", Run: b.Run}}})
}

func loaded(t *testing.T, b *shifts.Book) {
	t.Helper()
	run(t, b)
	apptest.Until(t, func() bool { return b.Ready(t.Context()) == nil })
}

// becomes waits until a position of Ana's, so many minutes ago, is judged so.
func (w *world) becomes(t *testing.T, b *shifts.Book, minutes int, want shifts.Verdict) {
	t.Helper()
	apptest.Until(t, func() bool {
		return b.Judge("acme", "ana", w.clock.Now().Add(-time.Duration(minutes)*time.Minute)) == want
	})
}

// What people may see is written in SQL, for tracks and in memory. The three say the same.
func TestOneRuleSaysWhatIsShown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := &shiftstest.Activity{Admin: w.admin}
	a.Decide(t, "acme", "on_shift", noon)
	r := rand.New(rand.NewPCG(8, 8))
	const users = 12
	for _, company := range []string{"acme", "beta"} {
		for u := range users {
			at := noon.Add(-7 * days)
			for i := range r.IntN(8) {
				from := at.Add(time.Duration(r.IntN(30)) * time.Hour)
				at = from.Add(time.Duration(r.IntN(37)) * time.Hour)
				until := at
				if i == 7 || r.IntN(6) == 0 {
					until, at = time.Time{}, from.Add(36*time.Hour)
				}
				a.Shift(t, company, fmt.Sprint("u", u), fmt.Sprint("s", i), from, until)
			}
		}
	}
	b := w.book(t)
	loaded(t, b)
	first, last := noon.Add(-7*days), noon.Add(7*days)
	hidden := 0
	for _, company := range []string{"acme", "beta", "none"} {
		for u := range users {
			user := fmt.Sprint("u", u)
			var shown shifts.Shown
			var inSQL []bool
			if err := w.database.DB(t, "geofence").AsWorker(t.Context(), func(tx *sqlx.Tx) (err error) {
				if shown, err = shifts.Read(t.Context(), tx, []shifts.Who{{Company: company, User: user}, {Company: "acme", User: "other"}}, first, last); err != nil {
					return err
				}
				return tx.Select(&inSQL, `SELECT `+shifts.Where("$1::text", "$2::text", "p.at")+` FROM generate_series($3::timestamptz, $4::timestamptz, '1 hour') p(at) ORDER BY p.at`, company, user, first, last)
			}); err != nil {
				t.Fatal(err)
			}
			for i, want := range inSQL {
				at := first.Add(time.Duration(i) * time.Hour)
				verdict := shifts.Hide
				if want {
					verdict = shifts.Show
				} else {
					hidden++
				}
				if got := shown.Of(company, user).Shows(at.UnixMilli()); got != want {
					t.Fatalf("%s %s at %v: SQL says %v, a track %v", company, user, at, want, got)
				}
				if got := b.Judge(company, user, at); got != verdict {
					t.Fatalf("%s %s at %v: SQL says %v, the book %v", company, user, at, want, got)
				}
			}
			if company != "acme" && shown.Of(company, user) != nil {
				t.Errorf("%s does not hide", company)
			}
		}
	}
	if hidden < 500 {
		t.Errorf("only %d are hidden", hidden)
	}
	if got := b.Judge("acme", "u1", noon.Add(-30*days)); got != shifts.Old {
		t.Errorf("of what is older than its memory the book says %v", got)
	}
}

func TestABookFollowsTheService(t *testing.T) {
	t.Parallel()
	w := setup(t)
	b := w.book(t)
	var changes atomic.Int32
	b.OnChange(func(company, user string) {
		if company == "acme" && user == "ana" {
			changes.Add(1)
		}
	})
	if b.Ready(t.Context()) == nil || !b.Hides("acme") || b.Judge("acme", "ana", noon) != shifts.Unsure {
		t.Error("a book that is not loaded shows something")
	}
	if _, ok := b.Of("acme", "ana"); ok {
		t.Error("a book that is not loaded is sure")
	}
	loaded(t, b)
	if b.Hides("acme") || b.Judge("acme", "ana", noon) != shifts.Show {
		t.Error("a company that tracks always hides something")
	}
	w.shift(t, "ana", "start", "s1", before(60)).Is(t, http.StatusOK, "") // before the company decides
	decide := func(tracking string) {
		t.Helper()
		w.settings(t, person("boss"), policy(body{"tracking": tracking})).Is(t, http.StatusOK, "")
	}
	decide("on_shift")
	w.becomes(t, b, 61, shifts.Hide)
	w.becomes(t, b, 59, shifts.Show)
	w.shift(t, "ana", "pause", "k2", before(50)).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "end", "k3", before(40)).Is(t, http.StatusOK, "")
	w.becomes(t, b, 39, shifts.Hide)
	w.becomes(t, b, 45, shifts.Show)
	// An earlier start: the first shift is withdrawn, and another one holds all.
	w.shift(t, "ana", "start", "s0", before(90)).Is(t, http.StatusOK, "")
	w.becomes(t, b, 89, shifts.Show)
	w.becomes(t, b, 45, shifts.Show)
	w.becomes(t, b, 91, shifts.Hide)
	apptest.Until(t, func() bool { return changes.Load() >= 3 }) // it tells after it has changed
	if b.Judge("beta", "ana", noon) != shifts.Show || b.Judge("acme", "beto", noon) != shifts.Hide {
		t.Error("others than Ana are judged by her shifts")
	}
	// What cannot be read makes it read everything, and hides nobody for good.
	raw, err := subject.New("acme", activity.Domain, activity.EventState, "s9")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.nats.Admin(t).Publish(t.Context(), bus.Message{Subject: raw, ID: "odd", Data: []byte(`{"id":"other"}`)}); err != nil {
		t.Fatal(err)
	}
	w.shift(t, "ana", "start", "s4", before(10)).Is(t, http.StatusOK, "")
	w.becomes(t, b, 5, shifts.Show)
	decide("always")
	w.becomes(t, b, 91, shifts.Show)
}
