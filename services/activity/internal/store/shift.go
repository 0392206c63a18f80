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

// readBefore is how long before what is folded an action may lie that is read for its corrections: between the two are 33 days at most.
const readBefore = 34 * 24 * time.Hour

const (
	// MaxShiftActions is how many actions a user's shifts may have in that time. The close may add some more.
	MaxShiftActions = 2000
	// maxFolded is how many are folded, also of a longer time.
	maxFolded = 10000
)

const (
	ensureShiftUser = `INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	lockShiftUser   = `SELECT version FROM activity.shift_user WHERE id_empresa = $1 AND user_id = $2 FOR UPDATE`
	raiseShiftUser  = `UPDATE activity.shift_user u SET version = u.version + 1, told = $3 FROM activity.shift_user b
WHERE u.id_empresa = $1 AND u.user_id = $2 AND b.id_empresa = u.id_empresa AND b.user_id = u.user_id RETURNING u.version, b.told`

	// The shift that was going on at $3 is read from its start, so that it is folded whole: also one that has ended, because its close may
	// come after its end.
	shiftsFrom = `SELECT coalesce((SELECT min(s.started_at) FROM activity.shift s
    WHERE s.id_empresa = $1 AND s.user_id = $2 AND s.started_at < $3 AND (s.started_at >= $3::timestamptz - interval '36 hours' OR s.ended_at IS NULL)), $3)`
	// An action from before $3 may be corrected to a time after it, and the other way round: corrections are read with what they correct
	// (readBefore).
	shiftActions = `SELECT key, kind, at, received_at, by_user, reason, device, ends, corrects, request FROM activity.shift_action
WHERE id_empresa = $1 AND user_id = $2 AND at >= $3::timestamptz - interval '34 days' AND (at >= $3 OR kind = 'correct' OR key IN (
    SELECT c.corrects FROM activity.shift_action c WHERE c.id_empresa = $1 AND c.user_id = $2 AND c.at >= $3::timestamptz - interval '34 days' AND c.kind = 'correct'))
ORDER BY at LIMIT $4`
	shiftActionByKey = `SELECT key, kind, at, received_at, by_user, reason, device, ends, corrects, request FROM activity.shift_action
WHERE id_empresa = $1 AND user_id = $2 AND key = $3`
	addShiftAction = `INSERT INTO activity.shift_action (id_empresa, user_id, key, kind, at, received_at, by_user, reason, device, ends, corrects, request)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

	shiftColumns = `s.id_empresa, s.user_id, s.id, s.started_at, s.ended_at, s.pauses, s.forced, s.close_at, s.closes_by, s.corrected, s.objected, s.version`
	shiftRows    = `SELECT ` + shiftColumns + `, coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = s.user_id), '') AS user_name FROM activity.shift s WHERE s.id_empresa = $1 AND s.user_id = $2 AND s.started_at >= $3 ORDER BY s.started_at`
	putShift     = `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, closes_by, corrected, objected, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (id_empresa, user_id, id) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, paused = excluded.paused,
    pauses = excluded.pauses, forced = excluded.forced, close_at = excluded.close_at, closes_by = excluded.closes_by,
    corrected = excluded.corrected, objected = excluded.objected, version = excluded.version`
	deleteShift = `DELETE FROM activity.shift WHERE id_empresa = $1 AND user_id = $2 AND id = $3`
)

var seesUser = `SELECT count(*) FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $5 AND ` + visible.Where("u.id", 2)

// shiftRow is a shift as the table holds it.
type shiftRow struct {
	Company   string          `db:"id_empresa"`
	User      string          `db:"user_id"`
	ID        string          `db:"id"`
	Start     time.Time       `db:"started_at"`
	End       *time.Time      `db:"ended_at"`
	Pauses    json.RawMessage `db:"pauses"`
	Forced    bool            `db:"forced"`
	CloseAt   time.Time       `db:"close_at"`
	ClosesBy  string          `db:"closes_by"`
	Corrected bool            `db:"corrected"`
	Objected  bool            `db:"objected"`
	Version   int64           `db:"version"`
	UserName  string          `db:"user_name"`
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
		Shift: shift.Shift{ID: r.ID, Start: r.Start.UTC(), Forced: r.Forced, Corrected: r.Corrected, Objected: r.Objected}, User: r.User, UserName: r.UserName, CloseAt: r.CloseAt.UTC(), ClosesBy: r.ClosesBy, Version: r.Version,
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
	Corrects string     `db:"corrects"`
	Request  string     `db:"request"`
}

func (r shiftActionRow) action(user string) shift.Action {
	a := shift.Action{
		Key: r.Key, Kind: shift.Kind(r.Kind), At: r.At.UTC(), Received: r.Received.UTC(), By: r.By, Office: r.By != "" && r.By != user,
		Reason: r.Reason, Device: r.Device, Corrects: r.Corrects,
	}
	if r.Ends != nil {
		a.Ends = r.Ends.UTC()
	}
	return a
}

// ShiftWish is what somebody wants to do to the shifts of a user.
type ShiftWish struct {
	User string
	// Action needs its Key and Kind, and what its kind needs. At is when it happened, zero for now.
	shift.Action
	// Version of the user's shifts that the office saw. Only a Correct needs it.
	Version int64
	// Request is a hash of the whole request.
	Request string
}

// ActedShift is what became of a wish. Shift is the one to which the action belongs, nil if to none. Version is that of the user's
// shifts.
type ActedShift struct {
	Shift     *Shift
	Rule      shift.Rule
	Duplicate bool
	Version   int64
}

// ShiftsConflictError says that the shifts of a user changed meanwhile. Version is their current version.
type ShiftsConflictError struct{ Version int64 }

func (e *ShiftsConflictError) Error() string { return "the user's shifts changed meanwhile" }

// ActShift does one action on a user's shifts: it locks the user, adds the action, folds the user's actions, and stores and tells what
// came of them. An action whose key is known changes nothing. Errors are those of errors.go, *ShiftsConflictError and
// idem.ErrKeyReused.
func (s *Store) ActShift(ctx context.Context, ch *change.Change, who auth.Claims, w ShiftWish) (ActedShift, error) {
	if w.User != who.Subject || w.Kind == shift.Correct {
		if err := maySeeUser(ctx, ch.Tx, who, w.User, w.Kind == shift.Correct); err != nil {
			return ActedShift{}, err
		}
		if w.Reason == "" {
			return ActedShift{}, ErrReasonMissing
		}
	}
	f, err := s.lockShifts(ctx, ch, w.User, ch.At)
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
		return ActedShift{}, ErrTooManyShiftActions
	}
	a := w.Action
	a.By, a.Received, a.Office = who.Subject, f.received(), w.User != who.Subject
	if a.Office || a.Kind == shift.Correct || a.Kind == shift.Object { // Each answers what was there.
		a.Received = a.Received.Add(time.Millisecond)
	}
	timed := !a.At.IsZero()
	if !timed {
		a.At = f.afterAll()
	}
	a.At = a.At.UTC().Truncate(time.Millisecond)
	switch {
	case timed && a.At.After(ch.At.Add(MaxAhead)):
		return ActedShift{}, ErrAhead
	case a.At.Before(ch.At.Add(-MaxBack)):
		return ActedShift{}, ErrTooOld
	}
	// What happened after the close changes nothing, whether the job was here already or not.
	if err := s.closeDue(ctx, ch, f); err != nil {
		return ActedShift{}, err
	}
	if err := f.mayAdd(w); err != nil {
		return ActedShift{}, err
	}
	if err := f.add(ctx, ch, a, w.Request); err != nil {
		return ActedShift{}, err
	}
	if err := f.refuseIdle(a.Key); err != nil {
		return ActedShift{}, err
	}
	if err := s.keepShifts(ctx, ch, f); err != nil {
		return ActedShift{}, err
	}
	return f.acted(a.Key, false), nil
}

// mayAdd says whether somebody may correct what it saw, or object to a shift.
func (f *foldedShifts) mayAdd(w ShiftWish) error {
	switch w.Kind {
	case shift.Correct:
		if w.Version != f.version {
			return &ShiftsConflictError{f.version}
		}
	case shift.Object:
		for _, s := range f.all {
			if s.ID == w.Corrects && (s.Corrected || s.Forced) {
				return nil
			}
			if s.ID == w.Corrects {
				return ErrNothingToObject
			}
		}
		return ErrNoShift
	}
	return nil
}

// refuseIdle refuses a correction that does not do what it says. What happened in approved time is kept in any case.
func (f *foldedShifts) refuseIdle(key string) error {
	for _, e := range f.log {
		if e.Key != key || e.Kind != shift.Correct {
			continue
		}
		switch e.Rule {
		case "", shift.RuleLocked:
		case shift.RuleNothingToCorrect:
			return ErrShiftNothing
		default:
			return ErrIdleCorrection
		}
	}
	return nil
}
