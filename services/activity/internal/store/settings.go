package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	wire "github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const (
	selectSettings = `SELECT check_in_policy, check_in_max_m, close_at, tracking, version FROM activity.settings WHERE id_empresa = $1`
	lockSettings   = selectSettings + ` FOR UPDATE`
	// The row is there before it is locked, so that two first changes wait for each other too.
	insertSettings = `INSERT INTO activity.settings (id_empresa, check_in_policy, check_in_max_m, close_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	updateSettings = `UPDATE activity.settings SET check_in_policy = $2, check_in_max_m = $3, close_at = $4, version = version + 1
WHERE id_empresa = $1 RETURNING version`
	setTracking = `UPDATE activity.settings SET tracking = $2, tracking_since = $3, tracking_version = tracking_version + 1
WHERE id_empresa = $1 RETURNING tracking_version`
)

// Settings are what a company decides about its visits.
type Settings struct {
	CheckInPolicy string `db:"check_in_policy" json:"check_in_policy"`
	CheckInMaxM   int    `db:"check_in_max_m" json:"check_in_max_m"`
	CloseAt       string `db:"close_at" json:"close_at"`
	// Tracking is always or on_shift.
	Tracking string `db:"tracking" json:"tracking"`
	// Version rises with every change. It is 0 for a company that has decided nothing.
	Version int64 `db:"version" json:"-"`
}

// SettingsConflictError says that somebody changed the settings meanwhile. Current is what they are now.
type SettingsConflictError struct{ Current Settings }

func (e *SettingsConflictError) Error() string { return "the settings were changed meanwhile" }

// defaults hold for a company that has decided nothing.
var defaults = Settings{CheckInPolicy: visit.PolicyNote, CheckInMaxM: 200, CloseAt: day.DefaultClose, Tracking: wire.TrackAlways}

func (s Settings) policy() visit.Policy {
	return visit.Policy{Policy: s.CheckInPolicy, MaxM: s.CheckInMaxM}
}

// Check says what is wrong with settings that a company wants.
func (s Settings) Check() error {
	return errors.Join(s.policy().Check(), day.Close{At: s.CloseAt}.Check())
}

// Settings returns what holds for a company.
func (s *Store) Settings(ctx context.Context, company string) (settings Settings, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		settings, err = readSettings(ctx, tx, company)
		return err
	})
	return settings, err
}

func readSettings(ctx context.Context, tx *sqlx.Tx, company string) (settings Settings, err error) {
	err = tx.GetContext(ctx, &settings, selectSettings, company)
	if errors.Is(err, sql.ErrNoRows) {
		return defaults, nil
	}
	if err != nil {
		return Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	return settings, nil
}

// Close returns when a company's days are closed.
func (s *Store) Close(ctx context.Context, company string) (day.Close, error) {
	settings, err := s.Settings(ctx, company)
	return day.Close{At: settings.CloseAt, Zone: s.Zone(company)}, err
}

// SetSettings writes the settings of the change's company, logs what held before, and returns what holds now. The check-ins that
// arrive from then on are judged by them. What is open and not yet due is closed by them too: the job moves it. An empty Tracking
// leaves that as it is; a new one is told to the services that show positions. Version is the version that the user saw: when it is
// another by now, the error is *SettingsConflictError, unless the settings are already as they should be.
func (s *Store) SetSettings(ctx context.Context, ch *change.Change, settings Settings) (Settings, error) {
	if _, err := ch.Tx.ExecContext(ctx, insertSettings, ch.Company, defaults.CheckInPolicy, defaults.CheckInMaxM, defaults.CloseAt); err != nil {
		return Settings{}, fmt.Errorf("add settings: %w", err)
	}
	var before Settings
	if err := ch.Tx.GetContext(ctx, &before, lockSettings, ch.Company); err != nil {
		return Settings{}, fmt.Errorf("lock the settings: %w", err)
	}
	if settings.Tracking == "" {
		settings.Tracking = before.Tracking
	}
	seen := settings.Version
	settings.Version = before.Version
	switch {
	case before == settings:
		return settings, change.ErrNothing
	case before.Version != seen:
		return Settings{}, &SettingsConflictError{before}
	}
	if err := ch.Tx.GetContext(ctx, &settings.Version, updateSettings, ch.Company, settings.CheckInPolicy, settings.CheckInMaxM, settings.CloseAt); err != nil {
		return Settings{}, fmt.Errorf("write the settings: %w", err)
	}
	if before.CloseAt != settings.CloseAt {
		if err := moveCloses(ctx, ch); err != nil {
			return Settings{}, err
		}
	}
	if before.Tracking != settings.Tracking {
		var version int32
		if err := ch.Tx.GetContext(ctx, &version, setTracking, ch.Company, settings.Tracking, ch.At); err != nil {
			return Settings{}, fmt.Errorf("write when people are tracked: %w", err)
		}
		news := &terrenov1.ActivityTracking{Tracking: settings.Tracking, Since: timestamp(&ch.At), Version: version}
		// Everybody may read the settings, and whoever has positions on a screen must read them again.
		everybody := audience.Audience{Roles: []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}}
		if err := ch.Emit(wire.Domain, wire.EventTracking, ch.Company, everybody, news); err != nil {
			return Settings{}, err
		}
	}
	return settings, ch.Log(change.Logged{What: "activity_settings.changed", Entity: "activity_settings", Before: before, After: settings})
}
