package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

const (
	selectSettings = `SELECT unresolved_days FROM notifier.settings WHERE id_empresa = $1`
	lockSettings   = selectSettings + ` FOR UPDATE`
	// The row is there before it is locked, so that two first changes wait for each other too.
	insertSettings = `INSERT INTO notifier.settings (id_empresa, unresolved_days) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	updateSettings = `UPDATE notifier.settings SET unresolved_days = $2 WHERE id_empresa = $1`
)

// Settings returns what holds for a company: its own settings, or those of the installation.
func (s *Store) Settings(ctx context.Context, company string) (settings alert.Settings, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		return tx.GetContext(ctx, &settings, selectSettings, company)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return s.defaults, nil
	}
	if err != nil {
		return alert.Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	return settings, nil
}

// SetSettings writes the settings of the change's company, and logs what held before. They hold from then on, whatever the
// installation's are. It returns alert.ErrSettings if they are beyond their limits.
func (s *Store) SetSettings(ctx context.Context, ch *change.Change, settings alert.Settings) error {
	if err := settings.Check(); err != nil {
		return err
	}
	inserted, err := ch.Tx.ExecContext(ctx, insertSettings, ch.Company, s.defaults.UnresolvedDays)
	if err != nil {
		return fmt.Errorf("add settings: %w", err)
	}
	first, err := inserted.RowsAffected()
	if err != nil {
		return fmt.Errorf("add settings: %w", err)
	}
	var before alert.Settings
	if err := ch.Tx.GetContext(ctx, &before, lockSettings, ch.Company); err != nil {
		return fmt.Errorf("lock the settings: %w", err)
	}
	if first == 0 && before == settings {
		return change.ErrNothing
	}
	if _, err := ch.Tx.ExecContext(ctx, updateSettings, ch.Company, settings.UnresolvedDays); err != nil {
		return fmt.Errorf("write the settings: %w", err)
	}
	return ch.Log(change.Logged{What: "alert_settings.changed", Entity: "alert_settings", Before: before, After: settings})
}
