package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	wire "github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/plan"
	"github.com/terreno/terreno/services/activity/internal/shift"
)

// foldedShifts are the shifts of a locked user.
type foldedShifts struct {
	user    string
	version int64
	locks   []shift.Lock
	from    time.Time
	now     time.Time
	actions []shift.Action
	stored  []shiftRow
	all     []shift.Shift
	log     []shift.Entry
	close   day.Close
}

// lockShifts locks a user and folds its shifts, back to an instant or further.
func (s *Store) lockShifts(ctx context.Context, ch *change.Change, user string, back time.Time) (f *foldedShifts, err error) {
	f = &foldedShifts{user: user, now: ch.At}
	if _, err := ch.Tx.ExecContext(ctx, ensureShiftUser, ch.Company, user); err != nil {
		return nil, fmt.Errorf("add a user: %w", err)
	}
	if err := ch.Tx.GetContext(ctx, &f.version, lockShiftUser, ch.Company, user); err != nil {
		return nil, fmt.Errorf("lock a user's shifts: %w", err)
	}
	settings, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return nil, err
	}
	closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, user)
	if err != nil {
		return nil, err
	}
	f.close = closes.user(user)
	if err := f.read(ctx, ch.Tx, ch.Company, back); err != nil {
		return nil, err
	}
	return f, s.moveFirst(ctx, ch, f)
}

func (f *foldedShifts) read(ctx context.Context, tx *sqlx.Tx, company string, back time.Time) error {
	back = earliest(back, f.now.Add(-shiftsBack))
	if err := tx.GetContext(ctx, &f.from, shiftsFrom, company, f.user, back); err != nil {
		return fmt.Errorf("look for the first shift: %w", err)
	}
	var rows []shiftActionRow
	if err := tx.SelectContext(ctx, &rows, shiftActions, company, f.user, f.from, maxFolded+1); err != nil {
		return fmt.Errorf("read the actions of shifts: %w", err)
	}
	if len(rows) > maxFolded { // It would fold a part of them.
		return ErrTooManyShiftActions
	}
	for _, r := range rows {
		f.actions = append(f.actions, r.action(f.user))
	}
	var err error
	if f.locks, err = readLocks(ctx, tx, company, f.user, f.from.Add(-readBefore)); err != nil {
		return err
	}
	if err := tx.SelectContext(ctx, &f.stored, shiftRows, company, f.user, f.from); err != nil {
		return fmt.Errorf("read shifts: %w", err)
	}
	f.all, f.log = shift.FoldSince(f.from, f.actions, f.locks, f.now)
	return nil
}

func (f *foldedShifts) add(ctx context.Context, ch *change.Change, a shift.Action, request string) error {
	var ends *time.Time
	if !a.Ends.IsZero() {
		ends = &a.Ends
	}
	if _, err := ch.Tx.ExecContext(ctx, addShiftAction, ch.Company, f.user, a.Key, a.Kind, a.At, a.Received, a.By, a.Reason, a.Device, ends, a.Corrects, request); err != nil {
		return fmt.Errorf("add an action of a shift: %w", err)
	}
	f.actions = append(f.actions, a)
	f.all, f.log = shift.FoldSince(f.from, f.actions, f.locks, f.now)
	return nil
}

// received is when an action is known to have arrived: after all that is known, and after each approval, whatever the clocks of
// replicas say. So nothing that comes after an approval slips into the approved hours, and a correction comes after what it corrects.
func (f *foldedShifts) received() time.Time {
	at := f.now
	for _, a := range f.actions {
		at = latest(at, a.Received)
	}
	for _, l := range f.locks {
		at = latest(at, l.Since.Add(time.Millisecond))
	}
	return at
}

// afterAll returns now, or a moment after the last action if that is later. What is reported without a time follows what is known:
// otherwise a phone whose clock is ahead would come after it.
func (f *foldedShifts) afterAll() time.Time {
	at := f.now
	for _, a := range f.actions {
		if !a.At.Before(at) {
			at = a.At.Add(time.Millisecond)
		}
	}
	return at
}

func (f *foldedShifts) acted(key string, duplicate bool) ActedShift {
	done := ActedShift{Duplicate: duplicate, Version: f.version}
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

// firstClose is when a shift is closed that nobody ends, as far as is known when it begins.
func firstClose(c day.Close, start time.Time, week plan.Week) time.Time {
	at := c.After(start.Add(time.Millisecond))
	return earliest(beforeNext(c, start, week.WorkOf(start, at), at), start.Add(shift.Longest))
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
		next := Shift{Shift: is, User: f.user, CloseAt: was.CloseAt, ClosesBy: was.ClosesBy} // The night may have moved its close.
		if !there || !was.Start.Equal(is.Start) {
			weeks, err := s.weeksOf(ctx, ch.Tx, ch.Company, []string{f.user})
			if err != nil {
				return err
			}
			next.CloseAt, next.ClosesBy = firstClose(f.close, is.Start, weeks[f.user].Week), f.close.At
		}
		changed = append(changed, next)
	}
	if len(changed)+len(before) == 0 {
		return nil
	}
	to, lost, err := f.raise(ctx, ch)
	if err != nil {
		return err
	}
	version := f.version
	gone := func(id string) *terrenov1.Activity {
		return wire.Withdrawn(&terrenov1.Activity{Id: id, Tipo: wire.Shift, Version: int32(version)}, f.user) //nolint:gosec // nobody has two billion
	}
	for _, r := range f.stored { // They were told of all of them, and later nobody knows that they were.
		if err := withdraw(ch, gone(r.ID), lost, to, f.user); err != nil {
			return err
		}
	}
	for id := range before { // An earlier start arrived, and this one is a part of its shift.
		if _, err := ch.Tx.ExecContext(ctx, deleteShift, ch.Company, f.user, id); err != nil {
			return fmt.Errorf("remove a shift: %w", err)
		}
		if err := ch.Emit(wire.Domain, wire.EventState, id, to, gone(id)); err != nil {
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

// raise gives the user's shifts a new version. It returns who is told of them, and the teams that were told last and that the user has
// left.
func (f *foldedShifts) raise(ctx context.Context, ch *change.Change) (to, lost audience.Audience, err error) {
	teams, err := teamsOf(ctx, ch.Tx, []string{f.user})
	if err != nil {
		return to, lost, err
	}
	to = audienceOf(f.user, "", teams)
	var raised struct {
		Version int64          `db:"version"`
		Told    pq.StringArray `db:"told"`
	}
	if err := ch.Tx.GetContext(ctx, &raised, raiseShiftUser, ch.Company, f.user, pq.Array(append([]string{}, to.Teams...))); err != nil {
		return to, lost, fmt.Errorf("raise the version of shifts: %w", err)
	}
	f.version = raised.Version
	lost.Teams = slices.DeleteFunc(raised.Told, func(t string) bool { return slices.Contains(to.Teams, t) })
	return to, lost, nil
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
	if _, err := ch.Tx.ExecContext(ctx, putShift, ch.Company, s.User, s.ID, s.Start, end, s.Paused(), string(pauses), s.Forced, s.CloseAt, s.ClosesBy, s.Corrected, s.Objected, s.Version); err != nil {
		return fmt.Errorf("store a shift: %w", err)
	}
	return nil
}

func sameShift(a, b shift.Shift) bool {
	return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.Forced == b.Forced && a.Corrected == b.Corrected && a.Objected == b.Objected && slices.EqualFunc(a.Pauses, b.Pauses, func(p, q shift.Span) bool {
		return p.From.Equal(q.From) && p.Until.Equal(q.Until)
	})
}

func shiftEvent(s Shift) *terrenov1.Activity {
	state, since := s.State()
	m := &terrenov1.Activity{
		Id: s.ID, Tipo: wire.Shift, Version: int32(s.Version), UserId: s.User, State: state, Since: timestamp(&since), From: timestamp(&s.Start), //nolint:gosec // nobody has two billion
		Forced: s.Forced, WorkedS: int32(s.Worked(since).Seconds()), Corrected: s.Corrected, Objected: s.Objected,
	}
	if !s.Open() {
		m.Until = timestamp(&s.End)
	}
	return m
}
