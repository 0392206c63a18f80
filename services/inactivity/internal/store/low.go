package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/inactivity/internal/charge"
	"github.com/terreno/terreno/services/inactivity/internal/silence"
)

// Who is expected and may have a low battery: a phone of theirs said so, or their newest position, from $7 on. A position does not say here
// whether the phone charges: readCharges does. $8 is until when an earlier low battery must have ended.
const lows = `WITH ` + expected + `, said AS MATERIALIZED (
    SELECT d.id_empresa, d.user_id, min(d.level) AS level, max(d.occurred_at) AS at FROM inactivity.device_state d
    WHERE d.kind = 'battery' AND NOT d.charging AND d.level < 0.505 AND d.occurred_at >= $7 GROUP BY d.id_empresa, d.user_id
)
SELECT p.company, p.user_id, p.by, p.low_battery_pct, p.began FROM expected p
LEFT JOIN said s ON s.id_empresa = p.company AND s.user_id = p.user_id
LEFT JOIN inactivity.silence b ON b.id_empresa = p.company AND b.user_id = p.user_id AND b.kind = 'bateria_baja'
WHERE p.low_battery_pct > 0 AND (b.user_id IS NULL OR b.ended_at <= $8)
  AND (p.recorded_at >= $7 AND coalesce(p.recorded_at >= p.began, true) AND p.battery * 100 < p.low_battery_pct + 0.5
    OR s.level * 100 < p.low_battery_pct + 0.5 AND coalesce(s.at >= p.began, true))
ORDER BY p.company, p.user_id`

// What the phones of some users said of their batteries, and their newest positions, as far as people may see. A position that does not
// say whether the phone charges is of one that does if the phone said so and has lost no charge since.
var chargesOf = `SELECT d.user_id, d.device_id, d.occurred_at AS at, d.level, d.charging FROM inactivity.device_state d
WHERE d.id_empresa = $1 AND d.user_id = ANY ($2) AND d.kind = 'battery' AND ` + shifts.Where("d.id_empresa", "d.user_id", "d.occurred_at") + `
UNION ALL
SELECT p.user_id, p.device_id, p.recorded_at, p.battery, coalesce(p.charging, d.charging AND p.battery >= d.level, false)
FROM tracking.v_latest_position p
LEFT JOIN inactivity.device_state d ON d.id_empresa = p.id_empresa AND d.user_id = p.user_id AND d.device_id = p.device_id AND d.kind = 'battery'
WHERE p.id_empresa = $1 AND p.user_id = ANY ($2) AND ` + shifts.Where("p.id_empresa", "p.user_id", "p.recorded_at")

const shiftDevices = `SELECT s.user_id, s.device FROM activity.v_shift s WHERE s.id_empresa = $1 AND s.user_id = ANY ($2) AND s.ended_at IS NULL AND s.device <> ''`

// Low is somebody whose battery may be low.
type Low struct {
	Company string `db:"company"`
	User    string `db:"user_id"`
	By      string `db:"by"`
	Limit   int    `db:"low_battery_pct"`
	// Began is when the work began that lasts; nil if there is no such time.
	Began *time.Time `db:"began"`
}

// Lows returns whose battery may be low by what was read from an instant on, in order of companies.
func (s *Store) Lows(ctx context.Context, now, from time.Time, only string) (list []Low, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		args, err := s.hoursArgs(ctx, tx, selectHours, now, only)
		if err != nil {
			return err
		}
		return tx.SelectContext(ctx, &list, lows, append(args, from, now.Add(-charge.Pause))...)
	})
	if err != nil {
		return nil, fmt.Errorf("look for low batteries: %w", err)
	}
	return list, nil
}

// BeginLow reads the charges of some people of a company and tells of those that are low. It returns how many are.
func (s *Store) BeginLow(ctx context.Context, company string, list []Low, from time.Time) (n int, err error) {
	err = s.changes.AsWorkerFor(ctx, company, By, func(ch *change.Change) error {
		n = 0
		users := make(pq.StringArray, len(list))
		for i, l := range list {
			users[i] = l.User
		}
		charges, err := readCharges(ctx, ch.Tx, company, users)
		if err != nil {
			return err
		}
		first, err := readShiftDevices(ctx, ch.Tx, company, users)
		if err != nil {
			return err
		}
		var found []Beginning
		for _, l := range list {
			if r, ok := charge.Low(charges[l.User], first[l.User], silence.Latest(from, zero(l.Began)), l.Limit); ok {
				found = append(found, Beginning{User: l.User, By: l.By, Base: r.At, Device: r.Device, Limit: l.Limit, Battery: &r.Level})
			}
		}
		if len(found) == 0 {
			return change.ErrNothing
		}
		n, err = raiseIn(ctx, ch, alert.TypeLowBattery, found)
		return err
	})
	return n, err
}

// Charged returns which low batteries of a company are over by their charge, by user.
func (s *Store) Charged(ctx context.Context, company string, list []Lasting, now time.Time) (over map[string]silence.Ending, err error) {
	over = map[string]silence.Ending{}
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		users := make(pq.StringArray, len(list))
		for i, l := range list {
			users[i] = l.User
		}
		charges, err := readCharges(ctx, tx, company, users)
		if err != nil {
			return err
		}
		for _, l := range list {
			at, reason := charge.Lasting{Device: l.Device, Base: l.Base.UTC(), Limit: l.LimitPct}.End(charges[l.User], l.LowBatteryPct, now)
			if reason != "" {
				over[l.User] = silence.Ending{Reason: reason, At: at}
			}
		}
		return nil
	})
	return over, err
}

func readCharges(ctx context.Context, tx *sqlx.Tx, company string, users pq.StringArray) (map[string][]charge.Reading, error) {
	var rows []struct {
		User     string    `db:"user_id"`
		Device   string    `db:"device_id"`
		At       time.Time `db:"at"`
		Level    *float32  `db:"level"`
		Charging bool      `db:"charging"`
	}
	if err := tx.SelectContext(ctx, &rows, chargesOf, company, users); err != nil {
		return nil, fmt.Errorf("read how much charge phones have: %w", err)
	}
	all := map[string][]charge.Reading{}
	for _, r := range rows {
		if level := chargeOf(r.Level); level != nil {
			all[r.User] = append(all[r.User], charge.Reading{Device: r.Device, At: r.At.UTC(), Level: *level, Charging: r.Charging})
		}
	}
	return all, nil
}

// readShiftDevices returns with which device the shift of each user began that lasts.
func readShiftDevices(ctx context.Context, tx *sqlx.Tx, company string, users pq.StringArray) (map[string]string, error) {
	var rows []struct {
		User   string `db:"user_id"`
		Device string `db:"device"`
	}
	if err := tx.SelectContext(ctx, &rows, shiftDevices, company, users); err != nil {
		return nil, fmt.Errorf("read with which phones shifts began: %w", err)
	}
	first := map[string]string{}
	for _, r := range rows {
		first[r.User] = r.Device
	}
	return first, nil
}
