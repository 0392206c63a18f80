package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/day"
)

const (
	teamCloses = `SELECT t.team_id, t.close_at, n.name
FROM activity.team_settings t JOIN identity.v_teams n ON n.id_empresa = t.id_empresa AND n.id = t.team_id WHERE t.id_empresa = $1 ORDER BY t.team_id`
	lockTeamClose   = `SELECT t.close_at FROM activity.team_settings t WHERE t.id_empresa = $1 AND t.team_id = $2 FOR UPDATE`
	putTeamClose    = `INSERT INTO activity.team_settings (id_empresa, team_id, close_at) VALUES ($1, $2, $3) ON CONFLICT (id_empresa, team_id) DO UPDATE SET close_at = excluded.close_at`
	deleteTeamClose = `DELETE FROM activity.team_settings WHERE id_empresa = $1 AND team_id = $2`
	beginCloseMove  = `INSERT INTO activity.close_move (id_empresa, changed_at) VALUES ($1, $2)
ON CONFLICT (id_empresa) DO UPDATE SET after_visit = '', after_user = ''`
)

// TeamClose is when the day of a team is closed that decided otherwise than its company.
type TeamClose struct {
	Team    string `db:"team_id" json:"team_id"`
	Name    string `db:"name" json:"-"`
	CloseAt string `db:"close_at" json:"close_at"`
}

// closing knows when the days of a company are closed, of its teams, and of the users that it was read for. A team that decided
// nothing has its company's close.
type closing struct {
	company day.Close
	teams   map[string]string
	users   map[string][]string // the teams of users
}

// closing reads when days are closed, for users too.
func (s *Store) closing(ctx context.Context, tx *sqlx.Tx, company string, settings Settings, users ...string) (c closing, err error) {
	c = closing{company: day.Close{At: settings.CloseAt, Zone: s.Zone(company)}, teams: map[string]string{}}
	var rows []TeamClose
	if err := tx.SelectContext(ctx, &rows, teamCloses, company); err != nil {
		return c, fmt.Errorf("read when teams are closed: %w", err)
	}
	for _, r := range rows {
		c.teams[r.Team] = r.CloseAt
	}
	if len(rows) > 0 {
		c.users, err = teamsOf(ctx, tx, append([]string{}, users...))
	}
	return c, err
}

// of is the close of a visit: that of its team, else that of its worker.
func (c closing) of(team, worker string) day.Close {
	if team != "" {
		return c.team(team)
	}
	return c.user(worker)
}

func (c closing) team(id string) day.Close {
	is := c.company
	if at, ok := c.teams[id]; ok {
		is.At = at
	}
	return is
}

// user is the close of a user: of its teams the latest, so that no team's work is cut; else the company's.
func (c closing) user(id string) day.Close {
	is := c.company
	for i, team := range c.users[id] {
		if at := c.team(team).At; i == 0 || at > is.At {
			is.At = at
		}
	}
	return is
}

// TeamCloses returns when the days of a company's teams are closed that decided otherwise.
func (s *Store) TeamCloses(ctx context.Context, company string) (list []TeamClose, err error) {
	list = []TeamClose{}
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &list, teamCloses, company) })
	if err != nil {
		return nil, fmt.Errorf("read when teams are closed: %w", err)
	}
	return list, nil
}

// SetTeamClose lets the days of a team be closed at a local time that was checked, or with those of its company if it is empty. What is
// open and not yet due moves. The error for another company's team is ErrUnknownTeam.
func (s *Store) SetTeamClose(ctx context.Context, ch *change.Change, who auth.Claims, team, at string) error {
	if err := maySee(ctx, ch.Tx, who, PlanScope{ScopeTeam, team}, true); err != nil {
		return err
	}
	var before []string
	if err := ch.Tx.SelectContext(ctx, &before, lockTeamClose, ch.Company, team); err != nil {
		return fmt.Errorf("lock the close of a team: %w", err)
	}
	logged := change.Logged{What: "team_close.changed", Entity: "team/" + team}
	var old string
	for _, b := range before {
		old, logged.Before = b, map[string]string{"close_at": b}
	}
	var err error
	switch {
	case old == at:
		return change.ErrNothing
	case at == "":
		_, err = ch.Tx.ExecContext(ctx, deleteTeamClose, ch.Company, team)
	default:
		logged.After = map[string]string{"close_at": at}
		_, err = ch.Tx.ExecContext(ctx, putTeamClose, ch.Company, team, at)
	}
	if err != nil {
		return fmt.Errorf("write the close of a team: %w", err)
	}
	if err := moveCloses(ctx, ch); err != nil {
		return err
	}
	return ch.Log(logged)
}

// moveCloses lets the job move the close of all that is open (MoveCloses).
func moveCloses(ctx context.Context, ch *change.Change) error {
	if _, err := ch.Tx.ExecContext(ctx, beginCloseMove, ch.Company, ch.At); err != nil {
		return fmt.Errorf("begin to move what is to be closed: %w", err)
	}
	return nil
}
