package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/remind"
)

const (
	selectReminders = `SELECT s.reminders FROM notifier.settings s WHERE s.id_empresa = $1`
	lockReminders   = selectReminders + ` FOR UPDATE`
	updateReminders = `UPDATE notifier.settings SET reminders = $2 WHERE id_empresa = $1`
	allReminders    = `SELECT s.id_empresa, s.reminders FROM notifier.settings s WHERE s.reminders <> '{}'`

	// $1 and $2 are the ends of the window, $3 the least and $4 the most minutes that a company can wait, $5 those of a company that decided
	// nothing.
	lateVisits = `SELECT v.id_empresa, v.worker, v.id, v.win_from, v.win_until
FROM activity.v_visit_time v LEFT JOIN notifier.settings s ON s.id_empresa = v.id_empresa
WHERE v.win_from > $1::timestamptz - make_interval(mins => $4) AND v.win_from <= $2::timestamptz - make_interval(mins => $3)
  AND v.state IN ('pendiente', 'aceptada', 'en_ruta') AND v.tipo = 'visita' AND v.worker <> '' AND v.in_at IS NULL
  AND v.win_from + make_interval(mins => coalesce((s.reminders ->> 'first_visit_after_min')::integer, $5)) > $1
  AND v.win_from + make_interval(mins => coalesce((s.reminders ->> 'first_visit_after_min')::integer, $5)) <= $2`
	// A visit is the first of its worker's day if none of the day, and none of the six hours before it, began before it: work goes on over
	// midnight. A cancelled one counts as none.
	firstVisits = `SELECT k.n FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
    WITH ORDINALITY AS k(id_empresa, worker, id, win_from, midnight, n)
WHERE NOT EXISTS (SELECT 1 FROM activity.v_visit_time e
    WHERE e.id_empresa = k.id_empresa AND e.worker = k.worker AND e.win_from >= least(k.midnight, k.win_from - interval '6 hours') AND (e.win_from, e.id) < (k.win_from, k.id)
      AND e.tipo = 'visita' AND e.state <> 'cancelada')`
	// What a reminder said no longer holds, or never did: a phone without a connection told of the check-in when the reminder was written. It
	// counts as read, so that a push that still waits is not sent.
	takeBack = `UPDATE notifier.notification SET read_at = $1 WHERE (id_empresa, id) IN (
    SELECT n.id_empresa, n.id FROM notifier.notification n
    WHERE n.kind IN ('reminder_first_visit', 'reminder_shift_open') AND n.read_at IS NULL AND n.created_at > $1::timestamptz - interval '2 days'
      AND CASE n.kind WHEN 'reminder_first_visit' THEN NOT EXISTS (SELECT 1 FROM activity.v_visit_time v
            WHERE v.id_empresa = n.id_empresa AND v.id = substr(n.ref, 7) AND v.worker = n.user_id AND v.win_from <= $1 AND v.in_at IS NULL
              AND v.state IN ('pendiente', 'aceptada', 'en_ruta'))
        ELSE NOT EXISTS (SELECT 1 FROM activity.v_on_shift o WHERE o.id_empresa = n.id_empresa AND o.user_id = n.user_id AND o.id = substr(n.ref, 7)) END
    FOR UPDATE OF n SKIP LOCKED)`
	openShifts = `SELECT o.id_empresa, o.user_id, o.id, o.started_at, u.teams
FROM activity.v_on_shift o JOIN identity.v_directory_users u ON u.id_empresa = o.id_empresa AND u.id = o.user_id LEFT JOIN notifier.settings s ON s.id_empresa = o.id_empresa
WHERE o.started_at > $1::timestamptz - make_interval(hours => $4) AND o.started_at <= $2::timestamptz - make_interval(hours => $3)
  AND o.started_at + make_interval(hours => coalesce((s.reminders ->> 'shift_open_after_h')::integer, $5)) > $1
  AND o.started_at + make_interval(hours => coalesce((s.reminders ->> 'shift_open_after_h')::integer, $5)) <= $2`
	allPlans     = `SELECT p.id_empresa, p.scope, p.scope_id, p.zone, p.windows FROM activity.v_shift_plan p`
	openShiftsOf = `SELECT o.id_empresa, o.user_id, o.id, o.started_at, u.teams
FROM activity.v_on_shift o JOIN identity.v_directory_users u ON u.id_empresa = o.id_empresa AND u.id = o.user_id
WHERE o.id_empresa = ANY ($1) AND o.started_at > $2 AND o.started_at <= $3`

	visitsOfDays = `SELECT d.n, v.worker, count(*) AS count FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
    WITH ORDINALITY AS d(id_empresa, day_from, day_until, n)
JOIN activity.v_visit_time v ON v.id_empresa = d.id_empresa AND v.win_from >= d.day_from AND v.win_from < d.day_until
WHERE v.tipo = 'visita' AND v.state IN ('pendiente', 'aceptada', 'en_ruta') AND v.worker <> '' GROUP BY d.n, v.worker ORDER BY d.n, v.worker`
	// A task of more than a month ago is not among those that still can be done.
	tasksOfDays = `SELECT d.n, v.worker, count(*) AS count FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
    WITH ORDINALITY AS d(id_empresa, day_from, day_until, n)
JOIN activity.v_visit_time v ON v.id_empresa = d.id_empresa AND v.win_from >= d.day_from - interval '31 days' AND v.win_from < d.day_until
WHERE v.tipo = 'tarea' AND v.state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio') AND v.worker <> '' AND v.win_until <= d.day_until
GROUP BY d.n, v.worker ORDER BY d.n, v.worker`
)

// atOnce is how many rows one statement is asked about, and how many people one transaction tells.
const atOnce = 1000

// Late is a visit at which nobody has checked in.
type Late struct {
	Company string    `db:"id_empresa"`
	User    string    `db:"worker"`
	Visit   string    `db:"id"`
	From    time.Time `db:"win_from"`
	Until   time.Time `db:"win_until"`
	// Midnight is when the local day of the visit began. The caller sets it.
	Midnight time.Time `db:"-"`
}

// Open is a shift that lasts.
type Open struct {
	Company string    `db:"id_empresa"`
	User    string    `db:"user_id"`
	Shift   string    `db:"id"`
	Since   time.Time `db:"started_at"`
	// Teams are those of the user.
	Teams pq.StringArray `db:"teams"`
}

// Reminders returns what a company decided about reminders, or the defaults.
func (s *Store) Reminders(ctx context.Context, company string) (is remind.Settings, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		var rows []json.RawMessage
		if err := tx.SelectContext(ctx, &rows, selectReminders, company); err != nil {
			return err
		}
		is, err = reminders(rows...)
		return err
	})
	if err != nil {
		return is, fmt.Errorf("read the settings of reminders: %w", err)
	}
	return is, nil
}

// reminders reads stored settings over the defaults, so that what is newer than a row has its default.
func reminders(rows ...json.RawMessage) (is remind.Settings, err error) {
	is = remind.Defaults()
	for _, raw := range rows {
		if err := json.Unmarshal(raw, &is); err != nil {
			return is, fmt.Errorf("decode the settings of reminders: %w", err)
		}
	}
	return is, nil
}

// ErrRemindersChanged says that somebody changed the settings of reminders meanwhile.
var ErrRemindersChanged = errors.New("the settings of reminders have another version")

// SetReminders writes what the change's company decides about reminders, and logs what held before. is.Version is that of the settings
// that the writer saw. It returns what holds now, also with ErrRemindersChanged.
func (s *Store) SetReminders(ctx context.Context, ch *change.Change, is remind.Settings) (now remind.Settings, err error) {
	if err := is.Check(); err != nil {
		return now, err
	}
	if _, err := ch.Tx.ExecContext(ctx, insertSettings, ch.Company, s.defaults.UnresolvedDays); err != nil {
		return now, fmt.Errorf("add settings: %w", err)
	}
	var row json.RawMessage
	if err := ch.Tx.GetContext(ctx, &row, lockReminders, ch.Company); err != nil {
		return now, fmt.Errorf("lock the settings: %w", err)
	}
	before, err := reminders(row)
	switch {
	case err != nil:
		return now, err
	case before.Version != is.Version:
		return before, ErrRemindersChanged
	case before == is:
		return is, change.ErrNothing
	}
	is.Version++
	raw, err := json.Marshal(is)
	if err != nil {
		return now, fmt.Errorf("encode the settings of reminders: %w", err)
	}
	if _, err := ch.Tx.ExecContext(ctx, updateReminders, ch.Company, string(raw)); err != nil {
		return now, fmt.Errorf("write the settings: %w", err)
	}
	return is, ch.Log(change.Logged{What: "reminder_settings.changed", Entity: "reminder_settings", Before: before, After: is})
}

// AllReminders returns what companies decided about reminders. Those that decided nothing are not among them.
func (s *Store) AllReminders(ctx context.Context) (all map[string]remind.Settings, err error) {
	var rows []struct {
		Company   string          `db:"id_empresa"`
		Reminders json.RawMessage `db:"reminders"`
	}
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &rows, allReminders) })
	if err != nil {
		return nil, fmt.Errorf("read the settings of reminders: %w", err)
	}
	all = make(map[string]remind.Settings, len(rows))
	for _, r := range rows {
		if all[r.Company], err = reminders(r.Reminders); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// LateVisits returns the visits of all companies at which nobody has checked in and of which a reminder came due in the window.
func (s *Store) LateVisits(ctx context.Context, w remind.Window) (all []Late, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &all, lateVisits, w.From, w.To, remind.MinVisitAfterMin, remind.MaxVisitAfterMin, remind.Defaults().FirstVisitAfterMin)
	})
	if err != nil {
		return nil, fmt.Errorf("find visits that did not begin: %w", err)
	}
	return all, nil
}

// First returns those visits that are the first of their worker's day.
func (s *Store) First(ctx context.Context, all []Late) (first []Late, err error) {
	for some := range slices.Chunk(all, atOnce) {
		var companies, users, ids []string
		var from, midnight []time.Time
		for _, l := range some {
			companies, users, ids = append(companies, l.Company), append(users, l.User), append(ids, l.Visit)
			from, midnight = append(from, l.From), append(midnight, l.Midnight)
		}
		var numbers []int
		err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
			return tx.SelectContext(ctx, &numbers, firstVisits, pq.Array(companies), pq.Array(users), pq.Array(ids), pq.Array(from), pq.Array(midnight))
		})
		if err != nil {
			return nil, fmt.Errorf("find the first visits of a day: %w", err)
		}
		for _, n := range numbers {
			first = append(first, some[n-1])
		}
	}
	return first, nil
}

// OpenShifts returns the shifts of all companies that last and of which a reminder came due in the window.
func (s *Store) OpenShifts(ctx context.Context, w remind.Window) (all []Open, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &all, openShifts, w.From, w.To, remind.MinShiftAfterH, remind.MaxShiftAfterH, remind.Defaults().ShiftOpenAfterH)
	})
	if err != nil {
		return nil, fmt.Errorf("find shifts that last: %w", err)
	}
	return all, nil
}

// OpenShiftsOf returns the shifts of companies that last and that began in a time.
func (s *Store) OpenShiftsOf(ctx context.Context, companies []string, w remind.Window) (all []Open, err error) {
	for some := range slices.Chunk(companies, atOnce) {
		var rows []Open
		err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
			return tx.SelectContext(ctx, &rows, openShiftsOf, pq.Array(some), w.From, w.To)
		})
		if err != nil {
			return nil, fmt.Errorf("find shifts that last: %w", err)
		}
		all = append(all, rows...)
	}
	return all, nil
}

// Plans returns when people are planned to work, by company.
func (s *Store) Plans(ctx context.Context) (all map[string]remind.Plans, err error) {
	var rows []struct {
		Company string          `db:"id_empresa"`
		Scope   string          `db:"scope"`
		ID      string          `db:"scope_id"`
		Zone    string          `db:"zone"`
		Windows json.RawMessage `db:"windows"`
	}
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &rows, allPlans) })
	if err != nil {
		return nil, fmt.Errorf("read when people are planned to work: %w", err)
	}
	all = map[string]remind.Plans{}
	for _, r := range rows {
		p := remind.Plan{Zone: r.Zone}
		if err := json.Unmarshal(r.Windows, &p.Windows); err != nil {
			return nil, fmt.Errorf("decode a plan of %s: %w", r.Company, err)
		}
		if all[r.Company] == nil {
			all[r.Company] = remind.Plans{}
		}
		all[r.Company][remind.Scope{Kind: r.Scope, ID: r.ID}] = p
	}
	return all, nil
}

// OfDays returns, by company, whom daily reminders of one kind are for.
func (s *Store) OfDays(ctx context.Context, kind string, days []remind.Day) (all map[string][]notice.Notice, err error) {
	statement := visitsOfDays
	if kind == notice.KindPendingTasks {
		statement = tasksOfDays
	}
	all = map[string][]notice.Notice{}
	for some := range slices.Chunk(days, atOnce) {
		var companies []string
		var from, until []time.Time
		for _, d := range some {
			companies, from, until = append(companies, d.Company), append(from, d.From), append(until, d.Until)
		}
		var rows []struct {
			N      int    `db:"n"`
			Worker string `db:"worker"`
			Count  int    `db:"count"`
		}
		err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
			return tx.SelectContext(ctx, &rows, statement, pq.Array(companies), pq.Array(from), pq.Array(until))
		})
		if err != nil {
			return nil, fmt.Errorf("find whom to remind: %w", err)
		}
		for _, r := range rows {
			d := some[r.N-1]
			all[d.Company] = append(all[d.Company], d.Notice(r.Worker, r.Count))
		}
	}
	return all, nil
}

// TakeBack marks reminders as read of which the visit began, ended, moved or changed hands meanwhile, or the shift ended.
func (s *Store) TakeBack(ctx context.Context, at time.Time) error {
	_, err := s.drop(ctx, takeBack, at)
	return err
}

// Remind tells people of one company. What was told before is not told again.
func (s *Store) Remind(ctx context.Context, company string, notices []notice.Notice) (told, known int, err error) {
	for some := range slices.Chunk(notices, atOnce) {
		var t notice.Told
		err := s.changes.AsWorkerFor(ctx, company, "reminders", func(ch *change.Change) (err error) {
			t, err = s.Notify(ctx, ch, some)
			return err
		})
		if err != nil {
			return told, known, fmt.Errorf("remind people of %s: %w", company, err)
		}
		told, known = told+len(t.People), known+len(t.Known)
	}
	return told, known, nil
}
