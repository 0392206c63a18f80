package session

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

const (
	accountColumns = `u.id_empresa, u.id, u.role, u.active, coalesce(c.status = 'suspended', false) AS suspended, u.tokens_valid_from,
    u.password_hash,
    ARRAY(SELECT m.team_id FROM identity.team_member m WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id ORDER BY m.team_id) AS teams`
	accounts = ` FROM identity.users u LEFT JOIN identity.company c ON c.id_empresa = u.id_empresa `

	findInCompany = `SELECT ` + accountColumns + accounts + `JOIN identity.user_login l ON l.id_empresa = u.id_empresa AND l.user_id = u.id
WHERE l.id_empresa = $1 AND l.key = $2`

	// Phones write the first letter as a capital, so case does not matter here. When two companies differ only in case, each
	// is found only by its own spelling.
	findCompany = `SELECT id_empresa FROM identity.company WHERE lower(id_empresa) = lower($1) ORDER BY id_empresa <> $1 LIMIT 2`

	// A platform admin has no company to name, so a login without a company tries the platform admin first.
	findAnywhere = `SELECT ` + accountColumns + accounts + `JOIN identity.user_login l ON l.id_empresa = u.id_empresa AND l.user_id = u.id
WHERE l.key = $1 AND u.active AND coalesce(c.status, 'active') = 'active' ORDER BY u.id_empresa <> '', u.id_empresa LIMIT $2`

	// Every change that must end sessions, a new password above all, raises tokens_valid_from. A changed tokens_valid_from
	// therefore means that the account was revoked meanwhile.
	lockAccount = `SELECT id FROM identity.users WHERE id_empresa = $1 AND id = $2 AND active AND tokens_valid_from = $3 FOR SHARE`

	insertFamily = `INSERT INTO identity.session_family (id_empresa, id, user_id, started_at, used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`
	insertToken  = `INSERT INTO identity.refresh_token (id_empresa, hash, family_id, generation, expires_at) VALUES ($1, $2, $3, $4, $5)`

	lockFamily = `SELECT started_at, used, used_at, revoked_at IS NOT NULL AS revoked
FROM identity.session_family WHERE id_empresa = $1 AND id = $2 FOR UPDATE`
	// A revocation locks the user and then the families. A refresh must lock in the same order, or the two could deadlock.
	lockOwner = `SELECT ` + accountColumns + accounts + `WHERE u.id_empresa = $1
AND u.id = (SELECT f.user_id FROM identity.session_family f WHERE f.id_empresa = $1 AND f.id = $2) FOR SHARE OF u`
	readToken = `SELECT generation, expires_at FROM identity.refresh_token WHERE id_empresa = $1 AND hash = $2 AND family_id = $3`

	useGeneration = `UPDATE identity.session_family SET used = $3, used_at = $4 WHERE id_empresa = $1 AND id = $2 AND used < $3`
	extendFamily  = `UPDATE identity.session_family SET expires_at = $3 WHERE id_empresa = $1 AND id = $2`
	forgetTokens  = `DELETE FROM identity.refresh_token WHERE id_empresa = $1 AND family_id = $2 AND generation <= $3 AND hash <> $4`
	endFamily     = `UPDATE identity.session_family SET revoked_at = $3, tokens_until = $4 WHERE id_empresa = $1 AND id = $2 AND revoked_at IS NULL RETURNING user_id`

	rehashPassword = `UPDATE identity.users SET password_hash = $4 WHERE id_empresa = $1 AND id = $2 AND password_hash = $3`
	// The access tokens of a session that ended may live longer than its refresh tokens would have.
	sweepFamilies = `DELETE FROM identity.session_family WHERE expires_at < $1 AND coalesce(tokens_until < $1, true)`
)

type accountRow struct {
	Company      string         `db:"id_empresa"`
	ID           string         `db:"id"`
	Role         string         `db:"role"`
	Active       bool           `db:"active"`
	Suspended    bool           `db:"suspended"`
	ValidFrom    time.Time      `db:"tokens_valid_from"`
	PasswordHash string         `db:"password_hash"`
	Teams        pq.StringArray `db:"teams"`
}

func (r accountRow) account() Account {
	return Account{
		Company: r.Company, ID: r.ID, Role: r.Role, Teams: r.Teams, Active: r.Active, Suspended: r.Suspended,
		ValidFrom: r.ValidFrom.UTC(), PasswordHash: r.PasswordHash,
	}
}

// Store keeps families and refresh tokens. Each method is one transaction.
type Store struct {
	db      *db.DB
	changes *change.Changes
	// tokens is how long an access token lives.
	tokens time.Duration
}

// NewStore returns a store on the service's database; tokens is how long an access token lives.
func NewStore(d *db.DB, changes *change.Changes, tokens time.Duration) *Store {
	return &Store{db: d, changes: changes, tokens: tokens}
}

// author is the author of the changes of sessions. They come from somebody who has a password or a refresh token.
const author = "session"

// Company returns the id of the company that somebody typed. When there is none, it returns the text, cleaned.
func (s *Store) Company(ctx context.Context, typed string) (string, error) {
	typed = text.Clean(typed)
	if subject.CheckTenant(typed) != nil {
		typed = text.Fold(typed) // full-width letters
	}
	if typed == change.Platform || subject.CheckTenant(typed) != nil {
		return typed, nil //nolint:nilerr // what can be no company's id has no account either
	}
	var ids []string
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &ids, findCompany, typed) })
	if err != nil {
		return "", fmt.Errorf("find a company: %w", err)
	}
	if len(ids) == 1 {
		return ids[0], nil
	}
	return typed, nil
}

// Find returns the accounts that have the login key. With a company it looks in that company. With company empty it returns
// up to maxMatches accounts of any company, the platform admin's first.
func (s *Store) Find(ctx context.Context, company, key string) ([]Account, error) {
	var rows []accountRow
	var err error
	switch {
	case company == change.Platform:
		err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &rows, findAnywhere, key, maxMatches) })
	case subject.CheckTenant(company) == nil:
		err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &rows, findInCompany, company, key) })
	}
	if err != nil {
		return nil, fmt.Errorf("find a login: %w", err)
	}
	found := make([]Account, len(rows))
	for i, row := range rows {
		found[i] = row.account()
	}
	return found, nil
}

// Begin stores a family with its first token. It returns ErrLoginFailed when the account was revoked since it was found.
func (s *Store) Begin(ctx context.Context, a Account, f Family, token refreshToken, expires time.Time) error {
	return s.changes.In(ctx, a.Company, author, func(ch *change.Change) error {
		tx := ch.Tx
		var id string
		err := tx.GetContext(ctx, &id, lockAccount, a.Company, a.ID, a.ValidFrom)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrLoginFailed
		}
		if err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		if _, err := tx.ExecContext(ctx, insertFamily, a.Company, f.ID, a.ID, f.Started, f.UsedAt, expires); err != nil {
			return fmt.Errorf("insert session: %w", err)
		}
		if err := storeToken(ctx, tx, token, 1, expires); err != nil {
			return err
		}
		return logSession(ch, "started", f.ID, a.ID)
	})
}

// Exchange judges the token old under its family's lock and carries out the verdict: it stores next or ends the family. It
// returns the account that the token belongs to, unless the error is ErrRefreshInvalid.
func (s *Store) Exchange(ctx context.Context, old, next refreshToken, now, expires time.Time) (a Account, v Verdict, err error) {
	err = s.changes.In(ctx, old.company, author, func(ch *change.Change) error {
		tx := ch.Tx
		var row accountRow
		err := tx.GetContext(ctx, &row, lockOwner, old.company, old.family)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrRefreshInvalid
		}
		if err != nil {
			return fmt.Errorf("lock the account: %w", err)
		}
		a = row.account()
		f, err := familyForUpdate(ctx, tx, old)
		if err != nil {
			return err
		}
		generation, tokenExpires, err := tokenOf(ctx, tx, old)
		if err != nil {
			return err
		}
		switch v = Judge(f, a, generation, tokenExpires, now); v {
		case Rotate:
			return rotate(ctx, tx, f, old, next, generation, now, expires)
		case Reused:
			return s.end(ctx, ch, old, now, "reused")
		}
		return nil
	})
	return a, v, err
}

func familyForUpdate(ctx context.Context, tx *sqlx.Tx, token refreshToken) (f Family, err error) {
	f.ID = token.family
	err = tx.QueryRowContext(ctx, lockFamily, token.company, token.family).Scan(&f.Started, &f.Used, &f.UsedAt, &f.Revoked)
	if errors.Is(err, sql.ErrNoRows) {
		return Family{}, ErrRefreshInvalid
	}
	if err != nil {
		return Family{}, fmt.Errorf("lock the session: %w", err)
	}
	return f, nil
}

// tokenOf returns generation 0 for a token that the store no longer has or never had.
func tokenOf(ctx context.Context, tx *sqlx.Tx, token refreshToken) (generation int64, expires time.Time, err error) {
	err = tx.QueryRowContext(ctx, readToken, token.company, token.hash(), token.family).Scan(&generation, &expires)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, fmt.Errorf("read the refresh token: %w", err)
	}
	return generation, expires, nil
}

func rotate(ctx context.Context, tx *sqlx.Tx, f Family, old, next refreshToken, generation int64, now, expires time.Time) error {
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{useGeneration, []any{old.company, old.family, generation, now}},
		{forgetTokens, []any{old.company, old.family, Forgotten(f, generation, now), old.hash()}},
		{extendFamily, []any{old.company, old.family, expires}},
	} {
		if _, err := tx.ExecContext(ctx, step.sql, step.args...); err != nil {
			return fmt.Errorf("rotate the refresh token: %w", err)
		}
	}
	return storeToken(ctx, tx, next, generation+1, expires)
}

func storeToken(ctx context.Context, tx *sqlx.Tx, t refreshToken, generation int64, expires time.Time) error {
	if _, err := tx.ExecContext(ctx, insertToken, t.company, t.hash(), t.family, generation, expires); err != nil {
		return fmt.Errorf("insert refresh token: %w", err)
	}
	return nil
}

// End ends the family that a token belongs to.
func (s *Store) End(ctx context.Context, token refreshToken, now time.Time) error {
	return s.changes.In(ctx, token.company, author, func(ch *change.Change) error { return s.end(ctx, ch, token, now, "ended") })
}

// clockSpread is how far one replica's clock may be ahead of another's. It also covers the iat of a token that was issued
// just after a revocation, which may lie ahead.
const clockSpread = time.Minute

// end ends the family and tells every service that its access tokens are no longer valid, and until when that matters. The
// log records how it ended.
func (s *Store) end(ctx context.Context, ch *change.Change, token refreshToken, now time.Time, how string) error {
	until := now.Add(s.tokens + clockSpread)
	var user string
	err := ch.Tx.GetContext(ctx, &user, endFamily, token.company, token.family, now, until)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	if err := logSession(ch, how, token.family, user); err != nil {
		return err
	}
	if token.company == change.Platform { // services ask for platform admins' sessions every minute
		return nil
	}
	return ch.Emit("directorio", "sesion", token.family.String(), audience.Audience{}, &terrenov1.DirectorySession{
		Id: token.family.String(), TokensUntilMs: until.UnixMilli(),
	})
}

// logSession records in the log of changes which session began or ended, who did it and from where.
func logSession(ch *change.Change, what string, family uuid.UUID, user string) error {
	by := user
	if ch.Company == change.Platform {
		by = "platform/" + user
	}
	return ch.Log(change.Logged{What: "session." + what, Entity: "session/" + family.String(), By: by})
}

// Rehash replaces the hash of an account's password, unless the password was changed since it was read.
func (s *Store) Rehash(ctx context.Context, a Account, hash string) error {
	return s.changes.In(ctx, a.Company, author, func(ch *change.Change) error {
		if _, err := ch.Tx.ExecContext(ctx, rehashPassword, a.Company, a.ID, a.PasswordHash, hash); err != nil {
			return fmt.Errorf("replace a password hash: %w", err)
		}
		return nil
	})
}

// Sweep deletes the families that have no valid token any more.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	return s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, sweepFamilies, now); err != nil {
			return fmt.Errorf("sweep sessions: %w", err)
		}
		return nil
	})
}
