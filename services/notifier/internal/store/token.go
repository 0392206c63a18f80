package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// MaxTokens is how many devices of a user take pushes. The one that was silent for longest makes room for another.
const MaxTokens = 20

// ErrNoUser says that the viewer may see no user with this id.
var ErrNoUser = errors.New("no such user")

// Token is a device that takes pushes.
type Token struct {
	ID       string `db:"id"`
	App      string `db:"app"`
	Platform string `db:"platform"`
	Language string `db:"language"`
	// CreatedAt is when its user brought it first, and SeenAt when the access token was issued with which it came last. Both are wall time.
	CreatedAt time.Time `db:"created_at"`
	SeenAt    time.Time `db:"seen_at"`
}

const (
	tokenColumns = `t.id, t.app, t.platform, t.language, t.created_at, t.seen_at`
	// A token has one owner, in whatever company: it moves to who brings it.
	putToken = `INSERT INTO notifier.push_token AS t (id_empresa, id, token, user_id, session, app, platform, language, created_at, seen_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), $9)
ON CONFLICT (id) DO UPDATE SET id_empresa = excluded.id_empresa, user_id = excluded.user_id, session = excluded.session, app = excluded.app,
    platform = excluded.platform, language = excluded.language, seen_at = excluded.seen_at,
    created_at = CASE WHEN (t.id_empresa, t.user_id) = (excluded.id_empresa, excluded.user_id) THEN t.created_at ELSE excluded.created_at END
RETURNING ` + tokenColumns
	dropSurplus = `DELETE FROM notifier.push_token t WHERE t.id_empresa = $1 AND t.user_id = $2 AND t.id <> $3 AND t.id NOT IN (
    SELECT n.id FROM notifier.push_token n WHERE n.id_empresa = $1 AND n.user_id = $2 AND n.id <> $3 ORDER BY n.seen_at DESC, n.id LIMIT $4)`
	dropToken = `DELETE FROM notifier.push_token WHERE id_empresa = $1 AND id = $2 AND user_id = $3`

	dropSessions = `DELETE FROM notifier.push_token t USING unnest($1::text[], $2::text[]) AS e(company, id)
WHERE t.id_empresa = e.company AND t.session = e.id AND e.id <> ''`
	dropUsers = `DELETE FROM notifier.push_token t USING unnest($1::text[], $2::text[], $3::timestamptz[]) AS e(company, id, before)
WHERE t.id_empresa = e.company AND t.user_id = e.id AND t.seen_at < e.before`
	// What a missed message would have told.
	dropAllSessions = `DELETE FROM notifier.push_token t
WHERE EXISTS (SELECT FROM identity.v_directory_sessions s WHERE s.id_empresa = t.id_empresa AND s.id = t.session)`
	dropAllUsers = `DELETE FROM notifier.push_token t
WHERE NOT EXISTS (SELECT FROM identity.v_directory_users u WHERE u.id_empresa = t.id_empresa AND u.id = t.user_id AND u.active
    AND date_trunc('milliseconds', u.tokens_valid_from) <= t.seen_at)`
	dropOld = `DELETE FROM notifier.push_token WHERE ctid IN (
    SELECT t.ctid FROM notifier.push_token t WHERE t.seen_at < now() - interval '270 days' ORDER BY t.seen_at LIMIT $1 FOR UPDATE SKIP LOCKED)`
)

var (
	seesUser     = `SELECT EXISTS (SELECT FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $5 AND ` + visible.Where("u.id", 2) + `)`
	selectTokens = `SELECT ` + tokenColumns + ` FROM notifier.push_token t WHERE t.id_empresa = $1 AND t.user_id = $2 ORDER BY t.seen_at DESC, t.id`
)

// PutToken stores a device's token for the user who brings it, with the session that brought it. If another user has it, in whatever
// company, it moves.
func (s *Store) PutToken(ctx context.Context, who auth.Claims, token string, is Token) (stored Token, err error) {
	stored, err = s.putToken(ctx, who, token, is)
	// The table has two unique indexes, and the statement settles conflicts on one of them. Whoever brings a new token at the very same
	// moment may be noticed on the other. By then it is stored.
	if pe, ok := errors.AsType[*pq.Error](err); ok && pe.Code == pqerror.UniqueViolation {
		stored, err = s.putToken(ctx, who, token, is)
	}
	return stored, err
}

func (s *Store) putToken(ctx context.Context, who auth.Claims, token string, is Token) (stored Token, err error) {
	id := notice.TokenID(token)
	err = s.changes.AsWorkerFor(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		err := ch.Tx.GetContext(ctx, &stored, putToken, who.Company, id, token, who.Subject, who.Session, is.App, is.Platform, is.Language, who.IssuedAt)
		if err != nil {
			return fmt.Errorf("store a push token: %w", err)
		}
		if _, err := ch.Tx.ExecContext(ctx, dropSurplus, who.Company, who.Subject, id, MaxTokens-1); err != nil {
			return fmt.Errorf("remove surplus push tokens: %w", err)
		}
		return nil
	})
	return stored, err
}

// DropToken removes a device of the user. It is nil for one that the user does not have.
func (s *Store) DropToken(ctx context.Context, who auth.Claims, token string) error {
	_, err := s.drop(ctx, dropToken, who.Company, notice.TokenID(token), who.Subject)
	return err
}

// RemoveToken removes a device of a user whom the viewer may see, or returns ErrNoUser. It is nil for one that the user does not have.
func (s *Store) RemoveToken(ctx context.Context, who auth.Claims, user, id string) error {
	return s.changes.AsWorkerFor(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		if err := mustSee(ctx, ch.Tx, who, user); err != nil {
			return err
		}
		n, err := affectedBy(ch.Tx.ExecContext(ctx, dropToken, who.Company, id, user))
		if err != nil {
			return fmt.Errorf("remove a push token: %w", err)
		}
		if n == 0 {
			return nil
		}
		return ch.Log(change.Logged{What: "user.device_removed", Entity: "user/" + user})
	})
}

// mustSee returns ErrNoUser if the viewer may not see a user.
func mustSee(ctx context.Context, tx *sqlx.Tx, who auth.Claims, user string) error {
	var sees bool
	if err := tx.GetContext(ctx, &sees, seesUser, append(visible.Viewer(who), user)...); err != nil {
		return err
	}
	if !sees {
		return ErrNoUser
	}
	return nil
}

// Tokens returns the devices of a user whom the viewer may see, or ErrNoUser.
func (s *Store) Tokens(ctx context.Context, who auth.Claims, user string) (list []Token, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := mustSee(ctx, tx, who, user); err != nil {
			return err
		}
		return tx.SelectContext(ctx, &list, selectTokens, who.Company, user)
	})
	if err != nil {
		return nil, fmt.Errorf("read push tokens: %w", err)
	}
	return list, nil
}

// Ended names a session that ended, or a user whose tokens from before an instant are no longer taken.
type Ended struct {
	Company, ID string
	// Before is the zero time for a user who left: none of its tokens is taken.
	Before time.Time
}

// DropEnded removes the devices of sessions that ended, and of users.
func (s *Store) DropEnded(ctx context.Context, sessions, users []Ended) (dropped int64, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		for query, list := range map[string][]Ended{dropSessions: sessions, dropUsers: users} {
			if len(list) == 0 {
				continue
			}
			var companies, ids, before []string
			for _, e := range list {
				at := "infinity"
				if !e.Before.IsZero() {
					at = e.Before.Format(time.RFC3339Nano)
				}
				companies, ids, before = append(companies, e.Company), append(ids, e.ID), append(before, at)
			}
			args := []any{pq.Array(companies), pq.Array(ids)}
			if query == dropUsers {
				args = append(args, pq.Array(before))
			}
			n, err := affectedBy(tx.ExecContext(ctx, query, args...))
			if err != nil {
				return err
			}
			dropped += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("remove push tokens of sessions that ended: %w", err)
	}
	return dropped, nil
}

// DropAllEnded removes the devices of all sessions that ended and of all users who left, whether or not a message told of them.
func (s *Store) DropAllEnded(ctx context.Context) (dropped int64, err error) {
	sessions, err := s.drop(ctx, dropAllSessions)
	if err != nil {
		return 0, err
	}
	users, err := s.drop(ctx, dropAllUsers)
	return sessions + users, err
}

// DropOldTokens removes at most limit devices that were silent for 270 days, and returns how many.
func (s *Store) DropOldTokens(ctx context.Context, limit int) (dropped int64, err error) {
	return s.drop(ctx, dropOld, limit)
}

// drop changes or removes what is over, for an upkeep, and returns how many rows.
func (s *Store) drop(ctx context.Context, query string, args ...any) (dropped int64, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		dropped, err = affectedBy(tx.ExecContext(ctx, query, args...))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("change what is over: %w", err)
	}
	return dropped, nil
}

// affectedBy returns how many rows a statement changed.
func affectedBy(done sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}
