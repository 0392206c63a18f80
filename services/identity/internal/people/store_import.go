package people

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/pkg/text"
)

// An import writes some thousand users, so each statement writes all of them.
const (
	ownersOfKeys = `SELECT key, user_id FROM identity.user_login WHERE id_empresa = $1 AND key = ANY($2)`
	usersByID    = `SELECT ` + userColumns + ` FROM identity.users u WHERE u.id_empresa = $1 AND u.id = ANY($2)`
	namesOfTeams = `SELECT id, name FROM identity.team WHERE id_empresa = $1`
	countAdmins  = `SELECT count(*) FROM identity.users WHERE id_empresa = $1 AND role = 'admin' AND active`

	insertUsers = `INSERT INTO identity.users (id_empresa, id, name, email, phone, payroll_number, role, active)
SELECT $1, id, name, email, phone, payroll_number, role, active
FROM jsonb_to_recordset($2) AS r(id text, name text, email text, phone text, payroll_number text, role text, active boolean)`

	updateUsers = `UPDATE identity.users u SET name = r.name, email = r.email, phone = r.phone, payroll_number = r.payroll_number,
    role = r.role, active = r.active, tokens_valid_from = r.valid_from
FROM jsonb_to_recordset($2) AS r(id text, name text, email text, phone text, payroll_number text, role text, active boolean, valid_from timestamptz)
WHERE u.id_empresa = $1 AND u.id = r.id`

	endFamiliesOf = `UPDATE identity.session_family SET revoked_at = $3 WHERE id_empresa = $1 AND user_id = ANY($2) AND revoked_at IS NULL`

	deleteLoginsOf   = `DELETE FROM identity.user_login WHERE id_empresa = $1 AND user_id = ANY($2)`
	insertLoginPairs = `INSERT INTO identity.user_login (id_empresa, key, user_id)
SELECT $1, key, user_id FROM unnest($2::text[], $3::text[]) AS l(key, user_id)`

	leaveTeamsOf = `DELETE FROM identity.team_member m WHERE m.id_empresa = $1 AND m.user_id = ANY($2)
AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS w(team_id, user_id) WHERE w.team_id = m.team_id AND w.user_id = m.user_id)`
	enterTeamPairs = `INSERT INTO identity.team_member (id_empresa, team_id, user_id)
SELECT $1, team_id, user_id FROM unnest($2::text[], $3::text[]) AS w(team_id, user_id) ON CONFLICT DO NOTHING`
)

// Judge says what a file would make of the company, and changes nothing.
func (s *Store) Judge(ctx context.Context, who Reader, rows []sheet.Row) (lines []*ImportLine, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		lines, err = judge(ctx, tx, who.Company, rows)
		return err
	})
	return lines, err
}

func judge(ctx context.Context, tx *sqlx.Tx, company string, rows []sheet.Row) ([]*ImportLine, error) {
	st, err := readStanding(ctx, tx, company, rows)
	if err != nil {
		return nil, err
	}
	return st.judge(company, rows), nil
}

func readStanding(ctx context.Context, tx *sqlx.Tx, company string, rows []sheet.Row) (*standing, error) {
	st := &standing{users: map[string]User{}, owners: map[string]string{}, teams: map[string]string{}}
	ids, keys := fileKeys(rows)
	owners, err := list[struct {
		Key  string `db:"key"`
		User string `db:"user_id"`
	}](ctx, tx, "owners of logins", ownersOfKeys, company, pq.Array(keys))
	if err != nil {
		return nil, err
	}
	for _, o := range owners {
		st.owners[o.Key] = o.User
		ids = append(ids, o.User)
	}
	users, err := list[userRow](ctx, tx, "users of the file", usersByID, company, pq.Array(ids))
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		st.users[u.ID] = u.user()
	}
	teams, err := list[Team](ctx, tx, "teams", namesOfTeams, company)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		if name := text.Fold(t.Name); st.teams[name] == "" {
			st.teams[name] = t.ID
		} else {
			st.teams[name] = twoTeams
		}
	}
	st.admins, err = get[int](ctx, tx, "admins", nil, countAdmins, company)
	return st, err
}

// writeImport writes what the lines make of the company, announces and logs it. The lines have no errors.
func writeImport(ctx context.Context, ch *change.Change, lines []*ImportLine) error {
	w := importWrite{records: map[string][]record{}}
	for _, l := range lines {
		if err := w.add(ch, l); err != nil {
			return err
		}
	}
	if len(w.ids) == 0 {
		return nil
	}
	for outcome, statement := range map[string]string{OutcomeCreated: insertUsers, OutcomeChanged: updateUsers} {
		if len(w.records[outcome]) == 0 {
			continue
		}
		raw, err := json.Marshal(w.records[outcome])
		if err != nil {
			return fmt.Errorf("encode users: %w", err)
		}
		n, err := exec(ctx, ch.Tx, "users", statement, ch.Company, string(raw))
		if err != nil {
			return err
		}
		if want := len(w.records[outcome]); n != int64(want) {
			return fmt.Errorf("write users: %d of %d were %s", n, want, outcome)
		}
	}
	ids := pq.Array(w.ids)
	for _, st := range []struct {
		what, query string
		args        []any
	}{
		{"end of sessions", endFamiliesOf, []any{ch.Company, pq.Array(w.revoked), ch.At}},
		{"logins", deleteLoginsOf, []any{ch.Company, ids}},
		{"logins", insertLoginPairs, []any{ch.Company, pq.Array(w.keys), pq.Array(w.keyUsers)}},
		{"teams left", leaveTeamsOf, []any{ch.Company, ids, pq.Array(w.teams), pq.Array(w.teamUsers)}},
		{"teams entered", enterTeamPairs, []any{ch.Company, pq.Array(w.teams), pq.Array(w.teamUsers)}},
	} {
		if _, err := exec(ctx, ch.Tx, st.what, st.query, st.args...); err != nil {
			return err
		}
	}
	if err := announceUsers(ctx, ch, w.ids); err != nil {
		return err
	}
	return logImport(ctx, ch, lines, ids)
}

// record is a user as the statements read it.
type record struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Email         string    `json:"email"`
	Phone         string    `json:"phone"`
	PayrollNumber string    `json:"payroll_number"`
	Role          string    `json:"role"`
	Active        bool      `json:"active"`
	ValidFrom     time.Time `json:"valid_from"`
}

// importWrite holds what is written, by column.
type importWrite struct {
	records          map[string][]record
	ids, revoked     []string
	keys, keyUsers   []string
	teams, teamUsers []string
}

func (w *importWrite) add(ch *change.Change, l *ImportLine) error {
	outcome, u := l.Outcome(), &l.After
	if outcome != OutcomeCreated && outcome != OutcomeChanged {
		return nil
	}
	if u.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		u.ID = id.String()
	}
	if l.Before != nil && l.Before.revokes(*u) {
		u.ValidFrom = auth.ValidFrom(ch.At, l.Before.ValidFrom)
		w.revoked = append(w.revoked, u.ID)
	}
	w.ids = append(w.ids, u.ID)
	w.records[outcome] = append(w.records[outcome], record{u.ID, u.Name, u.Email, u.Phone, u.PayrollNumber, u.Role, u.Active, u.ValidFrom})
	keys, _ := u.logins()
	for _, key := range keys {
		w.keys, w.keyUsers = append(w.keys, key), append(w.keyUsers, u.ID)
	}
	for _, team := range u.Teams {
		w.teams, w.teamUsers = append(w.teams, team), append(w.teamUsers, u.ID)
	}
	return nil
}

// logImport reads the users as they are now, and logs each change.
func logImport(ctx context.Context, ch *change.Change, lines []*ImportLine, ids any) error {
	rows, err := list[userRow](ctx, ch.Tx, "imported users", usersByID, ch.Company, ids)
	if err != nil {
		return err
	}
	now := make(map[string]User, len(rows))
	for _, r := range rows {
		now[r.ID] = r.user()
	}
	var all []change.Logged
	for _, l := range lines {
		after, written := now[l.After.ID]
		if !written {
			continue
		}
		logged := change.Logged{What: "user.created", Entity: "user/" + after.ID, After: userLogged(after)}
		if l.Before != nil {
			logged.What, logged.Before = "user.changed", userLogged(*l.Before)
		}
		all = append(all, logged)
	}
	return ch.Log(all...)
}
