package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const (
	// $1 is a list of row. Those who make the same visits at once insert them in one order, and so they do not block each other.
	insertVisits = `INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, lat, lon, radius_m, checklist,
    created_at, created_by, plan_from, plan_until, plan_worker, plan_team, state, since, win_from, win_until, worker, team, reason, answers,
    close_at, last_at, actions, changed_at, changed_by, series_id, series_date, told)
SELECT r.id_empresa, r.id, r.tipo, r.external_id, r.title, r.notes, r.priority, r.place_id, r.lat, r.lon, r.radius_m, r.checklist,
    r.created_at, r.created_by, r.plan_from, r.plan_until, r.plan_worker, r.plan_team, r.state, r.since, r.win_from, r.win_until, r.worker,
    r.team, r.reason, r.answers, r.close_at, r.last_at, r.actions, r.changed_at, r.changed_by,
    r.series_id, r.series_date, r.told
FROM json_to_recordset($1::json) AS r(id_empresa text, id text, tipo text, external_id text, title text, notes text, priority text,
    place_id text, lat float8, lon float8, radius_m float8, checklist json, created_at timestamptz, created_by text, plan_from timestamptz,
    plan_until timestamptz, plan_worker text, plan_team text, state text, since timestamptz, win_from timestamptz, win_until timestamptz,
    worker text, team text, reason text, answers json, close_at timestamptz, last_at timestamptz, actions int, changed_at timestamptz, changed_by text,
    series_id text, series_date text, told text[])
ORDER BY r.external_id, r.id
ON CONFLICT DO NOTHING RETURNING id`

	takenIDs = `SELECT v.id FROM activity.visit v WHERE v.id_empresa = $1 AND v.id = ANY ($2)`

	visitsByID = `SELECT ` + seenColumns + `, true AS seen` + visitAndPlace + `WHERE v.id_empresa = $1 AND v.id = ANY ($2) ORDER BY v.id`

	placesByID = `SELECT p.id, p.archived FROM activity.place p WHERE p.id_empresa = $1 AND p.id = ANY ($2)`

	// A viewer gives work to its own company's teams: an admin to all, a supervisor to its own.
	teamsToGive = `SELECT t.id FROM identity.v_teams t WHERE t.id_empresa = $1 AND t.id = ANY ($5)
AND ($2 OR $4 AND t.id IN (SELECT m.team_id FROM identity.v_team_members m WHERE m.user_id = $3))`
)

// usersToGive are the active users whom the viewer may see.
var usersToGive = `SELECT u.id FROM identity.v_users u WHERE u.id_empresa = $1 AND u.active AND u.id = ANY ($5) AND ` + visible.Where("u.id", 2)

// NewVisit is a visit that somebody wants to make, checked, with the id that it gets.
type NewVisit struct {
	ID string
	visit.Draft
	// Day is the date of a visit that is to be done until the close of this day; empty if its Window says when.
	Day string
}

// Made is what became of a NewVisit: the visit, or why there is none.
type Made struct {
	Visit
	Err error
}

// CreateVisits makes visits, each judged alone, and tells of them. The answers are in the order of the wishes. The errors of a Made
// are ErrNoPlace, ErrPlaceArchived, ErrNoWorker, ErrNoTeam, ErrNobody, ErrIDTaken and ErrExternalTaken.
func (s *Store) CreateVisits(ctx context.Context, ch *change.Change, who auth.Claims, wishes []NewVisit) ([]Made, error) {
	settings, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return nil, err
	}
	var workers []string
	for _, w := range wishes {
		workers = append(workers, w.Worker)
	}
	closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, workers...)
	if err != nil {
		return nil, err
	}
	k, err := s.known(ctx, ch, who, wishes)
	if err != nil {
		return nil, err
	}
	made := make([]Made, len(wishes))
	rows, ids, externals := []row{}, map[string]int{}, map[string]bool{}
	for i, w := range wishes {
		if made[i].Err = k.judge(who, w.Draft); made[i].Err != nil {
			continue
		}
		// The statement returns ids, so it must not get one twice.
		if _, twice := ids[w.ID]; twice {
			made[i].Err = ErrIDTaken
			continue
		}
		if w.ExternalID != "" && externals[w.ExternalID] {
			made[i].Err = ErrExternalTaken
			continue
		}
		c := closes.of(w.Team, w.Worker)
		if w.Day != "" {
			if w.Window, err = c.Window(w.Day); err != nil {
				return nil, err
			}
		}
		ids[w.ID], externals[w.ExternalID] = i, true
		rows = append(rows, newRow(ch, w, c.Due(w.Window, ch.At)))
	}
	if len(rows) == 0 {
		return made, nil
	}
	return made, insertAll(ctx, ch, rows, ids, made)
}

// insertAll inserts rows. It fills in made, at the index that ids has for each id.
func insertAll(ctx context.Context, ch *change.Change, rows []row, ids map[string]int, made []Made) error {
	if err := setTold(ctx, ch, rows); err != nil {
		return err
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("encode visits: %w", err)
	}
	var added []string
	if err := ch.Tx.SelectContext(ctx, &added, insertVisits, string(list)); err != nil {
		return fmt.Errorf("add visits: %w", err)
	}
	var all []Visit
	if err := ch.Tx.SelectContext(ctx, &all, visitsByID, ch.Company, pq.Array(added)); err != nil {
		return fmt.Errorf("read the new visits: %w", err)
	}
	var told []news
	for _, v := range all {
		made[ids[v.ID]].Visit = v
		told = append(told, news{Visit: v})
	}
	var left []string
	for _, r := range rows {
		if !slices.Contains(added, r.ID) {
			left = append(left, r.ID)
		}
	}
	if len(left) > 0 {
		var taken []string
		if err := ch.Tx.SelectContext(ctx, &taken, takenIDs, ch.Company, pq.Array(left)); err != nil {
			return fmt.Errorf("look for ids: %w", err)
		}
		for _, id := range left {
			made[ids[id]].Err = ErrExternalTaken
			if slices.Contains(taken, id) {
				made[ids[id]].Err = ErrIDTaken
			}
		}
	}
	return tell(ctx, ch, told...)
}

func newRow(ch *change.Change, w NewVisit, closeAt time.Time) row {
	r := row{
		Company: ch.Company, ID: w.ID, Tipo: w.Tipo, CreatedAt: ch.At, CreatedBy: ch.By, PlanFrom: w.Window.From, PlanUntil: w.Window.Until,
		PlanWorker: w.Worker, PlanTeam: w.Team, State: string(visit.Pending), Since: ch.At, From: w.Window.From, Until: w.Window.Until,
		Worker: w.Worker, Team: w.Team, Answers: json.RawMessage(`{}`), CloseAt: closeAt, LastAt: ch.At, ChangedAt: ch.At, ChangedBy: ch.By,
	}
	r.set(w.Details)
	return r
}

// set writes details into a row.
func (r *row) set(d visit.Details) {
	r.ExternalID, r.Title, r.Notes, r.Priority = d.ExternalID, d.Title, d.Notes, d.Priority
	r.PlaceID, r.Lat, r.Lon, r.RadiusM = d.PlaceID, d.Lat, d.Lon, d.RadiusM
	r.Checklist, _ = json.Marshal(d.Checklist) // texts alone
}

// known is what the company has of the places, users and teams that somebody names, and the viewer may use.
type known struct {
	places         map[string]bool // whether it is archived
	workers, teams []string
}

func (s *Store) known(ctx context.Context, ch *change.Change, who auth.Claims, wishes []NewVisit) (k known, err error) {
	var places, workers, teams []string
	for _, w := range wishes {
		places, workers, teams = append(places, w.PlaceID), append(workers, w.Worker), append(teams, w.Team)
	}
	var rows []struct {
		ID       string `db:"id"`
		Archived bool   `db:"archived"`
	}
	if err := ch.Tx.SelectContext(ctx, &rows, placesByID, ch.Company, pq.Array(places)); err != nil {
		return known{}, fmt.Errorf("look for places: %w", err)
	}
	k.places = map[string]bool{}
	for _, p := range rows {
		k.places[p.ID] = p.Archived
	}
	if err := ch.Tx.SelectContext(ctx, &k.workers, usersToGive, append(visible.Viewer(who), pq.Array(workers))...); err != nil {
		return known{}, fmt.Errorf("look for users: %w", err)
	}
	if err := ch.Tx.SelectContext(ctx, &k.teams, teamsToGive, append(visible.Viewer(who), pq.Array(teams))...); err != nil {
		return known{}, fmt.Errorf("look for teams: %w", err)
	}
	return k, nil
}

func (k known) judge(who auth.Claims, d visit.Draft) error {
	if err := k.judgePlace(d.PlaceID); err != nil {
		return err
	}
	return k.mayGive(who, d.Worker, d.Team)
}

// judgePlace says whether a visit may be made at a place, empty for none.
func (k known) judgePlace(id string) error {
	archived, there := k.places[id]
	switch {
	case id == "" || there && !archived:
		return nil
	case there:
		return ErrPlaceArchived
	}
	return ErrNoPlace
}

// mayGive says whether the viewer may give a visit to a worker and a team, each empty for nobody.
func (k known) mayGive(who auth.Claims, worker, team string) error {
	switch {
	case worker != "" && !slices.Contains(k.workers, worker):
		return ErrNoWorker
	case team != "" && !slices.Contains(k.teams, team):
		return ErrNoTeam
	case worker == "" && team == "" && who.Role != audience.RoleAdmin:
		return ErrNobody
	}
	return nil
}
