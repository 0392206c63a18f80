package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/identity/internal/tenancy"
)

var (
	selectVisibleUser = `SELECT ` + userColumns + ` FROM identity.users u WHERE u.id_empresa = $1 AND u.id = $2 AND ` + visible.Where("u.id", 3)

	pageOfUsers = `SELECT ` + userColumns + ` FROM identity.users u
WHERE u.id_empresa = $1 AND ` + visible.Where("u.id", 9) + `
  AND (u.name, u.id) > ($2, $3)
  AND ($4 = '' OR u.role = $4)
  AND ($5 = '' OR EXISTS (SELECT FROM identity.team_member m WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id AND m.team_id = $5))
  AND ($6::boolean IS NULL OR u.active = $6)
  AND ($7 = '' OR u.name ILIKE $7 OR u.email ILIKE $7 OR u.phone ILIKE $7 OR u.payroll_number ILIKE $7)
ORDER BY u.name, u.id LIMIT $8`
)

const (
	userColumns = `u.id_empresa, u.id, u.name, u.email, u.phone, u.payroll_number, u.role, u.active, u.password_hash,
    u.tokens_valid_from, u.version,
    ARRAY(SELECT m.team_id FROM identity.team_member m WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id ORDER BY m.team_id) AS teams`

	selectUser = `SELECT ` + userColumns + ` FROM identity.users u WHERE u.id_empresa = $1 AND u.id = $2`

	insertUser = `INSERT INTO identity.users (id_empresa, id, name, email, phone, payroll_number, role, active, password_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`

	updateUser = `UPDATE identity.users SET name = $3, email = $4, phone = $5, payroll_number = $6, role = $7, active = $8,
    password_hash = $9, tokens_valid_from = $10 WHERE id_empresa = $1 AND id = $2`

	countUsers = `SELECT count(*) FROM identity.users WHERE id_empresa = $1`
	revokeUser = `UPDATE identity.users SET tokens_valid_from = $3 WHERE id_empresa = $1 AND id = $2`
	// When one replica's clock is behind another's, an older session may seem to begin after tokens_valid_from. Ending the
	// families keeps such a session from going on.
	endFamilies = `UPDATE identity.session_family SET revoked_at = $3 WHERE id_empresa = $1 AND user_id = $2 AND revoked_at IS NULL`
	otherAdmins = `SELECT count(*) FROM identity.users WHERE id_empresa = $1 AND role = 'admin' AND active AND id <> $2`

	deleteLogins = `DELETE FROM identity.user_login WHERE id_empresa = $1 AND user_id = $2`
	insertLogins = `INSERT INTO identity.user_login (id_empresa, key, user_id)
SELECT $1, key, $2 FROM unnest($3::text[]) AS k(key) ON CONFLICT DO NOTHING`
	loginsOfOthers = `SELECT key FROM identity.user_login WHERE id_empresa = $1 AND user_id <> $2 AND key = ANY($3)`

	knownTeams = `SELECT id FROM identity.team WHERE id_empresa = $1 AND id = ANY($2)`
	leaveTeams = `DELETE FROM identity.team_member WHERE id_empresa = $1 AND user_id = $2 AND team_id <> ALL($3)`
	enterTeams = `INSERT INTO identity.team_member (id_empresa, team_id, user_id)
SELECT $1, team_id, $2 FROM unnest($3::text[]) AS t(team_id) ON CONFLICT DO NOTHING`
)

type userRow struct {
	Company       string         `db:"id_empresa"`
	ID            string         `db:"id"`
	Name          string         `db:"name"`
	Email         string         `db:"email"`
	Phone         string         `db:"phone"`
	PayrollNumber string         `db:"payroll_number"`
	Role          string         `db:"role"`
	Active        bool           `db:"active"`
	PasswordHash  string         `db:"password_hash"`
	ValidFrom     time.Time      `db:"tokens_valid_from"`
	Version       int64          `db:"version"`
	Teams         pq.StringArray `db:"teams"`
}

func (r userRow) user() User {
	return User{
		Company: r.Company, ID: r.ID, Name: r.Name, Email: r.Email, Phone: r.Phone, PayrollNumber: r.PayrollNumber,
		Role: r.Role, Active: r.Active, Teams: r.Teams, PasswordHash: r.PasswordHash, ValidFrom: r.ValidFrom.UTC(), Version: r.Version,
	}
}

// Reader is the person who asks, as the verified token names them.
type Reader struct {
	Company, ID, Role string
}

// principal distinguishes a platform admin who acts in a company from a user of the company with the same id.
func (r Reader) principal() string {
	if r.Role == audience.RolePlatformAdmin {
		return "platform/" + r.ID
	}
	return r.ID
}

// sees selects the users whom the reader may see.
func (r Reader) sees() visible.Filter { return visible.For(audience.Viewer{User: r.ID, Role: r.Role}) }

// Filter narrows a list of users. The zero Filter selects everyone that the reader may see.
type Filter struct {
	Role, Team string
	Active     *bool
	Text       string // part of a name or of a login as written
}

// User returns one user that the reader may see.
func (s *Store) User(ctx context.Context, r Reader, id string) (u User, err error) {
	err = tenancy.In(ctx, s.db, r.Company, func(tx *sqlx.Tx) error {
		row, err := get[userRow](ctx, tx, "user", noUser(), selectVisibleUser, append([]any{r.Company, id}, r.sees().Args()...)...)
		u = row.user()
		return err
	})
	return u, err
}

// Users returns the users that the reader may see, by name.
func (s *Store) Users(ctx context.Context, r Reader, f Filter, p Page) ([]User, error) {
	pattern := ""
	if f.Text != "" {
		pattern = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(f.Text) + "%"
	}
	var users []User
	err := tenancy.In(ctx, s.db, r.Company, func(tx *sqlx.Tx) error {
		args := append([]any{r.Company, p.After.Name, p.After.ID, f.Role, f.Team, f.Active, pattern, p.Limit}, r.sees().Args()...)
		rows, err := list[userRow](ctx, tx, "users", pageOfUsers, args...)
		for _, row := range rows {
			users = append(users, row.user())
		}
		return err
	})
	return users, err
}

// addUser inserts a user that was checked and announces it.
func addUser(ctx context.Context, ch *change.Change, u User) (User, error) {
	n, err := exec(ctx, ch.Tx, "user", insertUser, u.Company, u.ID, u.Name, u.Email, u.Phone, u.PayrollNumber, u.Role, u.Active, u.PasswordHash)
	if err != nil {
		return User{}, err
	}
	if n == 0 {
		return User{}, &RefusalError{CodeIDTaken, "Another user of the company has this id.", "id"}
	}
	added, err := written(ctx, ch, u)
	if err != nil {
		return User{}, err
	}
	return added, logUser(ch, "created", nil, userLogged(added), added.ID)
}

// ChangeUser passes the user to edit, then writes and announces the user that edit returns. Edit returns a *RefusalError to
// refuse.
func (s *Store) ChangeUser(ctx context.Context, who Reader, id string, edit func(User) (User, error)) (after User, err error) {
	err = s.change(ctx, who, func(ch *change.Change) error {
		before, err := readUser(ctx, ch.Tx, who.Company, id)
		if err != nil {
			return err
		}
		next, err := edit(before)
		if err != nil {
			return err
		}
		if next.equal(before) {
			after = before
			return change.ErrNothing
		}
		if err := keepAnAdmin(ctx, ch.Tx, before, next); err != nil {
			return err
		}
		if before.revokes(next) {
			next.ValidFrom = auth.ValidFrom(ch.At, before.ValidFrom)
		}
		_, err = exec(ctx, ch.Tx, "user", updateUser, who.Company, id, next.Name, next.Email, next.Phone, next.PayrollNumber, next.Role,
			next.Active, next.PasswordHash, next.ValidFrom)
		if err != nil {
			return err
		}
		if before.revokes(next) {
			if err := endSessions(ctx, ch, id); err != nil {
				return err
			}
		}
		if after, err = written(ctx, ch, next); err != nil {
			return err
		}
		return logChange(ch, before, after)
	})
	return after, err
}

// Revoke ends every session and token of a user.
func (s *Store) Revoke(ctx context.Context, who Reader, id string) error {
	return s.change(ctx, who, func(ch *change.Change) error {
		u, err := readUser(ctx, ch.Tx, who.Company, id)
		if err != nil {
			return err
		}
		if _, err := exec(ctx, ch.Tx, "revocation", revokeUser, who.Company, id, auth.ValidFrom(ch.At, u.ValidFrom)); err != nil {
			return err
		}
		if err := endSessions(ctx, ch, id); err != nil {
			return err
		}
		if err := announceUsers(ctx, ch, []string{id}); err != nil {
			return err
		}
		return logUser(ch, "signed_out", nil, nil, id)
	})
}

// endSessions ends all sessions of a user. Call it after writing the user's row: the lock on that row keeps refreshes and
// logins out.
func endSessions(ctx context.Context, ch *change.Change, id string) error {
	_, err := exec(ctx, ch.Tx, "end of sessions", endFamilies, ch.Company, id, ch.At)
	return err
}

// written writes the logins and teams of a changed user, announces the user and returns it as the database now has it.
func written(ctx context.Context, ch *change.Change, u User) (User, error) {
	if err := writeLogins(ctx, ch.Tx, u); err != nil {
		return User{}, err
	}
	if err := writeTeams(ctx, ch.Tx, u); err != nil {
		return User{}, err
	}
	if err := announceUsers(ctx, ch, []string{u.ID}); err != nil {
		return User{}, err
	}
	return readUser(ctx, ch.Tx, u.Company, u.ID)
}

func readUser(ctx context.Context, tx *sqlx.Tx, company, id string) (User, error) {
	row, err := get[userRow](ctx, tx, "user", noUser(), selectUser, company, id)
	return row.user(), err
}

// keepAnAdmin refuses a change that would leave a company without an admin.
func keepAnAdmin(ctx context.Context, tx *sqlx.Tx, before, next User) error {
	if !before.administers() || next.administers() {
		return nil
	}
	n, err := get[int](ctx, tx, "admins", nil, otherAdmins, before.Company, before.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return &RefusalError{Code: CodeLastAdmin, Detail: "This is the company's last active admin. Make somebody else admin first."}
	}
	return nil
}

// writeLogins replaces the logins of the user.
func writeLogins(ctx context.Context, tx *sqlx.Tx, u User) error {
	if _, err := exec(ctx, tx, "logins", deleteLogins, u.Company, u.ID); err != nil {
		return err
	}
	keys, fields := u.logins()
	n, err := exec(ctx, tx, "logins", insertLogins, u.Company, u.ID, pq.Array(keys))
	if err != nil || n == int64(len(keys)) {
		return err
	}
	taken, err := list[string](ctx, tx, "logins of others", loginsOfOthers, u.Company, u.ID, pq.Array(keys))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(keys, func(key string) bool { return slices.Contains(taken, key) })
	if i < 0 {
		return fmt.Errorf("write logins: %d of %d were refused and nobody has them", n, len(keys))
	}
	return &RefusalError{CodeLoginTaken, "Another user of the company signs in with this " + fields[i] + ".", fields[i]}
}

func writeTeams(ctx context.Context, tx *sqlx.Tx, u User) error {
	if u.Company == change.Platform { // which has no teams
		return nil
	}
	teams := pq.Array(append([]string{}, u.Teams...))
	known, err := list[string](ctx, tx, "teams of user", knownTeams, u.Company, teams)
	if err != nil {
		return err
	}
	for i, team := range u.Teams {
		if !slices.Contains(known, team) {
			return &RefusalError{CodeTeamNotFound, "The company has no such team.", fmt.Sprintf("teams[%d]", i)}
		}
	}
	if _, err := exec(ctx, tx, "teams left", leaveTeams, u.Company, u.ID, teams); err != nil {
		return err
	}
	_, err = exec(ctx, tx, "teams entered", enterTeams, u.Company, u.ID, teams)
	return err
}
