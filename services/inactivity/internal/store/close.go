package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/inactivity/internal/cause"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

// What lasts, and how its user is now: gone when the user or the company no longer works here. LIMIT lets PostgreSQL look for each of
// the few users by its key, and not read all of them. A contact outside the shifts of somebody who is tracked in them only is none.
var lasting = `WITH ` + companiesWithout + ` AND c.id IN (SELECT o.id_empresa FROM inactivity.silence o WHERE o.ended_at IS NULL))
SELECT s.id_empresa, s.user_id, s.kind, s.base_at, s.again, s.expected_by, s.after_s, s.raised_at, s.why, s.back_at, s.lat, s.lon, s.accuracy_m, s.device_id, s.limit_pct,
       c.id IS NULL OR u.id IS NULL AS gone, e.by, e.after_s AS now_after_s, e.movement_after_s, e.low_battery_pct, h.since AS hours_since,
       o.user_id IS NOT NULL AS on_shift, coalesce(o.paused, false) AS paused, o.since AS shift_since, o.started_at AS shift_began,
       CASE WHEN l.told THEN l.contact_at END AS contact_at, CASE WHEN l.told THEN l.recorded_at END AS recorded_at
FROM inactivity.silence s
LEFT JOIN company c ON c.id = s.id_empresa
LEFT JOIN LATERAL (SELECT d.id, d.teams FROM identity.v_directory_users d WHERE d.id_empresa = s.id_empresa AND d.id = s.user_id AND d.active LIMIT 1) u ON true
` + effective + `
` + hoursOf + `
LEFT JOIN activity.v_on_shift o ON o.id_empresa = s.id_empresa AND o.user_id = s.user_id
LEFT JOIN LATERAL (SELECT t.contact_at, t.recorded_at, ` + shifts.Where("t.id_empresa", "t.user_id", "t.contact_at") + ` AS told
    FROM tracking.v_contact t WHERE t.id_empresa = s.id_empresa AND t.user_id = s.user_id LIMIT 1) l ON true
WHERE s.ended_at IS NULL AND ($6 = '' OR s.id_empresa = $6)
ORDER BY s.id_empresa, s.user_id, s.kind`

const (
	setBack = `UPDATE inactivity.silence SET back_at = $5 WHERE id_empresa = $1 AND user_id = $2 AND kind = $3 AND base_at = $4 AND ended_at IS NULL AND back_at IS NULL`
	endOne  = `UPDATE inactivity.silence SET ended_at = $6 WHERE id_empresa = $1 AND user_id = $2 AND kind = $3 AND base_at = $4 AND again = $5 AND ended_at IS NULL`
)

// Lasting is a silence, a standstill or a low battery that lasts, and how its user is now.
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
	Device         string     `db:"device_id"`
	LimitPct       int        `db:"limit_pct"`
	Gone           bool       `db:"gone"`
	By             string     `db:"by"`
	NowAfterS      int        `db:"now_after_s"`
	MovementAfterS int        `db:"movement_after_s"`
	LowBatteryPct  int        `db:"low_battery_pct"`
	HoursSince     *time.Time `db:"hours_since"`
	OnShift        bool       `db:"on_shift"`
	Paused         bool       `db:"paused"`
	ShiftSince     *time.Time `db:"shift_since"`
	ShiftBegan     *time.Time `db:"shift_began"`
	Contact        *time.Time `db:"contact_at"`
	Recorded       *time.Time `db:"recorded_at"`
}

// Lasting returns all silences, standstills and low batteries that last, or those of one company.
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

// Judge says what becomes of it now, but for what positions and charges say.
func (l Lasting) Judge(now time.Time) silence.Ending {
	n := silence.Now{
		Gone: l.Gone, OnShift: l.OnShift, Paused: l.Paused, InHours: l.HoursSince != nil, By: l.By,
		Contact: zero(l.Contact), Recorded: zero(l.Recorded), After: time.Duration(l.NowAfterS) * time.Second,
	}
	n.Since = zero(l.ShiftSince)
	if begun := zero(l.HoursSince); l.By == silence.ByHours && begun.After(n.Since) {
		n.Since = begun
	}
	switch l.Kind {
	case alert.TypeNoMovement:
		return silence.EndStill(silence.Lasting{Base: l.Base.UTC(), By: l.ExpectedBy}, n, time.Duration(l.MovementAfterS)*time.Second, now)
	case alert.TypeLowBattery:
		n.Since = zero(l.ShiftBegan)
		if l.By == silence.ByHours {
			n.Since = zero(l.HoursSince) // a shift may begin within the hours
		}
		return silence.EndLow(silence.Lasting{Base: l.Base.UTC(), By: l.ExpectedBy}, n, l.LowBatteryPct, now)
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

// End is a silence, a standstill or a low battery that ends.
type End struct {
	Lasting
	silence.Ending
}

// End ends silences of one company and tells of them. A return is explained when the tracks say that the user was recording all along.
// A cause that nobody knew may have become known since. Nothing ends before it began. End returns how many it ended by each reason; those
// that others ended meanwhile are not among them. The positions of all of them are in memory at once.
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
		if err := s.learn(ctx, ch.Tx, company, list); err != nil {
			return err
		}
		for _, e := range list {
			if e.At.Before(e.Base) { // a clock was set back, or is behind that of another replica
				e.At = e.Base
			}
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
			a := s.alert(e)
			ended[e.Reason]++
			if err := ch.Emit(alert.Domain, a.Event(), a.ID, audience.OfUser(e.User, teams[e.User]), a.Proto()); err != nil {
				return err
			}
		}
		return nil
	})
	return ended, err
}

// learn gives the silences of people who are back, and whose cause was not known, the cause that their phones have told since.
func (s *Store) learn(ctx context.Context, tx *sqlx.Tx, company string, list []End) error {
	why := map[int]alert.Why{}
	var users pq.StringArray
	for i, e := range list {
		is := s.whyOf(company, e.User, e.Kind, e.WhyJSON)
		if e.Kind == alert.TypeInactivity && is.Cause == alert.CauseUnknown && (e.Reason == alert.EndReturned || e.Reason == alert.EndExplained) {
			why[i], users = is, append(users, e.User)
		}
	}
	if len(users) == 0 {
		return nil
	}
	seen, states, err := readEvidence(ctx, tx, company, users)
	if err != nil {
		return err
	}
	for i, is := range why {
		e := &list[i]
		found := cause.Likeliest(cause.Evidence{
			States: states[e.User], Device: seen[e.User].Device, Contact: e.Base.UTC(), After: time.Duration(e.AfterS) * time.Second, Until: e.At.UTC(),
		})
		if found.Code == alert.CauseUnknown {
			continue
		}
		is.Cause, is.CauseAt = found.Code, found.At
		if found.Battery != nil {
			is.Battery = found.Battery
		}
		if e.WhyJSON, err = json.Marshal(is); err != nil {
			return fmt.Errorf("encode why somebody was silent: %w", err)
		}
	}
	return nil
}

func (l Lasting) id() string { return alertID(l.Company, l.User, l.Kind, l.Base, l.Again) }

func (s *Store) alert(e End) alert.Alert {
	at := e.At.UTC()
	a := alert.Alert{
		ID: e.id(), Type: e.Kind, User: e.User, StartedAt: e.Base.UTC(), RaisedAt: e.RaisedAt.UTC(), EndedAt: &at, EndReason: e.Reason,
		Why: s.whyOf(e.Company, e.User, e.Kind, e.WhyJSON),
	}
	if e.Lat != nil && e.Lon != nil {
		a.Place = &alert.Place{Lat: *e.Lat, Lon: *e.Lon, AccuracyM: e.AccuracyM}
	}
	return a
}
