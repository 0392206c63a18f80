package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/visible"
	wire "github.com/terreno/terreno/proto/activity"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/activity/internal/day"
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

	shiftColumns = `s.id_empresa, s.user_id, s.id, s.started_at, s.ended_at, s.pauses, s.forced, s.close_at, s.version`
	shiftRows    = `SELECT ` + shiftColumns + `, coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = s.user_id), '') AS user_name FROM activity.shift s WHERE s.id_empresa = $1 AND s.user_id = $2 AND s.started_at >= $3 ORDER BY s.started_at`
	putShift     = `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (id_empresa, user_id, id) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at, paused = excluded.paused,
    pauses = excluded.pauses, forced = excluded.forced, close_at = excluded.close_at, version = excluded.version`
	deleteShift = `DELETE FROM activity.shift WHERE id_empresa = $1 AND user_id = $2 AND id = $3`
)

var (
	seesUser     = `SELECT count(*) FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $5 AND ` + visible.Where("u.id", 2)
	pageOfShifts = `SELECT ` + shiftColumns + `, coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = s.user_id), '') AS user_name
FROM activity.shift s
WHERE s.id_empresa = $1 AND ` + visible.Where("s.user_id", 2) + `
  AND ($5 = '' OR s.user_id = $5)
  AND ($6 = '' OR s.user_id IN (SELECT m.user_id FROM identity.v_team_members m WHERE m.team_id = $6))
  AND ($7::timestamptz IS NULL OR s.started_at > $7::timestamptz - interval '36 hours' AND (s.ended_at IS NULL OR s.ended_at > $7))
  AND ($8::timestamptz IS NULL OR s.started_at < $8)
  AND (NOT $9 OR s.ended_at IS NULL)
  AND ($10::timestamptz IS NULL OR (s.started_at, s.user_id, s.id) < ($10, $11, $12))
ORDER BY s.started_at DESC, s.user_id DESC, s.id DESC LIMIT $13`
)

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
	Version  int64           `db:"version"`
	UserName string          `db:"user_name"`
}

// Shift is a shift as people see it.
type Shift struct {
	shift.Shift
	User, UserName string
	CloseAt        time.Time
	Version        int64
}

func (r shiftRow) shift() Shift {
	s := Shift{
		Shift: shift.Shift{ID: r.ID, Start: r.Start.UTC(), Forced: r.Forced}, User: r.User, UserName: r.UserName, CloseAt: r.CloseAt.UTC(), Version: r.Version,
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
	if err := f.add(ctx, ch, a, w.Request); err != nil {
		return ActedShift{}, err
	}
	if err := s.keepShifts(ctx, ch, f); err != nil {
		return ActedShift{}, err
	}
	return f.acted(a.Key, false), nil
}

// foldedShifts are the shifts of a locked user.
type foldedShifts struct {
	user    string
	from    time.Time
	now     time.Time
	actions []shift.Action
	stored  []shiftRow
	all     []shift.Shift
	log     []shift.Entry
	close   day.Close
}

func (s *Store) lockShifts(ctx context.Context, ch *change.Change, user string) (f *foldedShifts, err error) {
	f = &foldedShifts{user: user, now: ch.At}
	if _, err := ch.Tx.ExecContext(ctx, ensureShiftUser, ch.Company, user); err != nil {
		return nil, fmt.Errorf("add a user: %w", err)
	}
	var version int64
	if err := ch.Tx.GetContext(ctx, &version, lockShiftUser, ch.Company, user); err != nil {
		return nil, fmt.Errorf("lock a user's shifts: %w", err)
	}
	settings, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return nil, err
	}
	f.close = s.closing(ch.Company, settings)
	return f, f.read(ctx, ch.Tx, ch.Company)
}

func (f *foldedShifts) read(ctx context.Context, tx *sqlx.Tx, company string) error {
	if err := tx.GetContext(ctx, &f.from, shiftsFrom, company, f.user, f.now.Add(-shiftsBack)); err != nil {
		return fmt.Errorf("look for the first shift: %w", err)
	}
	var rows []shiftActionRow
	if err := tx.SelectContext(ctx, &rows, shiftActions, company, f.user, f.from, MaxShiftActions+100); err != nil {
		return fmt.Errorf("read the actions of shifts: %w", err)
	}
	for _, r := range rows {
		f.actions = append(f.actions, r.action())
	}
	if err := tx.SelectContext(ctx, &f.stored, shiftRows, company, f.user, f.from); err != nil {
		return fmt.Errorf("read shifts: %w", err)
	}
	f.all, f.log = shift.Fold(f.actions, f.now)
	return nil
}

func (f *foldedShifts) add(ctx context.Context, ch *change.Change, a shift.Action, request string) error {
	var ends *time.Time
	if !a.Ends.IsZero() {
		ends = &a.Ends
	}
	if _, err := ch.Tx.ExecContext(ctx, addShiftAction, ch.Company, f.user, a.Key, a.Kind, a.At, a.Received, a.By, a.Reason, a.Device, ends, request); err != nil {
		return fmt.Errorf("add an action of a shift: %w", err)
	}
	f.actions = append(f.actions, a)
	f.all, f.log = shift.Fold(f.actions, f.now)
	return nil
}

func (f *foldedShifts) acted(key string, duplicate bool) ActedShift {
	done := ActedShift{Duplicate: duplicate}
	i := slices.IndexFunc(f.log, func(e shift.Entry) bool { return e.Key == key })
	if i < 0 {
		return done // It is older than what is folded.
	}
	done.Rule = f.log[i].Rule
	for _, r := range f.stored {
		if r.ID == f.log[i].Shift {
			is := r.shift()
			done.Shift = &is
		}
	}
	return done
}

// closeAt is when a shift is closed that nobody ends, as far as is known when it begins.
func (f *foldedShifts) closeAt(s shift.Shift) time.Time {
	return earliest(f.close.After(s.Start.Add(time.Millisecond)), s.Start.Add(shift.Longest))
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// keepShifts stores what the actions come to, and tells of each shift that changed. All that changed at once get the same version.
func (s *Store) keepShifts(ctx context.Context, ch *change.Change, f *foldedShifts) error {
	before := map[string]shiftRow{}
	for _, r := range f.stored {
		before[r.ID] = r
	}
	var changed []Shift
	for _, is := range f.all {
		was, there := before[is.ID]
		delete(before, is.ID)
		if there && sameShift(was.shift().Shift, is) {
			continue
		}
		closeAt := f.closeAt(is)
		if there && was.Start.Equal(is.Start) {
			closeAt = was.CloseAt // the night may have moved it
		}
		changed = append(changed, Shift{Shift: is, User: f.user, CloseAt: closeAt})
	}
	if len(changed)+len(before) == 0 {
		return nil
	}
	var version int64
	if err := ch.Tx.GetContext(ctx, &version, raiseShiftUser, ch.Company, f.user); err != nil {
		return fmt.Errorf("raise the version of shifts: %w", err)
	}
	teams, err := teamsOf(ctx, ch.Tx, []string{f.user})
	if err != nil {
		return err
	}
	to := audienceOf(f.user, "", teams)
	for id := range before { // An earlier start arrived, and this one is a part of its shift.
		if _, err := ch.Tx.ExecContext(ctx, deleteShift, ch.Company, f.user, id); err != nil {
			return fmt.Errorf("remove a shift: %w", err)
		}
		gone := wire.Withdrawn(&terrenov1.Activity{Id: id, Tipo: wire.Shift, Version: int32(version)}, f.user) //nolint:gosec // nobody has two billion
		if err := ch.Emit(wire.Domain, wire.EventState, id, to, gone); err != nil {
			return err
		}
	}
	for _, is := range changed {
		is.Version = version
		if err := putOne(ctx, ch, is); err != nil {
			return err
		}
		if err := ch.Emit(wire.Domain, wire.EventState, is.ID, to, shiftEvent(is)); err != nil {
			return err
		}
	}
	f.stored = nil
	if err := ch.Tx.SelectContext(ctx, &f.stored, shiftRows, ch.Company, f.user, f.from); err != nil {
		return fmt.Errorf("read shifts: %w", err)
	}
	return nil
}

func putOne(ctx context.Context, ch *change.Change, s Shift) error {
	pauses, err := json.Marshal(append([]shift.Span{}, s.Pauses...))
	if err != nil {
		return fmt.Errorf("encode pauses: %w", err)
	}
	var end *time.Time
	if !s.Open() {
		end = &s.End
	}
	if _, err := ch.Tx.ExecContext(ctx, putShift, ch.Company, s.User, s.ID, s.Start, end, s.Paused(), string(pauses), s.Forced, s.CloseAt, s.Version); err != nil {
		return fmt.Errorf("store a shift: %w", err)
	}
	return nil
}

func sameShift(a, b shift.Shift) bool {
	return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.Forced == b.Forced && slices.EqualFunc(a.Pauses, b.Pauses, func(p, q shift.Span) bool {
		return p.From.Equal(q.From) && p.Until.Equal(q.Until)
	})
}

func shiftEvent(s Shift) *terrenov1.Activity {
	state, since := s.State()
	m := &terrenov1.Activity{
		Id: s.ID, Tipo: wire.Shift, Version: int32(s.Version), UserId: s.User, State: state, Since: timestamp(&since), From: timestamp(&s.Start), //nolint:gosec // nobody has two billion
		Forced: s.Forced, WorkedS: int32(s.Worked(since).Seconds()),
	}
	if !s.Open() {
		m.Until = timestamp(&s.End)
	}
	return m
}

// ShiftFilter selects shifts. A field that is empty or nil has no effect.
type ShiftFilter struct {
	User, Team string
	// From and Until select the shifts that overlap [From, Until).
	From, Until *time.Time
	Open        bool
}

// ShiftMark is where the next page of shifts begins: after this one.
type ShiftMark struct {
	Start *time.Time `json:"s"`
	User  string     `json:"u"`
	ID    string     `json:"i"`
}

// Shifts returns a page of the shifts that a viewer may see, the newest first.
func (s *Store) Shifts(ctx context.Context, who auth.Claims, f ShiftFilter, after ShiftMark, limit int) (shifts []Shift, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		shifts, err = listShifts(ctx, tx, who, f, after, limit)
		return err
	})
	return shifts, err
}

func listShifts(ctx context.Context, tx *sqlx.Tx, who auth.Claims, f ShiftFilter, after ShiftMark, limit int) ([]Shift, error) {
	var rows []shiftRow
	args := append(viewer(who), f.User, f.Team, f.From, f.Until, f.Open, after.Start, after.User, after.ID, limit)
	if err := tx.SelectContext(ctx, &rows, pageOfShifts, args...); err != nil {
		return nil, fmt.Errorf("read shifts: %w", err)
	}
	shifts := []Shift{}
	for _, r := range rows {
		shifts = append(shifts, r.shift())
	}
	return shifts, nil
}

// ShiftLog returns what was done about the shifts of a user in the last 33 days, as it happened, or ErrNoUser.
func (s *Store) ShiftLog(ctx context.Context, who auth.Claims, user string, now time.Time) (log []shift.Entry, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		var sees int
		if err := tx.GetContext(ctx, &sees, seesUser, append(viewer(who), user)...); err != nil {
			return fmt.Errorf("look for a user: %w", err)
		}
		if sees == 0 {
			return ErrNoUser
		}
		f := &foldedShifts{user: user, now: now}
		err := f.read(ctx, tx, who.Company)
		log = f.log
		return err
	})
	return log, err
}
