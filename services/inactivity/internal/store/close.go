package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

const (
	// What lasts, and how its user is now: gone when the user or the company no longer works here. LIMIT lets PostgreSQL look for each of
	// the few users by its key, and not read all of them.
	lasting = `WITH ` + companiesWithout + ` AND c.id IN (SELECT o.id_empresa FROM inactivity.silence o WHERE o.ended_at IS NULL))
SELECT s.id_empresa, s.user_id, s.kind, s.base_at, s.again, s.expected_by, s.after_s, s.raised_at, s.why, s.back_at, s.lat, s.lon, s.accuracy_m,
       c.id IS NULL OR u.id IS NULL AS gone, e.by, e.after_s AS now_after_s, e.movement_after_s, h.since AS hours_since,
       o.user_id IS NOT NULL AS on_shift, coalesce(o.paused, false) AS paused, o.since AS shift_since, l.received_at, l.recorded_at
FROM inactivity.silence s
LEFT JOIN company c ON c.id = s.id_empresa
LEFT JOIN LATERAL (SELECT d.id, d.teams FROM identity.v_directory_users d WHERE d.id_empresa = s.id_empresa AND d.id = s.user_id AND d.active LIMIT 1) u ON true
` + effective + `
` + hoursOf + `
LEFT JOIN activity.v_on_shift o ON o.id_empresa = s.id_empresa AND o.user_id = s.user_id
LEFT JOIN tracking.v_last_seen l ON l.id_empresa = s.id_empresa AND l.user_id = s.user_id
WHERE s.ended_at IS NULL AND ($6 = '' OR s.id_empresa = $6)
ORDER BY s.id_empresa, s.user_id, s.kind`
	setBack = `UPDATE inactivity.silence SET back_at = $5 WHERE id_empresa = $1 AND user_id = $2 AND kind = $3 AND base_at = $4 AND ended_at IS NULL AND back_at IS NULL`
	endOne  = `UPDATE inactivity.silence SET ended_at = $6 WHERE id_empresa = $1 AND user_id = $2 AND kind = $3 AND base_at = $4 AND again = $5 AND ended_at IS NULL`
)

// Lasting is a silence or a standstill that lasts, and how its user is now.
type Lasting struct {
	Company        string     `db:"id_empresa"`
	User           string     `db:"user_id"`
	Kind           string     `db:"kind"`
	Base           time.Time  `db:"base_at"`
	Again          int        `db:"again"`
	ExpectedBy     string     `db:"expected_by"`
	AfterS         int        `db:"after_s"`
	RaisedAt       time.Time  `db:"raised_at"`
	WhyJSON        []byte     `db:"why"`
	Back           *time.Time `db:"back_at"`
	Lat            *float64   `db:"lat"`
	Lon            *float64   `db:"lon"`
	AccuracyM      *float32   `db:"accuracy_m"`
	Gone           bool       `db:"gone"`
	By             string     `db:"by"`
	NowAfterS      int        `db:"now_after_s"`
	MovementAfterS int        `db:"movement_after_s"`
	HoursSince     *time.Time `db:"hours_since"`
	OnShift        bool       `db:"on_shift"`
	Paused         bool       `db:"paused"`
	ShiftSince     *time.Time `db:"shift_since"`
	Received       *time.Time `db:"received_at"`
	Recorded       *time.Time `db:"recorded_at"`
}

// Lasting returns all silences and standstills that last, or those of one company.
func (s *Store) Lasting(ctx context.Context, now time.Time, only string) (list []Lasting, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		args, err := s.hoursArgs(ctx, tx, selectHoursOfLasting, now, only)
		if err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &list, lasting, args...); err != nil {
			return fmt.Errorf("look at the silences that last: %w", err)
		}
		return nil
	})
	return list, err
}

func zero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// Judge says what becomes of it now.
func (l Lasting) Judge(now time.Time) silence.Ending {
	n := silence.Now{
		Gone: l.Gone, OnShift: l.OnShift, Paused: l.Paused, InHours: l.HoursSince != nil, By: l.By,
		Contact: zero(l.Received), Recorded: zero(l.Recorded), After: time.Duration(l.NowAfterS) * time.Second,
	}
	n.Since = zero(l.ShiftSince)
	if begun := zero(l.HoursSince); l.By == silence.ByHours && begun.After(n.Since) {
		n.Since = begun
	}
	if l.Kind == alert.TypeNoMovement {
		return silence.EndStill(silence.Lasting{Base: l.Base.UTC(), By: l.ExpectedBy}, n, time.Duration(l.MovementAfterS)*time.Second, now)
	}
	return silence.End(silence.Lasting{Base: l.Base.UTC(), By: l.ExpectedBy, After: time.Duration(l.AfterS) * time.Second, Back: zero(l.Back)}, n, now)
}

// SetBack notes when somebody was seen again whose phone still sends what it recorded before.
func (s *Store) SetBack(ctx context.Context, l Lasting, back time.Time) error {
	return s.changes.AsWorkerFor(ctx, l.Company, By, func(ch *change.Change) error {
		if _, err := ch.Tx.ExecContext(ctx, setBack, l.Company, l.User, l.Kind, l.Base, back); err != nil {
			return fmt.Errorf("note a return: %w", err)
		}
		return nil
	})
}

// End is a silence or a standstill that ends.
type End struct {
	Lasting
	silence.Ending
}

// End ends silences of one company and tells of them. A return is explained when the tracks say that the user was recording all along.
// It returns how many it ended by each reason: those that others ended meanwhile are not among them. The positions of all of them are in memory at once.
func (s *Store) End(ctx context.Context, company string, list []End) (ended map[string]int, err error) {
	err = s.changes.AsWorkerFor(ctx, company, By, func(ch *change.Change) error {
		ended = map[string]int{}
		var users pq.StringArray
		for _, e := range list {
			users = append(users, e.User)
		}
		teams, err := teamsOf(ctx, ch.Tx, users)
		if err != nil {
			return err
		}
		if err := explain(ctx, ch.Tx, company, list); err != nil {
			return err
		}
		for _, e := range list {
			result, err := ch.Tx.ExecContext(ctx, endOne, company, e.User, e.Kind, e.Base, e.Again, e.At)
			if err != nil {
				return fmt.Errorf("end a silence: %w", err)
			}
			n, err := result.RowsAffected()
			if err != nil {
				return fmt.Errorf("end a silence: %w", err)
			}
			if n == 0 {
				continue
			}
			a, err := e.alert()
			if err != nil {
				return err
			}
			ended[e.Reason]++
			if err := ch.Emit(alert.Domain, a.Event(), a.ID, audience.OfUser(e.User, teams[e.User]), a.Proto()); err != nil {
				return err
			}
		}
		return nil
	})
	return ended, err
}

func (l Lasting) id() string { return alertID(l.Company, l.User, l.Kind, l.Base, l.Again) }

func (e End) alert() (alert.Alert, error) {
	at := e.At.UTC()
	a := alert.Alert{ID: e.id(), Type: e.Kind, User: e.User, StartedAt: e.Base.UTC(), RaisedAt: e.RaisedAt.UTC(), EndedAt: &at, EndReason: e.Reason}
	if e.Lat != nil && e.Lon != nil {
		a.Place = &alert.Place{Lat: *e.Lat, Lon: *e.Lon, AccuracyM: e.AccuracyM}
	}
	if err := json.Unmarshal(e.WhyJSON, &a.Why); err != nil {
		return a, fmt.Errorf("decode why somebody was silent: %w", err)
	}
	return a, nil
}
