package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/shifts"
)

const (
	// The newest counts, and of two at the same instant the greater value, so that the order of arrival makes no difference. The same
	// holds for the charge before: it is the second newest.
	putState = `INSERT INTO inactivity.device_state AS d (id_empresa, user_id, device_id, kind, occurred_at, received_at, value, level, charging, app, os, model)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id_empresa, user_id, device_id, kind) DO UPDATE SET
    (occurred_at, received_at, value, level, charging, app, os, model, before_at, before_level) = (
    SELECT n.occurred_at, n.received_at, n.value, n.level, n.charging, n.app, n.os, n.model,
        CASE WHEN b.newer THEN d.occurred_at WHEN b.same OR d.before_at >= excluded.occurred_at THEN d.before_at ELSE excluded.occurred_at END,
        CASE WHEN b.newer THEN d.level WHEN b.same OR d.before_at >= excluded.occurred_at THEN d.before_level ELSE excluded.level END
    FROM (SELECT (excluded.occurred_at, excluded.value) > (d.occurred_at, d.value) AS newer, (excluded.occurred_at, excluded.value) = (d.occurred_at, d.value) AS same) b
    CROSS JOIN LATERAL (SELECT excluded.* WHERE b.newer UNION ALL SELECT d.* WHERE NOT b.newer) n)`
	// A user has few phones. Those that said something last stay.
	dropDevices = `DELETE FROM inactivity.device_state d WHERE d.id_empresa = $1 AND d.user_id = $2 AND d.device_id NOT IN (
    SELECT o.device_id FROM inactivity.device_state o WHERE o.id_empresa = $1 AND o.user_id = $2 GROUP BY o.device_id ORDER BY max(o.received_at) DESC, o.device_id LIMIT $3)`
	selectStates = `SELECT d.device_id, d.kind, d.occurred_at, d.received_at, d.value, d.level, d.charging, d.app, d.os, d.model
FROM inactivity.device_state d WHERE d.id_empresa = $1 AND d.user_id = $2`
	inOrder = ` ORDER BY d.device_id, d.kind`
)

// What others may read: where a company tracks its people in their shifts only, nothing that a phone said outside them.
var selectShownStates = selectStates + ` AND ` + shifts.Where("d.id_empresa", "d.user_id", "d.occurred_at")

// MaxDevices is how many devices of a user are remembered.
const MaxDevices = 20

// DeviceState is what a device said of itself.
type DeviceState struct {
	Device   string    `db:"device_id"`
	Kind     string    `db:"kind"`
	At       time.Time `db:"occurred_at"`
	Received time.Time `db:"received_at"`
	Value    string    `db:"value"`
	Level    *float32  `db:"level"`
	Charging bool      `db:"charging"`
	App      string    `db:"app"`
	OS       string    `db:"os"`
	Model    string    `db:"model"`
}

// PutStates keeps what a user's device says. What is older than what is known changes nothing.
func (s *Store) PutStates(ctx context.Context, who auth.Claims, states []DeviceState) error {
	// Rows are locked in one order.
	slices.SortFunc(states, func(a, b DeviceState) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.At.Compare(b.At)) })
	return s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		for _, st := range states {
			if _, err := tx.ExecContext(ctx, putState, who.Company, who.Subject, st.Device, st.Kind, st.At, st.Received, st.Value, st.Level, st.Charging, st.App, st.OS, st.Model); err != nil {
				return fmt.Errorf("keep what a phone said: %w", err)
			}
		}
		if _, err := tx.ExecContext(ctx, dropDevices, who.Company, who.Subject, MaxDevices); err != nil {
			return fmt.Errorf("forget old phones: %w", err)
		}
		return nil
	})
}

// States returns the newest that each device of a user said of each kind. The user reads all of it, and others what they may see.
func (s *Store) States(ctx context.Context, who auth.Claims, user string) (list []DeviceState, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := seesUser(ctx, tx, who, user); err != nil {
			return err
		}
		statement := selectShownStates
		if user == who.Subject {
			statement = selectStates
		}
		if err := tx.SelectContext(ctx, &list, statement+inOrder, who.Company, user); err != nil {
			return fmt.Errorf("read what phones said: %w", err)
		}
		return nil
	})
	return list, err
}
