package inactivity_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

// The statement counts as package silence does, in worlds of all kinds.
func TestTheSurveyCountsAsTheRule(t *testing.T) {
	t.Parallel()
	w := setup(t)
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test that repeats
	now := at("15:00")
	w.clock.Set(now)
	w.stored(t, now.Add(-time.Minute), now)
	m := silence.At(now, &silence.Watermark{StoredUntil: now.Add(-time.Minute), AskedAt: now, Margin: 30 * time.Second})
	minutes := func(most int) time.Time { return now.Add(-time.Duration(random.IntN(most*2)) * 30 * time.Second) }
	want := map[string]silence.Company{}
	due := 0
	for c := range 40 {
		id := fmt.Sprintf("c%02d", c)
		w.company(t, id)
		var shared silence.Shared
		switch random.IntN(3) {
		case 0:
			shared = silence.Shared{Since: minutes(60), Scope: alert.ScopeCompany}
			shared.Excused = shared.Since.Add(-time.Duration(random.IntN(200)) * time.Minute)
			w.exec(t, `INSERT INTO inactivity.shared (id_empresa, cause, since, raised_at, people, people_of, scope, excused_at) VALUES ($1, 'shared_silence', $2, $2, 1, 1, 'company', $3)`, id, shared.Since, shared.Excused)
		case 1:
			shared = silence.Shared{Excused: minutes(120)}
			w.exec(t, `INSERT INTO inactivity.shared (id_empresa, cause, since, raised_at, people, people_of, scope, ended_at) VALUES ($1, 'shared_silence', $2, $2, 1, 1, 'company', $2)`, id, shared.Excused)
		}
		var people []silence.Person
		for u := range random.IntN(12) {
			p := silence.Person{User: fmt.Sprintf("u%02d", u), Since: minutes(200), After: 30 * time.Minute}
			w.user(t, id, p.User, "colaborador", "{}")
			w.shifts.Shift(t, id, p.User, "s", p.Since, time.Time{})
			if random.IntN(5) > 0 {
				p.Contact = minutes(150)
				w.exec(t, `INSERT INTO tracking.latest_position (id_empresa, user_id, recorded_at, device_id, received_at, lat, lon, activity, mock) VALUES ($1, $2, $3, 'd', $3, 4, -74, '', false)`, id, p.User, p.Contact)
			}
			if random.IntN(4) == 0 {
				p.After = time.Duration(5+random.IntN(60)) * time.Minute
				w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by) VALUES ($1, 'user', $2, $3, 'auto', '[]', 0, 1, now(), '')`, id, p.User, int(p.After/time.Second))
			}
			if random.IntN(4) == 0 {
				p.Open = true
				w.exec(t, `INSERT INTO inactivity.silence (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why) VALUES ($1, $2, 'inactividad', $3, 'shifts', 1800, $3, '{}')`, id, p.User, now)
			}
			people = append(people, p)
		}
		if len(people) == 0 {
			shared.Excused = time.Time{} // whom nobody needs
		}
		if len(people) > 0 || shared.Lasts() {
			want[id] = silence.Count(id, m, shared, people)
			due += len(want[id].Due)
		}
	}
	survey, err := w.checker.Store.Survey(t.Context(), now, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if len(survey.Companies) != len(want) || due < 10 {
		t.Errorf("%d companies of %d, %d people are due", len(survey.Companies), len(want), due)
	}
	show := func(c silence.Company) string {
		slices.SortFunc(c.Due, func(a, b silence.Person) int { return cmp.Compare(a.User, b.User) })
		text := fmt.Sprintf("%d %d %d %v %s %v", c.Expected, c.Reporting, c.Quiet, c.Shared.Since.UnixMilli(), c.Shared.Scope, c.Shared.Excused.UnixMilli())
		for _, p := range c.Due {
			text += fmt.Sprint(" ", p.User, p.Contact.UnixMilli(), p.Since.UnixMilli(), p.After)
		}
		return text
	}
	for _, c := range survey.Companies {
		if got, want := show(c), show(want[c.ID]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.ID, got, want)
		}
	}
}

// With many companies of which few people work, the statement must not read everybody's shifts and positions; and closing looks only at
// what lasts.
func TestHowTheWorldIsRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `
INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || c, 'c', 'UTC' FROM generate_series(1, 200) c;
INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'c' || c, 'u' || u, 'u', 'colaborador' FROM generate_series(1, 200) c, generate_series(1, 50) u;
INSERT INTO activity.shift_user (id_empresa, user_id) SELECT 'c' || c, 'u' || u FROM generate_series(1, 200) c, generate_series(1, 50) u;
INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
SELECT 'c' || c, 'u' || u, 's' || d, timestamptz '2026-03-09 08:00Z' - d * interval '1 day', CASE WHEN d > 0 OR u > 2 THEN timestamptz '2026-03-09 17:00Z' - d * interval '1 day' END, false, '[]', false, '2026-03-09 22:00Z', 1
FROM generate_series(1, 200) c, generate_series(1, 50) u, generate_series(0, 5) d;
INSERT INTO tracking.latest_position (id_empresa, user_id, recorded_at, device_id, received_at, lat, lon, activity, mock)
SELECT 'c' || c, 'u' || u, '2026-03-09 16:59Z', 'd', '2026-03-09 16:59Z', 4, -74, '', false FROM generate_series(1, 200) c, generate_series(1, 50) u;
INSERT INTO inactivity.silence (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why, ended_at)
SELECT 'c' || c, 'u' || u, 'inactividad', now(), 'shifts', 1800, now(), '{}', CASE WHEN u > 1 OR c > 20 THEN now() END FROM generate_series(1, 200) c, generate_series(1, 50) u;
INSERT INTO inactivity.device_state (id_empresa, user_id, device_id, kind, occurred_at, received_at, value, level, charging, app, os, model)
SELECT 'c' || c, 'u' || u, 'd', k, '2026-03-09 10:00Z', '2026-03-09 10:00Z', '', u / 50.0, false, '', '', '' FROM generate_series(1, 200) c, generate_series(1, 50) u, unnest('{battery,app,versions}'::text[]) k;
ANALYZE identity.users, identity.company, activity.shift, tracking.latest_position, inactivity.silence, inactivity.setting, inactivity.shared, inactivity.device_state`)
	w.stored(t, noon, noon)
	for what, statement := range map[string]string{"survey": store.SurveyStatement, "lasting": store.LastingStatement, "lows": store.LowsStatement} {
		var plan []string
		err := w.deps.DB.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
			args := []any{noon, "{}", "{}", "{}", "{}", "", noon, nil}
			switch what {
			case "lasting":
				args = args[:6]
			case "lows":
				args[7] = noon
			}
			return tx.SelectContext(t.Context(), &plan, "EXPLAIN "+statement, args...)
		})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		text := strings.Join(plan, "\n")
		bad := []string{"Seq Scan on shift ", "Seq Scan on device_state"}
		if what == "lasting" {
			bad = append(bad, "Seq Scan on silence", "Seq Scan on latest_position", "Seq Scan on users")
		}
		for _, b := range bad {
			if strings.Contains(text, b) {
				t.Errorf("%s reads all of a table:\n%s", what, text)
			}
		}
	}
}
