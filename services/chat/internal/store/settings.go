package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

const (
	lockSettings = selectSettings + ` FOR UPDATE`
	// The row is there before it is locked, so that two first changes wait for each other too. Its version is that of a company that has
	// decided nothing.
	insertSettings = `INSERT INTO chat.settings (id_empresa, who_talks, keep_after_leaving, auditing, retention_days, version) VALUES ($1, $2, $3, $4, $5, 0)
ON CONFLICT DO NOTHING`
	updateSettings = `UPDATE chat.settings SET who_talks = $2, keep_after_leaving = $3, auditing = $4, retention_days = $5, version = version + 1
WHERE id_empresa = $1 RETURNING version`
)

// SettingsConflictError says that somebody changed the settings meanwhile. Current is what they are now.
type SettingsConflictError struct{ Current talk.Settings }

func (e *SettingsConflictError) Error() string { return "the settings were changed meanwhile" }

// Settings returns what holds for a company.
func (s *Store) Settings(ctx context.Context, company string) (is talk.Settings, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		is, err = readSettings(ctx, tx, company)
		return err
	})
	return is, err
}

// SetSettings writes the settings of the change's company, logs what held before, tells everybody, and returns what holds now. Version is
// the version that the user saw: when it is another by now, the error is *SettingsConflictError, unless the settings are already as they
// should be. Another error is *talk.FieldError.
func (s *Store) SetSettings(ctx context.Context, ch *change.Change, wanted talk.Settings) (talk.Settings, error) {
	if err := wanted.Check(); err != nil {
		return wanted, err
	}
	d := talk.Defaults
	if _, err := ch.Tx.ExecContext(ctx, insertSettings, ch.Company, d.WhoTalks, d.Keep, d.Auditing, d.RetentionDays); err != nil {
		return wanted, fmt.Errorf("add settings: %w", err)
	}
	before, err := readOne[talk.Settings](ctx, ch.Tx, "the settings", ErrVersion, lockSettings, ch.Company)
	if err != nil {
		return wanted, err
	}
	seen := wanted.Version
	wanted.Version = before.Version
	switch {
	case before == wanted:
		return wanted, change.ErrNothing
	case before.Version != seen:
		return wanted, &SettingsConflictError{before}
	}
	if wanted.Version, err = readOne[int64](ctx, ch.Tx, "the version of the settings", ErrVersion, updateSettings,
		ch.Company, wanted.WhoTalks, wanted.Keep, wanted.Auditing, wanted.RetentionDays); err != nil {
		return wanted, err
	}
	news := &terrenov1.ChatSettings{ //nolint:gosec // nobody changes settings two billion times
		WhoTalks: wanted.WhoTalks, KeepAfterLeaving: wanted.Keep, Auditing: wanted.Auditing, RetentionDays: int32(wanted.RetentionDays), Version: int32(wanted.Version),
	}
	everybody := audience.Audience{Roles: []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}}
	if err := ch.Emit(Domain, EventSettings, ch.Company, everybody, news); err != nil {
		return wanted, err
	}
	return wanted, ch.Log(change.Logged{What: "chat_settings.changed", Entity: "chat_settings", Before: before, After: wanted})
}
