package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/plan"
	"github.com/terreno/terreno/services/activity/internal/shift"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const (
	isOpen = `v.state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio')`

	// The companies with something due, those that wait longest first. $2 is the only company that is asked for, empty for all.
	dueCompanies = `SELECT d.id_empresa FROM (
    SELECT v.id_empresa, min(v.close_at) AS at FROM activity.visit v WHERE ` + isOpen + ` AND v.close_at <= $1 GROUP BY v.id_empresa
    UNION ALL
    SELECT s.id_empresa, min(s.close_at) FROM activity.shift s WHERE s.ended_at IS NULL AND s.close_at <= $1 GROUP BY s.id_empresa) d
WHERE $2 = '' OR d.id_empresa = $2
GROUP BY d.id_empresa ORDER BY min(d.at), d.id_empresa`

	// A visit that somebody changes at this moment is closed in the next round. plain says that nothing happened after the close: then
	// the close ends it, whatever happened before, and nothing needs to be folded.
	dueVisits = `SELECT v.id, v.close_at, v.last_at <= v.close_at AS plain FROM activity.visit v
WHERE v.id_empresa = $1 AND ` + isOpen + ` AND v.close_at <= $2 ORDER BY v.id LIMIT $3 FOR UPDATE SKIP LOCKED`

	// $2 are ids, $3 the keys of their closes, $4 is now.
	addCloses = `INSERT INTO activity.visit_action (id_empresa, visit_id, key, kind, at, received_at, by_user, office, device, mock, reason, worker, team, corrects, request)
SELECT v.id_empresa, v.id, k.key, 'close', v.close_at, $4, '', false, '', false, '', '', '', '', ''
FROM unnest($2::text[], $3::text[]) AS k(id, key) JOIN activity.visit v ON v.id_empresa = $1 AND v.id = k.id`
	closePlain = `UPDATE activity.visit v SET state = 'incompleta', since = v.close_at, reason = 'cierre', last_at = v.close_at, actions = v.actions + 1,
    version = v.version + 1, photo_versions = 0, changed_at = $3, changed_by = '` + ByClose + `'
WHERE v.id_empresa = $1 AND v.id = ANY ($2)`
	closeLater = `UPDATE activity.visit SET close_at = $3 WHERE id_empresa = $1 AND id = $2`

	dueShifts = `SELECT s.user_id FROM activity.shift s WHERE s.id_empresa = $1 AND s.ended_at IS NULL AND s.close_at <= $2
GROUP BY s.user_id ORDER BY min(s.close_at), s.user_id LIMIT $3`
	// The end of the work at night that a close would cut: a window of at most a day around $3.
	nightEnd = `SELECT max(v.win_until) FROM activity.visit v WHERE v.id_empresa = $1 AND v.worker = $2 AND v.state <> 'cancelada'
    AND v.win_from > $3::timestamptz - interval '1 day' AND v.win_from < $3 AND v.win_until > $3 AND v.win_until <= v.win_from + interval '1 day'`
	shiftLater = `UPDATE activity.shift SET close_at = $4 WHERE id_empresa = $1 AND user_id = $2 AND id = $3`
)

// DueCompanies returns the companies with visits or shifts that are to be closed at now, those that wait longest first. only limits
// them to one company; it is empty for all.
func (s *Store) DueCompanies(ctx context.Context, now time.Time, only string) (companies []string, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &companies, dueCompanies, now, only) })
	if err != nil {
		return nil, fmt.Errorf("look for what is to be closed: %w", err)
	}
	return companies, nil
}

// CloseVisits closes at most limit visits of a company that are due, each at the time at which it was due, and tells of them. It
// returns how many were due; if there are fewer than limit, none is left but those that somebody was changing.
func (s *Store) CloseVisits(ctx context.Context, company string, limit int) (closed int, err error) {
	err = s.changes.AsWorkerFor(ctx, company, ByClose, func(ch *change.Change) error {
		var due []struct {
			ID      string    `db:"id"`
			CloseAt time.Time `db:"close_at"`
			Plain   bool      `db:"plain"`
		}
		if err := ch.Tx.SelectContext(ctx, &due, dueVisits, company, ch.At, limit); err != nil {
			return fmt.Errorf("lock visits that are due: %w", err)
		}
		if closed = len(due); closed == 0 {
			return change.ErrNothing
		}
		var plain, keys, others []string
		for _, d := range due {
			if d.Plain {
				plain, keys = append(plain, d.ID), append(keys, closeKey(d.CloseAt))
			} else {
				others = append(others, d.ID)
			}
		}
		if err := closeAll(ctx, ch, plain, keys); err != nil {
			return err
		}
		return s.closeEach(ctx, ch, others)
	})
	return closed, err
}

// closeKey names the close of a visit. No client can use it.
func closeKey(at time.Time) string { return ByClose + " " + at.UTC().Format(time.RFC3339Nano) }

// due says that a visit is to be closed.
func due(ch *change.Change, v Visit) bool { return !v.ended() && !v.CloseAt.After(ch.At) }

// closeOf is the close of a visit that is due.
func closeOf(ch *change.Change, v Visit) actionRow {
	at := v.CloseAt.UTC()
	return rowOf(ch.Company, v.ID, "", visit.Action{Key: closeKey(at), Kind: visit.Close, At: at, Received: ch.At})
}

// closeAll closes visits to which nothing happened after their close, all at once.
func closeAll(ctx context.Context, ch *change.Change, ids, keys []string) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := ch.Tx.ExecContext(ctx, addCloses, ch.Company, pq.Array(ids), pq.Array(keys), ch.At); err != nil {
		return fmt.Errorf("log the close: %w", err)
	}
	if _, err := ch.Tx.ExecContext(ctx, closePlain, ch.Company, pq.Array(ids), ch.At); err != nil {
		return fmt.Errorf("close visits: %w", err)
	}
	var all []Visit
	if err := ch.Tx.SelectContext(ctx, &all, visitsByID, ch.Company, pq.Array(ids)); err != nil {
		return fmt.Errorf("read the closed visits: %w", err)
	}
	told := make([]news, len(all))
	for i, v := range all {
		told[i] = news{Visit: v}
	}
	return tell(ctx, ch, told...)
}

// closeEach closes visits one by one: something happened to them after the close.
func (s *Store) closeEach(ctx context.Context, ch *change.Change, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	settings, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return err
	}
	var all []Visit
	if err := ch.Tx.SelectContext(ctx, &all, visitsByID, ch.Company, pq.Array(ids)); err != nil {
		return fmt.Errorf("read visits that are due: %w", err)
	}
	for _, v := range all {
		rows, err := readActions(ctx, ch.Tx, ch.Company, v.ID)
		if err != nil {
			return err
		}
		added := closeOf(ch, v)
		if err := addActions(ctx, ch, added); err != nil {
			return err
		}
		after, err := s.keep(ctx, ch, v, fold(v, append(rows, added)), settings, ByClose)
		if err != nil {
			return err
		}
		if !after.ended() && !after.CloseAt.After(ch.At) { // It must not be due for ever.
			closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, after.Worker)
			if err != nil {
				return err
			}
			if _, err := ch.Tx.ExecContext(ctx, closeLater, ch.Company, v.ID, closes.of(after.Team, after.Worker).After(ch.At.Add(time.Millisecond))); err != nil {
				return fmt.Errorf("close a visit later: %w", err)
			}
		}
	}
	return nil
}

// CloseShifts closes the shifts of at most limit users of a company that are due, a transaction each. It returns how many users had
// some; if there are fewer than limit, none is left. A user for whom it fails does not keep it from the others.
func (s *Store) CloseShifts(ctx context.Context, company string, now time.Time, limit int) (users int, err error) {
	var due []string
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &due, dueShifts, company, now, limit) })
	if err != nil {
		return 0, fmt.Errorf("look for shifts that are due: %w", err)
	}
	for _, user := range due {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if one := s.changes.AsWorkerFor(ctx, company, ByClose, func(ch *change.Change) error { return s.closeShift(ctx, ch, user) }); one != nil {
			err = errors.Join(err, fmt.Errorf("close the shift of user %s: %w", user, one))
		}
	}
	return len(due), err
}

func (s *Store) closeShift(ctx context.Context, ch *change.Change, user string) error {
	f, err := s.lockShifts(ctx, ch, user, ch.At)
	if err != nil {
		return err
	}
	if err := s.closeDue(ctx, ch, f); err != nil {
		return err
	}
	return s.keepShifts(ctx, ch, f)
}

// closeDue adds the close of a shift that lasts and is due, at the close of its day. The shift ends with the work that was planned for
// it, or else at this close. A shift with planned work or a visit at night that the close would cut is closed two hours after the end
// of that work, and ends with it.
func (s *Store) closeDue(ctx context.Context, ch *change.Change, f *foldedShifts) error {
	for i := range f.stored {
		r := &f.stored[i]
		if r.End != nil || r.CloseAt.After(ch.At) {
			continue
		}
		at, ends, err := s.ends(ctx, ch, f, *r)
		if err != nil {
			return err
		}
		// A close of this instant may be there that was made for an earlier shift, when this one was not known. But it must not be due for ever.
		key := closeKey(at)
		if f.knows(key) {
			key += " 2"
		}
		again := f.knows(key)
		if again {
			at = f.close.After(ch.At.Add(time.Millisecond))
		}
		if again || at.After(ch.At) {
			r.CloseAt = at
			if _, err := ch.Tx.ExecContext(ctx, shiftLater, ch.Company, f.user, r.ID, at); err != nil {
				return fmt.Errorf("close a shift later: %w", err)
			}
			continue
		}
		a := shift.Action{Key: key, Kind: shift.Close, At: at, Received: f.received(), Ends: ends}
		if err := f.add(ctx, ch, a, ""); err != nil {
			return err
		}
	}
	return nil
}

func (f *foldedShifts) knows(key string) bool {
	return slices.ContainsFunc(f.actions, func(a shift.Action) bool { return a.Key == key })
}

// beforeNext returns when a shift is closed that began at start and would be closed at closes. Work at night that began after the close of
// a day does not wait for the next close, when the next night begins. A shift is for such work if it began in its first half.
func beforeNext(c day.Close, start time.Time, work plan.Span, closes time.Time) time.Time {
	if work.Day == "" || day.Of(work.From, c.Zone) == day.Of(work.Until, c.Zone) || start.After(work.From.Add(work.Until.Sub(work.From)/2)) {
		return closes
	}
	return earliest(closes, work.Until.Add(day.Night))
}

// ends says when a shift that nobody ends is closed, and when it ended.
func (s *Store) ends(ctx context.Context, ch *change.Change, f *foldedShifts, r shiftRow) (at, ends time.Time, err error) {
	c, start := f.close, r.Start.UTC()
	if r.ClosesBy != "" {
		c.At = r.ClosesBy
	}
	at = c.After(start.Add(time.Millisecond))
	weeks, err := s.weeksOf(ctx, ch.Tx, ch.Company, []string{f.user})
	if err != nil {
		return at, ends, err
	}
	work := weeks[f.user].WorkOf(start, at)
	if early := beforeNext(c, start, work, at); early.Before(at) {
		return early, work.Until, nil
	}
	ends = work.Until
	var night *time.Time
	if err := ch.Tx.GetContext(ctx, &night, nightEnd, ch.Company, f.user, at); err != nil {
		return at, ends, fmt.Errorf("look for work at night: %w", err)
	}
	if night != nil {
		ends = latest(ends, night.UTC())
	}
	switch {
	case ends.IsZero():
		ends = at
	case ends.After(at):
		at = ends.Add(day.Night)
	}
	limit := start.Add(shift.Longest)
	return earliest(at, limit), earliest(ends, limit), nil
}
