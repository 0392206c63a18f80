package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/lib/pq"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/summary/internal/day"
)

const (
	selectHash = `SELECT hash, version FROM summary.day WHERE id_empresa = $1 AND date = $2 AND user_id = $3`

	upsertDay = `INSERT INTO summary.day (id_empresa, date, user_id, zone, from_at, until_at, computed_at, algorithm, version, detail, route, parts, hash, ` + numbers + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34)
ON CONFLICT (id_empresa, date, user_id) DO UPDATE SET computed_at = excluded.computed_at, algorithm = excluded.algorithm, version = excluded.version,
    detail = excluded.detail, route = excluded.route, parts = excluded.parts, hash = excluded.hash,
    (` + numbers + `) = (excluded.distance_m, excluded.moving_s, excluded.stopped_s, excluded.gap_m, excluded.gap_s, excluded.mock_m, excluded.fixes,
    excluded.late_fixes, excluded.devices, excluded.thinned, excluded.first_at, excluded.last_at, excluded.max_speed_mps, excluded.avg_moving_speed_mps,
    excluded.trips, excluded.stops, excluded.visits_done, excluded.visits_not_done, excluded.visits_open, excluded.shift_s, excluded.pause_s)`

	// The company hides what lies outside shifts since the day was computed last: it comes to the same, so people may see it.
	touchDay = `UPDATE summary.day d SET computed_at = $4 WHERE d.id_empresa = $1 AND d.date = $2 AND d.user_id = $3
  AND EXISTS (SELECT FROM activity.v_on_shift_only m WHERE m.id_empresa = d.id_empresa AND m.since > d.computed_at)`

	teamsOfUser = `SELECT u.teams FROM identity.v_users u WHERE u.id = $1`
)

// Outcomes of Next.
const (
	Nothing   = ""
	Created   = "created"
	Updated   = "updated"
	Unchanged = "unchanged"
)

// PoisonError says that a day could not be computed.
type PoisonError struct {
	Pending
	Err error
}

func (e *PoisonError) Error() string {
	return fmt.Sprintf("compute %s of user %s in %s: %v", e.Date, e.User, e.Company, e.Err)
}

func (e *PoisonError) Unwrap() error { return e.Err }

// Next computes the day that has been due for longest, and writes and publishes it if it came to something else. The outcome is Nothing
// when none is due. An error about one day is a *PoisonError.
func (s *Store) Next(ctx context.Context, by string) (outcome string, err error) {
	var p Pending
	var ok bool
	err = s.changes.AsWorker(ctx, by, func(ch *change.Change) (err error) {
		if p, ok, err = take(ctx, ch); err != nil {
			return err
		}
		if !ok {
			return change.ErrNothing
		}
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		if outcome, err = s.renew(ctx, ch.For(p.Company), p); err != nil {
			return err
		}
		_, err = ch.Tx.ExecContext(ctx, donePending, p.Company, p.User, p.Date)
		return err
	})
	if err != nil {
		if ok {
			err = &PoisonError{p, err}
		}
		return Nothing, err
	}
	return outcome, nil
}

// renew computes a day and writes it if it came to something else.
func (s *Store) renew(ctx context.Context, ch *change.Change, p Pending) (string, error) {
	w, closed, err := window(ctx, ch.Tx, p.Company, p.Date, s.Zone(p.Company))
	if err != nil || !closed || w.From.Before(s.oldest(ch.At)) {
		return Unchanged, err
	}
	d, err := compute(ctx, ch.Tx, p.Company, p.User, w, w.Until)
	if err != nil {
		return Nothing, err
	}
	hash, err := d.Hash(day.Algorithm)
	if err != nil {
		return Nothing, err
	}
	var was struct {
		Hash    []byte `db:"hash"`
		Version int    `db:"version"`
	}
	err = ch.Tx.GetContext(ctx, &was, selectHash, p.Company, p.Date, p.User)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if d.Empty() {
			return Unchanged, nil
		}
	case err != nil:
		return Nothing, fmt.Errorf("read a day: %w", err)
	case bytes.Equal(was.Hash, hash):
		if _, err := ch.Tx.ExecContext(ctx, touchDay, p.Company, p.Date, p.User, ch.At); err != nil {
			return Nothing, fmt.Errorf("write that a day came to the same: %w", err)
		}
		return Unchanged, nil
	}
	if err := write(ctx, ch, d, hash, was.Version+1); err != nil {
		return Nothing, err
	}
	event, outcome := "diario", Created
	if was.Version > 0 {
		event, outcome = "actualizado", Updated
	}
	var teams pq.StringArray
	if err := ch.Tx.GetContext(ctx, &teams, teamsOfUser, p.User); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Nothing, fmt.Errorf("read the teams of a user: %w", err)
	}
	body := Message(d, was.Version+1, ch.At, w.State(ch.At, s.o.Late))
	return outcome, ch.Emit("resumen", event, p.User, audience.OfUser(p.User, teams), body)
}

func write(ctx context.Context, ch *change.Change, d *day.Day, hash []byte, version int) error {
	detail, err := json.Marshal(d.Detail)
	if err != nil {
		return fmt.Errorf("write a day: %w", err)
	}
	if d.Route == nil {
		d.Route = []byte{}
	}
	_, err = ch.Tx.ExecContext(ctx, upsertDay, ch.Company, d.Date, d.User, d.Zone, d.From, d.Until, ch.At, day.Algorithm, version,
		string(detail), d.Route, pq.Array(d.Parts), hash, d.DistanceM, d.MovingS, d.StoppedS, d.GapM, d.GapS, d.MockM, d.Fixes, d.LateFixes, d.Devices,
		d.Thinned, d.FirstAt, d.LastAt, d.MaxSpeed, d.AvgSpeed, d.Trips, d.Stops, d.VisitsDone, d.VisitsNot, d.VisitsOpen, d.ShiftS, d.PauseS)
	if err != nil {
		return fmt.Errorf("write a day: %w", err)
	}
	return nil
}

// Message is what events say of a day.
func Message(d *day.Day, version int, at time.Time, state string) *terrenov1.Summary {
	n := func(v int) int32 { return int32(min(v, 1<<31-1)) } //nolint:gosec // bounded
	m := &terrenov1.Summary{
		UserId: d.User, Date: d.Date, Zone: d.Zone, From: timestamppb.New(d.From), Until: timestamppb.New(d.Until), State: state,
		ComputedAt: timestamppb.New(at), Algorithm: day.Algorithm, Version: n(version), DistanceM: d.DistanceM, MovingS: n(d.MovingS),
		StoppedS: n(d.StoppedS), GapM: d.GapM, GapS: n(d.GapS), MockM: d.MockM, Fixes: n(d.Fixes), LateFixes: n(d.LateFixes), Devices: n(d.Devices),
		MaxSpeedMps: d.MaxSpeed, AvgMovingSpeedMps: d.AvgSpeed, Trips: n(d.Trips), Stops: n(d.Stops), VisitsDone: n(d.VisitsDone),
		VisitsNotDone: n(d.VisitsNot), VisitsOpen: n(d.VisitsOpen), ShiftS: n(d.ShiftS), PauseS: n(d.PauseS), Thinned: d.Thinned,
	}
	if d.FirstAt != nil {
		m.FirstAt, m.LastAt = timestamppb.New(*d.FirstAt), timestamppb.New(*d.LastAt)
	}
	return m
}
