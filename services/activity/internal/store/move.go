package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/plan"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const (
	movingCompanies = `SELECT m.id_empresa FROM activity.close_move m WHERE $1 = '' OR m.id_empresa = $1 ORDER BY m.id_empresa`

	readCloseMove = `SELECT m.changed_at, m.after_visit, m.after_user FROM activity.close_move m WHERE m.id_empresa = $1`
	lockCloseMove = readCloseMove + ` FOR UPDATE`
	keepCloseMove = `UPDATE activity.close_move SET after_visit = $2, after_user = $3 WHERE id_empresa = $1`
	endCloseMove  = `DELETE FROM activity.close_move WHERE id_empresa = $1`

	openVisits = `SELECT v.id, v.win_from, v.win_until, v.worker, v.team, v.close_at FROM activity.visit v
WHERE v.id_empresa = $1 AND ` + isOpen + ` AND v.close_at > $2 AND v.id > $3 ORDER BY v.id LIMIT $4 FOR UPDATE OF v`
	moveVisits = `UPDATE activity.visit v SET close_at = m.at FROM unnest($2::text[], $3::timestamptz[]) AS m(id, at) WHERE v.id_empresa = $1 AND v.id = m.id`

	// Whoever changes a user's shifts locks the user.
	lockOnShift = `SELECT u.user_id FROM activity.shift_user u WHERE u.id_empresa = $1 AND u.user_id > $2
    AND EXISTS (SELECT 1 FROM activity.shift s WHERE s.id_empresa = $1 AND s.user_id = u.user_id AND s.ended_at IS NULL)
ORDER BY u.user_id LIMIT $3 FOR UPDATE`
	openShifts = `SELECT s.user_id, s.id, s.started_at, s.close_at FROM activity.shift s
WHERE s.id_empresa = $1 AND s.user_id = ANY ($2) AND s.ended_at IS NULL AND s.close_at > $3`
	moveShift = `UPDATE activity.shift SET close_at = $4, closes_by = $5 WHERE id_empresa = $1 AND user_id = $2 AND id = $3`
)

// closeMove is how far the move of a company's closes is. What was due at At stays.
type closeMove struct {
	At    time.Time `db:"changed_at"`
	Visit string    `db:"after_visit"`
	User  string    `db:"after_user"`
}

// MoveCloses moves the close of at most limit visits and of the shifts of at most limit users of a company whose settings changed. more
// says that something is left; until then nothing of the company should be closed. What was due at the change stays as it was.
func (s *Store) MoveCloses(ctx context.Context, company string, limit int) (more bool, err error) {
	err = s.changes.AsWorkerFor(ctx, company, ByClose, func(ch *change.Change) error {
		var at []closeMove
		if err := ch.Tx.SelectContext(ctx, &at, lockCloseMove, company); err != nil {
			return fmt.Errorf("lock the move of closes: %w", err)
		}
		if len(at) == 0 {
			return change.ErrNothing
		}
		settings, err := readSettings(ctx, ch.Tx, company)
		if err != nil {
			return err
		}
		visit, visits, err := s.moveVisits(ctx, ch, settings, at[0], limit)
		if err != nil {
			return err
		}
		user, users, err := s.moveShifts(ctx, ch, settings, at[0], limit)
		if err != nil {
			return err
		}
		if more = visits == limit || users == limit; !more {
			_, err = ch.Tx.ExecContext(ctx, endCloseMove, company)
		} else {
			_, err = ch.Tx.ExecContext(ctx, keepCloseMove, company, visit, user)
		}
		if err != nil {
			return fmt.Errorf("keep how far the closes moved: %w", err)
		}
		return nil
	})
	return more, err
}

func (s *Store) moveVisits(ctx context.Context, ch *change.Change, settings Settings, m closeMove, limit int) (last string, n int, err error) {
	var open []row
	if err := ch.Tx.SelectContext(ctx, &open, openVisits, ch.Company, m.At, m.Visit, limit); err != nil {
		return "", 0, fmt.Errorf("read open visits: %w", err)
	}
	var workers []string
	for _, v := range open {
		workers = append(workers, v.Worker)
	}
	closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, workers...)
	if err != nil {
		return "", 0, err
	}
	last = m.Visit
	var ids []string
	var times []time.Time
	for _, v := range open {
		c := closes.of(v.Team, v.Worker)
		w := visit.Window{From: v.From, Until: v.Until}
		at := c.Moved(w, c.Due(w, time.Time{}), v.CloseAt, m.At)
		if last = v.ID; !at.Equal(v.CloseAt) {
			ids, times = append(ids, v.ID), append(times, at)
		}
	}
	if len(ids) > 0 {
		if _, err := ch.Tx.ExecContext(ctx, moveVisits, ch.Company, pq.Array(ids), pq.Array(times)); err != nil {
			return "", 0, fmt.Errorf("move the close of visits: %w", err)
		}
	}
	return last, len(open), nil
}

// moveShifts moves the close of shifts that no close has reached yet. What was moved for work at night stays.
func (s *Store) moveShifts(ctx context.Context, ch *change.Change, settings Settings, m closeMove, limit int) (last string, n int, err error) {
	var users []string
	if err := ch.Tx.SelectContext(ctx, &users, lockOnShift, ch.Company, m.User, limit); err != nil {
		return "", 0, fmt.Errorf("lock users on shift: %w", err)
	}
	if len(users) == 0 {
		return m.User, 0, nil
	}
	closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, users...)
	if err != nil {
		return "", 0, err
	}
	weeks, err := s.weeksOf(ctx, ch.Tx, ch.Company, users)
	if err != nil {
		return "", 0, err
	}
	var open []shiftRow
	if err := ch.Tx.SelectContext(ctx, &open, openShifts, ch.Company, pq.Array(users), m.At); err != nil {
		return "", 0, fmt.Errorf("read open shifts: %w", err)
	}
	for i := range open {
		r := &open[i]
		if err := moveShiftTo(ctx, ch, r, closes.user(r.User), weeks[r.User].Week, m.At); err != nil {
			return "", 0, err
		}
	}
	return users[len(users)-1], len(users), nil
}

// moveShiftTo lets a shift be closed by another close. A close that had passed already when it changed leaves the shift as it is.
func moveShiftTo(ctx context.Context, ch *change.Change, r *shiftRow, c day.Close, week plan.Week, changed time.Time) error {
	at := firstClose(c, r.Start.UTC(), week)
	if !at.After(changed) {
		return nil
	}
	if _, err := ch.Tx.ExecContext(ctx, moveShift, ch.Company, r.User, r.ID, at, c.At); err != nil {
		return fmt.Errorf("move the close of a shift: %w", err)
	}
	r.CloseAt, r.ClosesBy = at, c.At
	return nil
}

// moveFirst moves the close of a locked user's shift if the close of its company or team changed and the job has not come to it. Nobody
// is closed by a time that holds no longer, however late the job is.
func (s *Store) moveFirst(ctx context.Context, ch *change.Change, f *foldedShifts) error {
	var moves []closeMove
	if err := ch.Tx.SelectContext(ctx, &moves, readCloseMove, ch.Company); err != nil {
		return fmt.Errorf("look for a move of closes: %w", err)
	}
	for _, m := range moves {
		weeks, err := s.weeksOf(ctx, ch.Tx, ch.Company, []string{f.user})
		if err != nil {
			return err
		}
		for i := range f.stored {
			r := &f.stored[i]
			if r.End != nil || !r.CloseAt.After(m.At) {
				continue
			}
			if err := moveShiftTo(ctx, ch, r, f.close, weeks[f.user].Week, m.At); err != nil {
				return err
			}
		}
	}
	return nil
}

// movedClose returns when a locked visit is closed, also if its close changed and the job has not come to it.
func (s *Store) movedClose(ctx context.Context, ch *change.Change, v Visit, settings Settings) (time.Time, error) {
	var moves []closeMove
	if err := ch.Tx.SelectContext(ctx, &moves, readCloseMove, ch.Company); err != nil {
		return v.CloseAt, fmt.Errorf("look for a move of closes: %w", err)
	}
	if len(moves) == 0 || v.ended() || !v.CloseAt.After(moves[0].At) {
		return v.CloseAt, nil
	}
	closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, v.Worker)
	if err != nil {
		return v.CloseAt, err
	}
	c, w := closes.of(v.Team, v.Worker), visit.Window{From: v.From, Until: v.Until}
	return c.Moved(w, c.Due(w, time.Time{}), v.CloseAt, moves[0].At), nil
}

// MovingCompanies returns the companies with something for MoveCloses to do. only limits them to one company; it is empty for all.
func (s *Store) MovingCompanies(ctx context.Context, only string) (companies []string, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &companies, movingCompanies, only) })
	if err != nil {
		return nil, fmt.Errorf("look for closes that move: %w", err)
	}
	return companies, nil
}
