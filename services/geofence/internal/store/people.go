package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/geofence/internal/rule"
)

const (
	// $3 is the viewer to whom the zone must apply, and $4 the viewer's teams, as in pageOfMarks.
	zoneIsSeen = `SELECT EXISTS (SELECT FROM geofence.zone z WHERE z.id_empresa = $1 AND z.id = $2 AND ($3 = ''
    OR EXISTS (SELECT FROM geofence.zone_user u WHERE u.id_empresa = $1 AND u.zone_id = $2 AND u.user_id = $3)
    OR EXISTS (SELECT FROM geofence.zone_team t WHERE t.id_empresa = $1 AND t.zone_id = $2 AND t.team_id = ANY($4))))`
	zoneTeams = `SELECT t.team_id FROM geofence.zone_team t WHERE t.id_empresa = $1 AND t.zone_id = $2`
)

// peopleOfZone lists the people whom the evaluator judges by a zone: the active users to whom it is assigned, and the active
// colaboradores of the teams. visible.Where uses the last three parameters.
var peopleOfZone = `SELECT v.name, v.id, s.status, s.last_at, s.alert
FROM identity.v_users v LEFT JOIN geofence.user_state s ON s.id_empresa = v.id_empresa AND s.user_id = v.id
WHERE v.id_empresa = $1 AND v.active
  AND (v.id IN (SELECT u.user_id FROM geofence.zone_user u WHERE u.id_empresa = $1 AND u.zone_id = $2)
    OR v.role = 'colaborador' AND v.id IN (SELECT m.user_id FROM identity.v_team_members m
        WHERE m.id_empresa = $1 AND m.team_id IN (` + zoneTeams + `)))
  AND (v.name, v.id) > ($3, $4) AND ` + visible.Where("v.id", 6) + `
ORDER BY v.name, v.id LIMIT $5`

// ZonePerson is somebody to whom a zone applies.
type ZonePerson struct {
	Mark
	Status rule.Status
	// LastAt is when the last position that was judged was recorded. It is zero for a person who was never judged.
	LastAt time.Time
	// Alert is the alert that goes on. It is nil when there is none.
	Alert *rule.Alert
}

// People returns those to whom a zone applies and whom the viewer may see, after a mark, sorted by name. It returns one more
// than limit when there are more. It returns ErrNoZone when the viewer may not see the zone. Of somebody who was judged by a position
// that people may not see by now, nothing is known.
func (z *Zones) People(ctx context.Context, company, id string, v Viewer, may visible.Filter, after Mark, limit int) (list []ZonePerson, err error) {
	err = z.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		var seen bool
		if err := tx.GetContext(ctx, &seen, zoneIsSeen, company, id, v.User, pq.Array(append([]string{}, v.Teams...))); err != nil {
			return err
		}
		if !seen {
			return ErrNoZone
		}
		rows, err := tx.QueryContext(ctx, peopleOfZone, append([]any{company, id, after.Name, after.ID, limit + 1}, may.Args()...)...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			p, err := readZonePerson(rows)
			if err != nil {
				return err
			}
			list = append(list, p)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return err
		}
		return hidePeople(ctx, tx, company, list)
	})
	if err != nil {
		return nil, fmt.Errorf("list the people of a zone: %w", err)
	}
	return list, nil
}

// hidePeople forgets what is known of people by positions that nobody may see: their company began to hide them, or a shift was
// corrected.
func hidePeople(ctx context.Context, tx *sqlx.Tx, company string, list []ZonePerson) error {
	var who []shifts.Who
	var from, to time.Time
	for _, p := range list {
		who = append(who, shifts.Who{Company: company, User: p.ID})
		for _, at := range p.instants() {
			if from.IsZero() || at.Before(from) {
				from = at
			}
			if at.After(to) {
				to = at
			}
		}
	}
	if from.IsZero() {
		return nil
	}
	shown, err := shifts.Read(ctx, tx, who, from, to.Add(time.Millisecond))
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		is := shown.Of(company, p.ID)
		if slices.ContainsFunc(p.instants(), func(at time.Time) bool { return !is.Shows(at.UnixMilli()) }) {
			p.Status, p.LastAt, p.Alert = rule.Unknown, time.Time{}, nil
		}
	}
	return nil
}

// instants are those of the positions by which somebody was judged.
func (p *ZonePerson) instants() (list []time.Time) {
	if !p.LastAt.IsZero() {
		list = append(list, p.LastAt)
	}
	if p.Alert != nil {
		list = append(list, p.Alert.Start.At)
	}
	return list
}

// readZonePerson reads a row. Of a state that this program cannot read nothing is known; the evaluator reports it.
func readZonePerson(rows *sql.Rows) (p ZonePerson, err error) {
	var status sql.NullInt16
	var last sql.NullTime
	var alert []byte
	if err := rows.Scan(&p.Name, &p.ID, &status, &last, &alert); err != nil {
		return p, err
	}
	if s := rule.Status(status.Int16); s == rule.Inside || s == rule.Outside {
		p.Status = s
	}
	p.LastAt = last.Time.UTC()
	if json.Unmarshal(orNull(alert), &p.Alert) != nil || p.Alert != nil && (p.Alert.ID == "" || p.Alert.Start.At.IsZero()) {
		p.Alert, p.Status = nil, rule.Unknown
	}
	return p, nil
}
