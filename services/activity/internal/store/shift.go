package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/visible"
	wire "github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/services/activity/internal/shift"
)

// shiftsBack is how far back the actions are read of which a user's shifts are folded. Nobody reports what happened longer than
// MaxBack ago, and the longest shift lasts 36 hours, so what came before stays as it is.
const shiftsBack = 33 * 24 * time.Hour

// MaxShiftActions is how many actions a user's shifts may have in that time.
const MaxShiftActions = 2000

const (
	ensureShiftUser = `INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	lockShiftUser   = `SELECT version FROM activity.shift_user WHERE id_empresa = $1 AND user_id = $2 FOR UPDATE`
	raiseShiftUser  = `UPDATE activity.shift_user SET version = version + 1 WHERE id_empresa = $1 AND user_id = $2 RETURNING version`

	// The shift that was going on at $3 is read from its start, so that it is folded whole.
	shiftsFrom = `SELECT coalesce((SELECT min(s.started_at) FROM activity.shift s
    WHERE s.id_empresa = $1 AND s.user_id = $2 AND s.started_at < $3 AND (s.ended_at IS NULL OR s.ended_at > $3)), $3)`
	shiftActions = `SELECT key, kind, at, received_at, by_user, reason, device, ends, request FROM activity.shift_action
WHERE id_empresa = $1 AND user_id = $2 AND at >= $3 ORDER BY at LIMIT $4`
	shiftActionByKey = `SELECT key, kind, at, received_at, by_user, reason, device, ends, request FROM activity.shift_action
WHERE id_empresa = $1 AND user_id = $2 AND key = $3`
	addShiftAction = `INSERT INTO activity.shift_action (id_empresa, user_id, key, kind, at, received_at, by_user, reason, device, ends, request)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	shiftColumns = `s.id_empresa, s.user_id, s.id, s.started_at, s.ended_at, s.pauses, s.forced, s.close_at, s.closes_by, s.version`
	shiftRows    = `SELECT ` + shiftColumns + `, coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = s.user_id), '') AS user_name FROM activity.shift s WHERE s.id_empresa = $1 AND s.user_id = $2 AND s.started_at >= $3 ORDER BY s.started_at`
	putShift     = `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, closes_by, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (id_empresa, user_id, id) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, paused = excluded.paused,
    pauses = excluded.pauses, forced = excluded.forced, close_at = excluded.close_at, closes_by = excluded.closes_by, version = excluded.version`
	deleteShift = `DELETE FROM activity.shift WHERE id_empresa = $1 AND user_id = $2 AND id = $3`
)

var seesUser = `SELECT count(*) FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $5 AND ` + visible.Where("u.id", 2)

// shiftRow is a shift as the table holds it.
type shiftRow struct {
	Company  string          `db:"id_empresa"`
	User     string          `db:"user_id"`
	ID       string          `db:"id"`
	Start    time.Time       `db:"started_at"`
	End      *time.Time      `db:"ended_at"`
	Pauses   json.RawMessage `db:"pauses"`
	Forced   bool            `db:"forced"`
	CloseAt  time.Time       `db:"close_at"`
	ClosesBy string          `db:"closes_by"`
	Version  int64           `db:"version"`
	UserName string          `db:"user_name"`
}

// Shift is a shift as people see it.
type Shift struct {
	shift.Shift
	User, UserName string
	CloseAt        time.Time
	// ClosesBy is the local time of the close that holds for it.
	ClosesBy string
	Version  int64
}

func (r shiftRow) shift() Shift {
	s := Shift{
		Shift: shift.Shift{ID: r.ID, Start: r.Start.UTC(), Forced: r.Forced}, User: r.User, UserName: r.UserName, CloseAt: r.CloseAt.UTC(), ClosesBy: r.ClosesBy, Version: r.Version,
	}
	if r.End != nil {
		s.End = r.End.UTC()
	}
	_ = json.Unmarshal(r.Pauses, &s.Pauses) // we wrote it
	return s
}

// State returns the state of a shift, and since when it is in it.
func (s Shift) State() (state string, since time.Time) {
	switch {
	case !s.Open():
		return wire.Over, s.End
	case s.Paused():
		return wire.Paused, s.Pauses[len(s.Pauses)-1].From
	case len(s.Pauses) > 0:
		return wire.Working, s.Pauses[len(s.Pauses)-1].Until
	}
	return wire.Working, s.Start
}

type shiftActionRow struct {
	Key      string     `db:"key"`
	Kind     string     `db:"kind"`
	At       time.Time  `db:"at"`
	Received time.Time  `db:"received_at"`
	By       string     `db:"by_user"`
	Reason   string     `db:"reason"`
	Device   string     `db:"device"`
	Ends     *time.Time `db:"ends"`
	Request  string     `db:"request"`
}

func (r shiftActionRow) action() shift.Action {
	a := shift.Action{Key: r.Key, Kind: shift.Kind(r.Kind), At: r.At.UTC(), Received: r.Received.UTC(), By: r.By, Reason: r.Reason, Device: r.Device}
	if r.Ends != nil {
		a.Ends = r.Ends.UTC()
	}
	return a
}

// ShiftWish is what somebody wants to do to the shifts of a user.
type ShiftWish struct {
	User string
	// Action needs its Key and Kind. At is when it happened, zero for now.
	shift.Action
	// Request is a hash of the whole request.
	Request string
}

// ActedShift is what became of a wish. Shift is the one to which the action belongs, nil if to none.
type ActedShift struct {
	Shift     *Shift
	Rule      shift.Rule
	Duplicate bool
}

// ActShift does one action on a user's shifts: it locks the user, adds the action, folds the user's actions, and stores and tells what
// came of them. Errors are ErrNoUser, ErrReasonMissing, ErrTooOld, ErrAhead, ErrTooManyActions and idem.ErrKeyReused.
func (s *Store) ActShift(ctx context.Context, ch *change.Change, who auth.Claims, w ShiftWish) (ActedShift, error) {
	if w.User != who.Subject {
		var sees int
		if err := ch.Tx.GetContext(ctx, &sees, seesUser, append(viewer(who), w.User)...); err != nil {
			return ActedShift{}, fmt.Errorf("look for a user: %w", err)
		}
		switch {
		case sees == 0:
			return ActedShift{}, ErrNoUser
		case w.Reason == "":
			return ActedShift{}, ErrReasonMissing
		}
	}
	f, err := s.lockShifts(ctx, ch, w.User)
	if err != nil {
		return ActedShift{}, err
	}
	var known shiftActionRow
	err = ch.Tx.GetContext(ctx, &known, shiftActionByKey, ch.Company, w.User, w.Key)
	switch {
	case err == nil && (known.Request != w.Request || known.By != who.Subject):
		return ActedShift{}, idem.ErrKeyReused
	case err == nil:
		return f.acted(known.Key, true), nil
	case !errors.Is(err, sql.ErrNoRows):
		return ActedShift{}, fmt.Errorf("look for a key: %w", err)
	}
	if len(f.actions) >= MaxShiftActions {
		return ActedShift{}, ErrTooManyActions
	}
	a := w.Action
	a.By, a.Received = who.Subject, ch.At
	if a.At.IsZero() {
		a.At = ch.At
	}
	a.At = a.At.UTC().Truncate(time.Millisecond)
	switch {
	case a.At.After(ch.At.Add(MaxAhead)):
		return ActedShift{}, ErrAhead
	case a.At.Before(ch.At.Add(-MaxBack)):
		return ActedShift{}, ErrTooOld
	}
	// What happened after the close changes nothing, whether the job was here already or not.
	if err := s.closeDue(ctx, ch, f); err != nil {
		return ActedShift{}, err
	}
	if err := f.add(ctx, ch, a, w.Request); err != nil {
		return ActedShift{}, err
	}
	if err := s.keepShifts(ctx, ch, f); err != nil {
		return ActedShift{}, err
	}
	return f.acted(a.Key, false), nil
}
