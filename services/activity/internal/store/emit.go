package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/change"
	wire "github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const teamsOfUsers = `SELECT u.id, u.teams FROM identity.v_users u WHERE u.id = ANY ($1)`

// holder is who had a visit before it changed.
type holder struct{ worker, team string }

// news is a visit that changed, and who had it before: nil for a new one.
type news struct {
	Visit
	before *holder
}

const keepTold = `UPDATE activity.visit v SET told = string_to_array(m.told, ' ') FROM unnest($2::text[], $3::text[]) AS m(id, told)
WHERE v.id_empresa = $1 AND v.id = m.id`

// tell publishes visits as they are now, and tells whoever lost one that it is theirs no longer: who had it before, and the teams that
// its worker has left since they were told of it.
func tell(ctx context.Context, ch *change.Change, all ...news) error {
	var workers []string
	for _, n := range all {
		workers = append(workers, n.Worker)
		if n.before != nil {
			workers = append(workers, n.before.worker)
		}
	}
	teams, err := teamsOf(ctx, ch.Tx, workers)
	if err != nil {
		return err
	}
	var ids, told []string
	for _, n := range all {
		now := audienceOf(n.Worker, n.Team, teams)
		body := eventOf(n.Visit)
		before, had := audience.Audience{}, n.Worker
		if n.before != nil {
			before, had = audienceOf(n.before.worker, n.before.team, teams), n.before.worker
		}
		before.Teams = append(before.Teams, n.Told...)
		if err := withdraw(ch, body, before, now, had); err != nil {
			return err
		}
		if !slices.Equal(now.Teams, n.Told) {
			ids, told = append(ids, n.ID), append(told, strings.Join(now.Teams, " "))
		}
		if err := ch.Emit(wire.Domain, wire.EventState, n.ID, now, body); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if _, err := ch.Tx.ExecContext(ctx, keepTold, ch.Company, pq.Array(ids), pq.Array(told)); err != nil {
		return fmt.Errorf("keep which teams were told: %w", err)
	}
	return nil
}

// setTold writes into new visits which teams will be told of them.
func setTold(ctx context.Context, ch *change.Change, rows []row) error {
	var workers []string
	for _, r := range rows {
		workers = append(workers, r.Worker)
	}
	teams, err := teamsOf(ctx, ch.Tx, workers)
	for i, r := range rows {
		rows[i].Told = append(pq.StringArray{}, audienceOf(r.Worker, r.Team, teams).Teams...)
	}
	return err
}

// withdraw tells those who saw an activity and see it no longer. It comes before the event for the others: whoever gets both, for
// example as a supervisor of two teams, has it in the end.
func withdraw(ch *change.Change, body *terrenov1.Activity, before, now audience.Audience, user string) error {
	lost := audience.Audience{
		Users: slices.DeleteFunc(before.Users, func(u string) bool { return slices.Contains(now.Users, u) }),
		Teams: slices.DeleteFunc(before.Teams, func(t string) bool { return slices.Contains(now.Teams, t) }),
	}
	slices.Sort(lost.Teams)
	lost.Teams = slices.Compact(lost.Teams)
	if len(lost.Users)+len(lost.Teams) == 0 {
		return nil
	}
	return ch.Emit(wire.Domain, wire.EventState, body.Id, lost, wire.Withdrawn(body, user))
}

// audienceOf returns who is told of an activity. Its teams are sorted.
func audienceOf(worker, team string, teams map[string][]string) audience.Audience {
	a := audience.Audience{Roles: []string{audience.RoleAdmin}, Teams: slices.Clone(teams[worker])}
	if worker != "" {
		a.Users = []string{worker}
	}
	if team != "" && !slices.Contains(a.Teams, team) {
		a.Teams = append(a.Teams, team)
	}
	slices.Sort(a.Teams)
	return a
}

// teamsOf returns the current teams of users.
func teamsOf(ctx context.Context, tx *sqlx.Tx, users []string) (map[string][]string, error) {
	slices.Sort(users)
	var rows []struct {
		ID    string         `db:"id"`
		Teams pq.StringArray `db:"teams"`
	}
	if err := tx.SelectContext(ctx, &rows, teamsOfUsers, pq.Array(slices.Compact(users))); err != nil {
		return nil, fmt.Errorf("read the teams of users: %w", err)
	}
	teams := map[string][]string{}
	for _, r := range rows {
		teams[r.ID] = r.Teams
	}
	return teams, nil
}

// eventOf is what events say of a visit.
func eventOf(v Visit) *terrenov1.Activity {
	items, answered := v.Items(), v.Answered()
	m := &terrenov1.Activity{ //nolint:gosec // nobody changes a visit two billion times, and a checklist has 50 items
		Id: v.ID, Tipo: v.Tipo, Version: int32(v.Version), UserId: v.Worker, TeamId: v.Team, State: v.State, Since: timestamp(&v.Since),
		From: timestamp(&v.From), Until: timestamp(&v.Until), CheckInAt: timestamp(v.InAt), CheckOutAt: timestamp(v.OutAt),
		CheckInDistanceM: v.InDistanceM, Reason: v.Reason, Title: v.Title, Notes: v.Notes, Priority: v.Priority, PlaceId: v.PlaceID,
		PlaceName: v.PlaceName, Address: v.PlaceAddress, Lat: v.SiteLat, Lon: v.SiteLon,
		ChecklistItems: int32(len(items)), ChecklistDone: int32(len(answered)), ChecklistMissing: int32(visit.Missing(items, answered)),
		SeriesId: v.SeriesID, SeriesDate: v.SeriesDate,
		Corrected: v.Corrected, Objected: v.Objected,
	}
	wire.Fit(m)
	return m
}

func timestamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(t.Truncate(time.Millisecond))
}
