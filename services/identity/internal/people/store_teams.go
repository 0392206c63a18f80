package people

import (
	"context"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/identity/internal/tenancy"
)

const (
	teamColumns = `t.id, t.name,
    ARRAY(SELECT m.user_id FROM identity.team_member m WHERE m.id_empresa = t.id_empresa AND m.team_id = t.id ORDER BY m.user_id) AS users`

	selectTeam = `SELECT ` + teamColumns + ` FROM identity.team t WHERE t.id_empresa = $1 AND t.id = $2`

	// $2 is the reader's role, $3 the reader's id. An admin sees all teams. Others see the teams that they are in.
	pageOfTeams = `SELECT ` + teamColumns + ` FROM identity.team t
WHERE t.id_empresa = $1
  AND ($2 = 'admin' OR EXISTS (SELECT FROM identity.team_member m WHERE m.id_empresa = t.id_empresa AND m.team_id = t.id AND m.user_id = $3))
  AND (t.name, t.id) > ($4, $5)
ORDER BY t.name, t.id LIMIT $6`

	insertTeam = `INSERT INTO identity.team (id_empresa, id, name) VALUES ($1, $2, $3)`
	renameTeam = `UPDATE identity.team SET name = $3 WHERE id_empresa = $1 AND id = $2`
	deleteTeam = `DELETE FROM identity.team WHERE id_empresa = $1 AND id = $2`
	sameIDs    = `SELECT count(*) FROM identity.team WHERE id_empresa = $1 AND id = $2`
	sameNames  = `SELECT count(*) FROM identity.team WHERE id_empresa = $1 AND id <> $2 AND lower(name) = lower($3)`

	removeMembers = `DELETE FROM identity.team_member WHERE id_empresa = $1 AND team_id = $2 AND user_id <> ALL($3) RETURNING user_id`
	insertMembers = `INSERT INTO identity.team_member (id_empresa, team_id, user_id)
SELECT $1, $2, user_id FROM unnest($3::text[]) AS m(user_id) ON CONFLICT DO NOTHING RETURNING user_id`
	knownUsers = `SELECT id FROM identity.users WHERE id_empresa = $1 AND id = ANY($2)`
	fullUsers  = `SELECT user_id FROM identity.team_member WHERE id_empresa = $1 AND user_id = ANY($2) GROUP BY user_id HAVING count(*) > $3`
)

// Team is a group of colaboradores and the supervisors who watch them.
type Team struct {
	ID    string         `db:"id"`
	Name  string         `db:"name"`
	Users pq.StringArray `db:"users"` // sorted ids
}

// Teams returns the teams that the reader may see, by name.
func (s *Store) Teams(ctx context.Context, r Reader, p Page) (teams []Team, err error) {
	err = tenancy.In(ctx, s.db, r.Company, func(tx *sqlx.Tx) error {
		teams, err = list[Team](ctx, tx, "teams", pageOfTeams, r.Company, r.Role, r.ID, p.After.Name, p.After.ID, p.Limit)
		return err
	})
	return teams, err
}

func addTeam(ctx context.Context, ch *change.Change, t Team) (Team, error) {
	tx, company := ch.Tx, ch.Company
	n, err := get[int](ctx, tx, "team", nil, sameIDs, company, t.ID)
	if err != nil {
		return Team{}, err
	}
	if n > 0 {
		return Team{}, &RefusalError{CodeIDTaken, "Another team of the company has this id.", "id"}
	}
	if err := checkTeamName(ctx, tx, company, t.ID, t.Name); err != nil {
		return Team{}, err
	}
	if _, err := exec(ctx, tx, "team", insertTeam, company, t.ID, t.Name); err != nil {
		return Team{}, err
	}
	added, err := readTeam(ctx, tx, company, t.ID)
	if err != nil {
		return Team{}, err
	}
	return added, logTeam(ch, "created", nil, &added)
}

// RenameTeam gives a team another name.
func (s *Store) RenameTeam(ctx context.Context, who Reader, id, name string) (t Team, err error) {
	err = s.change(ctx, who, func(ch *change.Change) error {
		before, err := readTeam(ctx, ch.Tx, who.Company, id)
		if err != nil {
			return err
		}
		if err := checkTeamName(ctx, ch.Tx, who.Company, id, name); err != nil {
			return err
		}
		if _, err := exec(ctx, ch.Tx, "team", renameTeam, who.Company, id, name); err != nil {
			return err
		}
		if t, err = readTeam(ctx, ch.Tx, who.Company, id); err != nil {
			return err
		}
		return logTeam(ch, "changed", &before, &t)
	})
	return t, err
}

// DeleteTeam removes all members from a team and deletes it.
func (s *Store) DeleteTeam(ctx context.Context, who Reader, id string) error {
	return s.change(ctx, who, func(ch *change.Change) error {
		before, err := readTeam(ctx, ch.Tx, who.Company, id)
		if err != nil {
			return err
		}
		if err := writeMembers(ctx, ch, id, nil); err != nil {
			return err
		}
		if _, err := exec(ctx, ch.Tx, "team", deleteTeam, who.Company, id); err != nil {
			return err
		}
		return logTeam(ch, "deleted", &before, nil)
	})
}

// SetMembers makes the given users the only members of a team.
func (s *Store) SetMembers(ctx context.Context, who Reader, id string, users []string) (t Team, err error) {
	err = s.change(ctx, who, func(ch *change.Change) error {
		before, err := readTeam(ctx, ch.Tx, who.Company, id)
		if err != nil {
			return err
		}
		if err := writeMembers(ctx, ch, id, users); err != nil {
			return err
		}
		if t, err = readTeam(ctx, ch.Tx, who.Company, id); err != nil {
			return err
		}
		return logTeam(ch, "changed", &before, &t)
	})
	return t, err
}

func readTeam(ctx context.Context, tx *sqlx.Tx, company, id string) (Team, error) {
	return get[Team](ctx, tx, "team", noTeam(), selectTeam, company, id)
}

func checkTeamName(ctx context.Context, tx *sqlx.Tx, company, id, name string) error {
	n, err := get[int](ctx, tx, "team names", nil, sameNames, company, id, name)
	if err != nil {
		return err
	}
	if n > 0 {
		return &RefusalError{CodeTeamNameTaken, "Another team of the company has this name.", "name"}
	}
	return nil
}

// writeMembers sets the members of a team and announces only the users who joined or left.
func writeMembers(ctx context.Context, ch *change.Change, team string, users []string) error {
	company, tx := ch.Company, ch.Tx
	wanted := pq.Array(append([]string{}, users...))
	known, err := list[string](ctx, tx, "members", knownUsers, company, wanted)
	if err != nil {
		return err
	}
	for i, id := range users {
		if !slices.Contains(known, id) {
			return &RefusalError{CodeUserNotFound, "The company has no such user.", fmt.Sprintf("users[%d]", i)}
		}
	}
	gone, err := list[string](ctx, tx, "members who go", removeMembers, company, team, wanted)
	if err != nil {
		return err
	}
	come, err := list[string](ctx, tx, "members who come", insertMembers, company, team, wanted)
	if err != nil {
		return err
	}
	full, err := list[string](ctx, tx, "teams of members", fullUsers, company, pq.Array(come), maxTeamsOfUser)
	if err != nil {
		return err
	}
	for i, id := range users {
		if slices.Contains(full, id) {
			return &RefusalError{CodeInvalid, "This user is in 50 teams already, which is the most.", fmt.Sprintf("users[%d]", i)}
		}
	}
	return announceUsers(ctx, ch, slices.Concat(gone, come))
}
