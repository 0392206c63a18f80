package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// onShift makes acme track its people in their shifts only, from an instant on. The store knows that.
func (w *world) onShift(t testing.TB, since time.Time) {
	t.Helper()
	w.Store = w.Hides(func(company string) bool { return company == "acme" })
	w.exec(t, `INSERT INTO activity.settings (id_empresa, check_in_policy, check_in_max_m, close_at, tracking, tracking_since)
		VALUES ('acme', 'note', 1, '22:00', 'on_shift', $1)`, since)
}

func (w *world) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// shift writes a shift of somebody, in hours after midnight. It lasts if to is zero.
func (w *world) shift(t testing.TB, company, user string, from, to float64) {
	t.Helper()
	at := func(hours float64) time.Time { return today.Add(time.Duration(hours * float64(time.Hour))) }
	var end *time.Time
	if to != 0 {
		is := at(to)
		end = &is
	}
	w.exec(t, `WITH u AS (INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING)
		INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
		VALUES ($1, $2, $3, $4, $5, false, '[]', false, $4, 1) ON CONFLICT (id_empresa, user_id, id) DO UPDATE SET ended_at = excluded.ended_at`,
		company, user, fmt.Sprint(from), at(from), end)
}

// seen returns what an admin sees: the hours of a user's newest position, and those of all.
func (w *world) seen(t testing.TB, company, user string) string {
	t.Helper()
	page, err := w.Latest(t.Context(), admin(company), "", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	newest := "-"
	for _, p := range page {
		if p.UserID == user {
			newest = fmt.Sprint(p.RecordedAt.Time().Sub(today).Hours())
		}
	}
	all, _, err := w.Playback(t.Context(), admin(company), store.Range{User: user, From: today.AddDate(0, 0, -1), To: today.AddDate(0, 0, 2), Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	hours := []string{}
	for _, p := range all {
		hours = append(hours, fmt.Sprint(p.RecordedAt.Time().Sub(today).Hours()))
	}
	return newest + ": " + strings.Join(hours, " ")
}

func (w *world) wantSeen(t testing.TB, user, want string) {
	t.Helper()
	if got := w.seen(t, "acme", user); got != want {
		t.Errorf("%s is seen at %s, want %s", user, got, want)
	}
}

func (w *world) days(t testing.TB) (days []string) {
	t.Helper()
	if err := w.admin.SelectContext(t.Context(), &days, `SELECT DISTINCT company || ' ' || user_id || ' ' || day FROM tracking.changed_day ORDER BY 1`); err != nil {
		t.Fatal(err)
	}
	w.exec(t, `TRUNCATE tracking.changed_day`)
	return days
}

func hour(n float64) time.Duration { return time.Duration(n * float64(time.Hour)) }

func TestWhatLiesOutsideShiftsIsHidden(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "otra"} {
		for _, user := range []string{"u1", "u2", "u3"} {
			w.user(t, company, user, "{}")
		}
	}
	w.onShift(t, today)
	w.shift(t, "acme", "u1", 8, 12)
	w.shift(t, "acme", "u2", 20, 0)
	w.shift(t, "otra", "u3", 1, 23) // of somebody with the same id elsewhere
	for _, user := range []string{"u1", "u2", "u3"} {
		for _, company := range []string{"acme", "otra"} {
			w.write(t, rowOf(company, user, "phone", fix(hour(7)), fix(hour(8)), fix(hour(11))), row(company, user, hour(12)), row(company, user, hour(21)))
		}
	}
	for _, when := range []string{"as it came", "merged"} {
		w.wantSeen(t, "u1", "11: 8 11")
		w.wantSeen(t, "u2", "21: 21")
		w.wantSeen(t, "u3", "-: ")
		for _, user := range []string{"u1", "u2", "u3"} {
			if got := w.seen(t, "otra", user); got != "21: 7 8 11 12 21" {
				t.Errorf("%s: in the other company %s is seen at %s", when, user, got)
			}
			if page, _, err := w.Playback(t.Context(), viewer("acme", "colaborador", user), store.Range{User: user, From: today, To: today.Add(hour(8)), Limit: 10}); err != nil || len(page) != 0 {
				t.Errorf("%s sees its own hidden positions: %v %v", user, page, err)
			}
		}
		// Merged before 48 hours: somebody decided anew.
		w.exec(t, `UPDATE activity.settings SET tracking = 'always'`)
		w.wantSeen(t, "u3", "21: 7 8 11 12 21")
		for _, user := range []string{"u1", "u2", "u3"} {
			w.merge(t, user)
		}
		w.exec(t, `UPDATE activity.settings SET tracking = 'on_shift'`)
	}
}

// Pages of a playback are full and miss nothing, however much between them is hidden.
func TestAPlaybackPassesOverHiddenPositions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "u1", "{}")
	w.onShift(t, today)
	var want []string
	for i := range 40 {
		at := float64(i) / 2
		w.write(t, row("acme", "u1", hour(at)))
		if i%5 == 0 {
			w.shift(t, "acme", "u1", at, at+0.1)
			want = append(want, fmt.Sprint(today.Add(hour(at)).UnixMilli()))
		}
	}
	for _, limit := range []int{1, 3, 100} {
		var got []string
		for _, p := range w.playback(t, "u1", limit) {
			got = append(got, fmt.Sprint(int64(p.RecordedAt)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %d: %v, want %v", limit, got, want)
		}
	}
}

func TestAShiftThatBecomesKnownLate(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_ = reader(t, w)
	w.user(t, "acme", "u1", "{}")
	w.onShift(t, today)
	w.write(t, row("acme", "u1", hour(-1)), row("acme", "u1", hour(13)), row("acme", "u1", hour(15)))
	w.days(t)
	w.wantSeen(t, "u1", "-: ")
	reveal := func(from, to float64, days ...string) {
		t.Helper()
		for range 2 { // handling it again changes nothing
			if err := w.Reveal(t.Context(), store.Who{Company: "acme", User: "u1"}, today.Add(hour(from)), today.Add(hour(to))); err != nil {
				t.Fatal(err)
			}
			if got := w.days(t); !slices.Equal(got, days) {
				t.Errorf("days %q, want %q", got, days)
			}
		}
	}
	w.shift(t, "acme", "u1", 12, 14)
	reveal(12, 14, "acme u1 2026-03-08")
	w.wantSeen(t, "u1", "13: 13")
	w.write(t, row("acme", "u1", hour(13.5)), row("acme", "u1", hour(16)))
	w.wantSeen(t, "u1", "13.5: 13 13.5")
	w.days(t)
	// It turns out that it ended earlier, and that there was another one the night before.
	w.shift(t, "acme", "u1", 12, 12.5)
	w.wantSeen(t, "u1", "-: ")
	w.shift(t, "acme", "u1", -3, 1)
	reveal(-3, 33, "acme u1 2026-03-07", "acme u1 2026-03-08")
	w.wantSeen(t, "u1", "-1: -1")
	// A day without positions is not marked.
	reveal(24, 40)
}

func TestWhatIsOutsideShiftsIsCutAfter48Hours(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "otra"} {
		w.user(t, company, "u1", "{}")
	}
	w.onShift(t, today.Add(hour(9)))
	w.shift(t, "acme", "u1", 12, 14)
	for _, company := range []string{"acme", "otra"} {
		for _, at := range []float64{8, 10, 13, 15} { // received a second after it was recorded
			w.write(t, row(company, "u1", hour(at)))
		}
	}
	merge := func(company string, now float64) store.Merged {
		t.Helper()
		m, err := w.Merge(t.Context(), store.Who{Company: company, User: "u1"}, today.Add(hour(now)), today.AddDate(0, 0, -90))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	unmerged := func(now float64) (who []store.Who) {
		t.Helper()
		who, err := w.Unmerged(t.Context(), store.Who{}, today.Add(hour(now)), 10)
		if err != nil {
			t.Fatal(err)
		}
		return who
	}
	if got := unmerged(16); !slices.Equal(got, []store.Who{{Company: "otra", User: "u1"}}) {
		t.Errorf("to be merged at once: %v", got)
	}
	if m := merge("otra", 16); m.Messages != 4 || m.Cut != 0 {
		t.Errorf("a company that tracks always: %+v", m)
	}
	if m := merge("acme", 55); m.Messages != 0 {
		t.Errorf("before the 48 hours: %+v", m)
	}
	if m := merge("acme", 59); m.Messages != 2 || m.Cut != 1 {
		t.Errorf("58 and 59 hours after midnight: %+v", m)
	}
	// A shift that becomes known before the time is over.
	w.shift(t, "acme", "u1", 14.5, 16)
	if m := merge("acme", 64); m.Messages != 2 || m.Cut != 0 {
		t.Errorf("in a shift: %+v", m)
	}
	w.wantSeen(t, "u1", "15: 13 15")
	// The newest position of somebody is not kept either.
	w.write(t, row("acme", "u2", hour(20)), row("acme", "u3", hour(13)), row("acme", "u3", hour(20)))
	w.shift(t, "acme", "u3", 12, 14)
	for _, user := range []string{"u2", "u3"} {
		if err := w.Reveal(t.Context(), store.Who{Company: "acme", User: user}, today, today.Add(hour(24))); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Merge(t.Context(), store.Who{Company: "acme", User: user}, today.Add(hour(69)), today.AddDate(0, 0, -90)); err != nil {
			t.Fatal(err)
		}
	}
	if n := pgtest.Count(t, w.admin, "tracking.latest_position WHERE id_empresa = 'acme' AND user_id IN ('u2', 'u3') AND recorded_at <> '2026-03-08T13:00Z'"); n != 0 {
		t.Errorf("%d hidden newest positions are left", n)
	}
	w.wantSeen(t, "u3", "13: 13")
	if len(unmerged(100)) != 0 {
		t.Error("something is left")
	}
	// What came before the company decided is hidden and stays.
	left := []string{}
	for _, p := range trackingtest.Positions(t, w.admin, "id_empresa = 'acme' AND user_id = 'u1'") {
		left = append(left, fmt.Sprint(p.RecordedAt.Time().Sub(today).Hours()))
	}
	if !slices.Equal(left, []string{"8", "13", "15"}) {
		t.Errorf("left %v", left)
	}
	if n := pgtest.Count(t, w.admin, "tracking.arrived"); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

// The newest visible position is right whoever comes first: the writer, or whoever heard of the shift.
func TestAWriterAndAShiftAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "u1", "{}")
	w.onShift(t, today)
	for i := range 20 {
		at := float64(i)
		done := make(chan error, 2)
		go func() {
			_, err := w.Write(t.Context(), []store.Track{rowOf("acme", "u1", "phone", fix(hour(at)), fix(hour(at+0.5)))})
			done <- err
		}()
		w.shift(t, "acme", "u1", at, at+0.1)
		go func() {
			done <- w.Reveal(t.Context(), store.Who{Company: "acme", User: "u1"}, today.Add(hour(at)), today.Add(hour(at+36)))
		}()
		for range 2 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		if got, _, _ := strings.Cut(w.seen(t, "acme", "u1"), ":"); got != fmt.Sprint(at) {
			t.Fatalf("the newest visible position is at %s, want %v", got, at)
		}
	}
}
