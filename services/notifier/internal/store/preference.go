package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

const (
	selectPreference = `SELECT p.language, p.off, p.quiet_from, p.quiet_until, p.version FROM notifier.preference p WHERE p.id_empresa = $1 AND p.user_id = $2`
	putPreference    = `INSERT INTO notifier.preference AS p (id_empresa, user_id, language, off, quiet_from, quiet_until, version)
VALUES ($1, $2, $3, $4, $5, $6, 1) ON CONFLICT (id_empresa, user_id) DO UPDATE SET language = excluded.language, off = excluded.off,
    quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, version = p.version + 1
RETURNING version`

	pruneNotifications = `DELETE FROM notifier.notification WHERE ctid IN (
    SELECT n.ctid FROM notifier.notification n WHERE n.created_at < $1 ORDER BY n.created_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	pruneKnown = `DELETE FROM notifier.visit_known WHERE ctid IN (
    SELECT k.ctid FROM notifier.visit_known k WHERE k.over_at < $1 ORDER BY k.over_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	prunePace = `DELETE FROM notifier.visit_pace WHERE ctid IN (
    SELECT p.ctid FROM notifier.visit_pace p WHERE p.last_at < $1 ORDER BY p.last_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
)

// Preferences returns what a user decided about being told, and the time zone in which its quiet hours are.
func (s *Store) Preferences(ctx context.Context, who auth.Claims) (p notice.Preferences, zone *time.Location, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		var r struct {
			recipient
			Version int64 `db:"version"`
		}
		err := tx.GetContext(ctx, &r, selectPreference, who.Company, who.Subject)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		p = r.preferences()
		p.Version = r.Version
		zone, err = companyZone(ctx, tx, who.Company)
		return err
	})
	if err != nil {
		return p, nil, fmt.Errorf("read preferences: %w", err)
	}
	return p, zone, nil
}

// SetPreferences writes what the user itself decided. The errors are those of notice.Preferences.Check.
func (s *Store) SetPreferences(ctx context.Context, ch *change.Change, who auth.Claims, p notice.Preferences) (notice.Preferences, *time.Location, error) {
	if err := p.Check(); err != nil {
		return p, nil, err
	}
	off := append(pq.StringArray{}, p.Off...) // nil would be NULL
	if err := ch.Tx.GetContext(ctx, &p.Version, putPreference, who.Company, who.Subject, p.Language, off, p.Quiet.From, p.Quiet.Until); err != nil {
		return p, nil, fmt.Errorf("write preferences: %w", err)
	}
	zone, err := companyZone(ctx, ch.Tx, who.Company)
	return p, zone, err
}

// PruneNotifications removes at most limit notifications from before an instant, with their deliveries, and returns how many.
func (s *Store) PruneNotifications(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	return s.drop(ctx, pruneNotifications, before, limit)
}

// PruneVisits removes at most limit rows of each table that says what was told of visits and when. It returns how many of the table of
// which it removed more.
func (s *Store) PruneVisits(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	known, err := s.drop(ctx, pruneKnown, before, limit)
	if err != nil {
		return 0, err
	}
	paces, err := s.drop(ctx, prunePace, before, limit)
	return max(known, paces), err
}
