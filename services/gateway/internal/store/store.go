// Package store holds all SQL statements of gateway's own schema: when people were last seen, and what companies decided about presence.
// Each method is one transaction unless its comment says otherwise.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
)

// Schema is the name of the schema with the tables.
const Schema = "gateway"

// What a company can decide about presence.
const (
	Always  = "always"
	OnShift = "on_shift"
)

const (
	// The later one holds, so a repeated or late write changes nothing. The order keeps two writers from waiting for each other.
	putSeen = `INSERT INTO gateway.last_seen (id_empresa, user_id, at)
SELECT s.id_empresa, s.user_id, to_timestamp(s.at) FROM unnest($1::text[], $2::text[], $3::bigint[]) AS s(id_empresa, user_id, at) ORDER BY 1, 2
ON CONFLICT (id_empresa, user_id) DO UPDATE SET at = GREATEST(gateway.last_seen.at, excluded.at) WHERE gateway.last_seen.at < excluded.at`
	selectSeen   = `SELECT user_id, at FROM gateway.last_seen WHERE id_empresa = $1 ORDER BY at DESC LIMIT $2`
	selectSeenOf = `SELECT user_id, at FROM gateway.last_seen WHERE id_empresa = $1 AND user_id = ANY ($2)`
	deleteSeen   = `DELETE FROM gateway.last_seen WHERE (id_empresa, user_id) IN (SELECT id_empresa, user_id FROM gateway.last_seen WHERE at < $1 LIMIT $2)`

	selectOnShift  = `SELECT id_empresa FROM gateway.settings WHERE presence = 'on_shift'`
	selectSettings = `SELECT presence, version FROM gateway.settings WHERE id_empresa = $1`
	lockSettings   = selectSettings + ` FOR UPDATE`
	// The row is there before it is locked, so that two first changes wait for each other too.
	insertSettings = `INSERT INTO gateway.settings (id_empresa, presence) VALUES ($1, 'always') ON CONFLICT DO NOTHING`
	updateSettings = `UPDATE gateway.settings SET presence = $2, version = version + 1 WHERE id_empresa = $1 RETURNING version`
)

// Who is a user of a company.
type Who struct{ Company, User string }

// Store reads and writes what gateway keeps. It is safe for concurrent use.
type Store struct{ db *db.DB }

// New makes a store. d is a pool of the service's role.
func New(d *db.DB) *Store { return &Store{d} }

// See writes when people were last seen. What is stored already and later stays.
func (s *Store) See(ctx context.Context, seen map[Who]time.Time) error {
	var companies, users []string
	var at []int64
	for w, t := range seen {
		companies, users, at = append(companies, w.Company), append(users, w.User), append(at, t.Truncate(time.Minute).Unix())
	}
	return s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, putSeen, pq.Array(companies), pq.Array(users), pq.Array(at)); err != nil {
			return fmt.Errorf("write when people were last seen: %w", err)
		}
		return nil
	})
}

type seenRow struct {
	User string    `db:"user_id"`
	At   time.Time `db:"at"`
}

func seenOf(rows []seenRow) map[string]time.Time {
	seen := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		seen[r.User] = r.At.UTC()
	}
	return seen
}

// Seen returns when the people of a company were last seen, of at most limit of them.
func (s *Store) Seen(ctx context.Context, company string, limit int) (map[string]time.Time, error) {
	return s.seen(ctx, company, selectSeen, company, limit)
}

// SeenOf is Seen for some users.
func (s *Store) SeenOf(ctx context.Context, company string, users []string) (map[string]time.Time, error) {
	return s.seen(ctx, company, selectSeenOf, company, pq.Array(users))
}

func (s *Store) seen(ctx context.Context, company, query string, args ...any) (map[string]time.Time, error) {
	var rows []seenRow
	err := s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &rows, query, args...) })
	if err != nil {
		return nil, fmt.Errorf("read when people were last seen: %w", err)
	}
	return seenOf(rows), nil
}

// Forget removes who was last seen before an instant, at most limit of them, and returns how many.
func (s *Store) Forget(ctx context.Context, before time.Time, limit int) (n int64, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		done, err := tx.ExecContext(ctx, deleteSeen, before, limit)
		if err == nil {
			n, err = done.RowsAffected()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget who has long gone: %w", err)
	}
	return n, nil
}

// OnShift returns the companies whose people are invisible outside their shifts.
func (s *Store) OnShift(ctx context.Context) (companies []string, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &companies, selectOnShift) })
	if err != nil {
		return nil, fmt.Errorf("read whose presence depends on shifts: %w", err)
	}
	return companies, nil
}

// Settings are what a company decides about presence. Version rises with every change; it is 0 for a company that has decided nothing.
type Settings struct {
	Presence string `db:"presence" json:"presence"`
	Version  int64  `db:"version" json:"-"`
}

// SettingsConflictError says that somebody changed the settings meanwhile. Current is what they are now.
type SettingsConflictError struct{ Current Settings }

func (e *SettingsConflictError) Error() string { return "the settings were changed meanwhile" }

// Settings returns what holds for a company.
func (s *Store) Settings(ctx context.Context, company string) (is Settings, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error { return tx.GetContext(ctx, &is, selectSettings, company) })
	if errors.Is(err, sql.ErrNoRows) {
		return Settings{Presence: Always}, nil
	}
	if err != nil {
		return Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	return is, nil
}

// SetSettings writes the settings of the change's company, logs what held before, and returns what holds now. Version is the version that
// the user saw: when it is another by now, the error is *SettingsConflictError, unless the settings are already as they should be.
func (s *Store) SetSettings(ctx context.Context, ch *change.Change, wanted Settings) (Settings, error) {
	if _, err := ch.Tx.ExecContext(ctx, insertSettings, ch.Company); err != nil {
		return Settings{}, fmt.Errorf("add settings: %w", err)
	}
	var before Settings
	if err := ch.Tx.GetContext(ctx, &before, lockSettings, ch.Company); err != nil {
		return Settings{}, fmt.Errorf("lock the settings: %w", err)
	}
	switch {
	case before.Presence == wanted.Presence:
		return before, change.ErrNothing
	case before.Version != wanted.Version:
		return Settings{}, &SettingsConflictError{before}
	}
	if err := ch.Tx.GetContext(ctx, &wanted.Version, updateSettings, ch.Company, wanted.Presence); err != nil {
		return Settings{}, fmt.Errorf("write the settings: %w", err)
	}
	return wanted, ch.Log(change.Logged{What: "presence_settings.changed", Entity: "presence_settings", Before: before, After: wanted})
}
