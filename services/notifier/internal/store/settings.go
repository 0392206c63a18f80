package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

const (
	selectSettings = `SELECT unresolved_days, escalation FROM notifier.settings WHERE id_empresa = $1`
	lockSettings   = selectSettings + ` FOR UPDATE`
	// The row is there before it is locked, so that two first changes wait for each other too.
	insertSettings = `INSERT INTO notifier.settings (id_empresa, unresolved_days) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	updateSettings = `UPDATE notifier.settings SET unresolved_days = $2, escalation = $3 WHERE id_empresa = $1`
)

// Settings returns what holds for a company: its own settings, or those of the installation.
func (s *Store) Settings(ctx context.Context, company string) (settings alert.Settings, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		settings, err = s.settingsOf(ctx, tx, company)
		return err
	})
	return settings, err
}

// settingsOf is Settings within a transaction.
func (s *Store) settingsOf(ctx context.Context, tx *sqlx.Tx, company string) (settings alert.Settings, err error) {
	err = tx.GetContext(ctx, &settings, selectSettings, company)
	if errors.Is(err, sql.ErrNoRows) {
		return s.defaults, nil
	}
	if err != nil {
		return alert.Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	return settings, nil
}

// SettingsChangedError says that the settings are others by now than their writer saw.
type SettingsChangedError struct{ Current alert.Settings }

func (*SettingsChangedError) Error() string { return "somebody changed the settings" }

// SetSettings writes the settings of the change's company, and logs what held before. They hold from then on, whatever the
// installation's are. A nil Escalation leaves the ladders as they are. seen is the version that the
// writer saw, or empty if it does not matter. It returns what holds now; or alert.ErrSettings or escalate.ErrPlans if the settings are beyond
// their limits, or SettingsChangedError.
func (s *Store) SetSettings(ctx context.Context, ch *change.Change, settings alert.Settings, seen string) (now alert.Settings, err error) {
	if err := settings.Check(); err != nil {
		return now, err
	}
	inserted, err := ch.Tx.ExecContext(ctx, insertSettings, ch.Company, s.defaults.UnresolvedDays)
	if err != nil {
		return now, fmt.Errorf("add settings: %w", err)
	}
	first, err := inserted.RowsAffected()
	if err != nil {
		return now, fmt.Errorf("add settings: %w", err)
	}
	var before alert.Settings
	if err := ch.Tx.GetContext(ctx, &before, lockSettings, ch.Company); err != nil {
		return now, fmt.Errorf("lock the settings: %w", err)
	}
	if seen != "" && seen != before.Version() {
		return now, &SettingsChangedError{before}
	}
	if settings.Escalation == nil {
		settings.Escalation = before.Escalation
	}
	if settings.Escalation = settings.Escalation.Own(); first == 0 && reflect.DeepEqual(before, settings) {
		return settings, change.ErrNothing
	}
	if _, err := ch.Tx.ExecContext(ctx, updateSettings, ch.Company, settings.UnresolvedDays, settings.Escalation); err != nil {
		return now, fmt.Errorf("write the settings: %w", err)
	}
	return settings, ch.Log(change.Logged{What: "alert_settings.changed", Entity: "alert_settings", Before: before, After: settings})
}
