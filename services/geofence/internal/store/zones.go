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

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/services/geofence/internal/plan"
)

// Errors that the HTTP side tells apart.
var (
	ErrNoZone      = errors.New("no such zone")
	ErrIDTaken     = errors.New("another zone has this id")
	ErrNameTaken   = errors.New("another zone has this name")
	ErrChanged     = errors.New("the zone was changed meanwhile")
	ErrTooMany     = errors.New("too many zones")
	ErrTooDetailed = errors.New("too many vertices")
	ErrTooAssigned = errors.New("too many assignments")
)

// UnknownError names a user or a team that is not in the company.
type UnknownError struct {
	// Kind is users or teams; Index is the place in that list.
	Kind  string
	Index int
}

func (e *UnknownError) Error() string { return fmt.Sprintf("%s[%d] is unknown", e.Kind, e.Index) }

// What a company may have. The vertices and the assignments determine how much memory the evaluator needs for the company.
const (
	MaxZones       = 10_000
	MaxVertices    = 250_000
	MaxAssignments = 200_000
)

const (
	// This lock makes the edits of a company run one at a time.
	lockPlan = `SELECT pg_advisory_xact_lock(hashtextextended('geofence.plan ' || $1, 0))`

	raisePlan = `INSERT INTO geofence.plan (id_empresa, version, exit_buffer_m, confirm_fixes, confirm_s, max_accuracy_m, max_age_s, max_gap_s)
VALUES ($1, 1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id_empresa) DO UPDATE SET version = plan.version + 1 RETURNING version`
	updateSettings = `UPDATE geofence.plan SET exit_buffer_m = $2, confirm_fixes = $3, confirm_s = $4, max_accuracy_m = $5, max_age_s = $6, max_gap_s = $7
WHERE id_empresa = $1`

	zoneColumns = `z.id, z.name, z.geometry, z.radius_m, z.width_m, z.vertices, z.exit_buffer_m, z.confirm_fixes, z.confirm_s, z.schedule,
    z.shape_version, z.version, z.created_at, z.updated_at, z.updated_by,
    ARRAY(SELECT u.user_id FROM geofence.zone_user u WHERE u.id_empresa = z.id_empresa AND u.zone_id = z.id ORDER BY u.user_id) AS users,
    ARRAY(SELECT t.team_id FROM geofence.zone_team t WHERE t.id_empresa = z.id_empresa AND t.zone_id = z.id ORDER BY t.team_id) AS teams`
	selectZone  = `SELECT ` + zoneColumns + ` FROM geofence.zone z WHERE z.id_empresa = $1 AND z.id = $2`
	selectZones = `SELECT ` + zoneColumns + ` FROM geofence.zone z WHERE z.id_empresa = $1 AND z.id = ANY($2) ORDER BY z.name, z.id`
	// $2 is the viewer to whom the zones must apply, and $3 the teams in which the viewer works. $4 is a user and $5 a team to
	// whom the zones must be assigned. Empty means any. weight grows with the size of a zone in an answer.
	pageOfMarks = `SELECT z.name, z.id, z.vertices
    + (SELECT count(*) FROM geofence.zone_user u WHERE u.id_empresa = z.id_empresa AND u.zone_id = z.id)
    + (SELECT count(*) FROM geofence.zone_team t WHERE t.id_empresa = z.id_empresa AND t.zone_id = z.id) AS weight
FROM geofence.zone z
WHERE z.id_empresa = $1
  AND ($2 = '' OR z.id IN (
        SELECT u.zone_id FROM geofence.zone_user u WHERE u.id_empresa = $1 AND u.user_id = $2
        UNION ALL
        SELECT t.zone_id FROM geofence.zone_team t WHERE t.id_empresa = $1 AND t.team_id = ANY($3)))
  AND ($4 = '' OR z.id IN (SELECT u.zone_id FROM geofence.zone_user u WHERE u.id_empresa = $1 AND u.user_id = $4))
  AND ($5 = '' OR z.id IN (SELECT t.zone_id FROM geofence.zone_team t WHERE t.id_empresa = $1 AND t.team_id = $5))
  AND (z.name, z.id) > ($6, $7)
ORDER BY z.name, z.id LIMIT $8`
	sameNames = `SELECT count(*) FROM geofence.zone WHERE id_empresa = $1 AND id <> $2 AND lower(name) = lower($3)`
	size      = `SELECT count(*) AS zones, coalesce(sum(vertices), 0) AS vertices FROM geofence.zone WHERE id_empresa = $1 AND id <> $2`

	insertZone = `INSERT INTO geofence.zone (id_empresa, id, name, geometry, radius_m, width_m, vertices, exit_buffer_m, confirm_fixes,
    confirm_s, schedule, shape_version, version, created_at, updated_at, updated_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $13, $14)`
	updateZone = `UPDATE geofence.zone SET name = $3, geometry = $4, radius_m = $5, width_m = $6, vertices = $7, exit_buffer_m = $8,
    confirm_fixes = $9, confirm_s = $10, schedule = $11, shape_version = $12, updated_at = $13, updated_by = $14, version = version + 1
WHERE id_empresa = $1 AND id = $2`
	touchZone  = `UPDATE geofence.zone SET version = version + 1, updated_at = $3, updated_by = $4 WHERE id_empresa = $1 AND id = $2`
	deleteZone = `DELETE FROM geofence.zone WHERE id_empresa = $1 AND id = $2`

	clearUsers  = `DELETE FROM geofence.zone_user WHERE id_empresa = $1 AND zone_id = $2 AND user_id <> ALL($3)`
	clearTeams  = `DELETE FROM geofence.zone_team WHERE id_empresa = $1 AND zone_id = $2 AND team_id <> ALL($3)`
	addUsers    = `INSERT INTO geofence.zone_user (id_empresa, zone_id, user_id) SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING`
	addTeams    = `INSERT INTO geofence.zone_team (id_empresa, zone_id, team_id) SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING`
	assignments = `SELECT (SELECT count(*) FROM geofence.zone_user WHERE id_empresa = $1) + (SELECT count(*) FROM geofence.zone_team WHERE id_empresa = $1)`
	knownUsers  = `SELECT id FROM identity.v_users WHERE id = ANY($1)`
	knownTeams  = `SELECT id FROM identity.v_teams WHERE id = ANY($1)`
)

// Zone is a zone as people edit it. A nil pointer means that the company's setting holds.
type Zone struct {
	ID           string          `db:"id"`
	Name         string          `db:"name"`
	Geometry     json.RawMessage `db:"geometry"`
	RadiusM      *float64        `db:"radius_m"`
	WidthM       *float64        `db:"width_m"`
	Vertices     int             `db:"vertices"`
	ExitBufferM  *float64        `db:"exit_buffer_m"`
	ConfirmFixes *int            `db:"confirm_fixes"`
	ConfirmS     *int            `db:"confirm_s"`
	Schedule     json.RawMessage `db:"schedule"`
	ShapeVersion int64           `db:"shape_version"`
	Version      int64           `db:"version"`
	CreatedAt    time.Time       `db:"created_at"`
	UpdatedAt    time.Time       `db:"updated_at"`
	UpdatedBy    string          `db:"updated_by"`
	Users        pq.StringArray  `db:"users"`
	Teams        pq.StringArray  `db:"teams"`
}

// Zones reads and edits a company's zones.
type Zones struct {
	db      *db.DB
	changes *change.Changes
}

// NewZones returns the zones in a database.
func NewZones(d *db.DB, c *change.Changes) *Zones { return &Zones{db: d, changes: c} }

func readZone(ctx context.Context, tx *sqlx.Tx, company, id string) (z Zone, err error) {
	err = tx.GetContext(ctx, &z, selectZone, company, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Zone{}, ErrNoZone
	}
	if err != nil {
		return Zone{}, fmt.Errorf("read a zone: %w", err)
	}
	return z, nil
}

// Viewer narrows a list to the zones that apply to a user, who works in some teams. The zero Viewer sees all zones. This is
// a separate rule from pkg/visible, which says who may see which people.
type Viewer struct {
	User  string
	Teams []string
}

// Applies says whether a zone applies to the viewer.
func (v Viewer) Applies(z Zone) bool {
	return v.User == "" || slices.Contains(z.Users, v.User) ||
		slices.ContainsFunc(z.Teams, func(t string) bool { return slices.Contains(v.Teams, t) })
}

// Narrow removes the other people to whom a zone applies and the person who drew it, unless the viewer sees all.
func (v Viewer) Narrow(z Zone) Zone {
	if v.User == "" {
		return z
	}
	z.Users = slices.DeleteFunc(slices.Clone(z.Users), func(u string) bool { return u != v.User })
	z.Teams = slices.DeleteFunc(slices.Clone(z.Teams), func(t string) bool { return !slices.Contains(v.Teams, t) })
	z.UpdatedBy = ""
	return z
}

// Filter says which zones a list contains.
type Filter struct {
	Viewer Viewer
	// To whom the zones are assigned; empty means anybody.
	User, Team string
}

// Mark is a place in the list of zones, which is sorted by name and id.
type Mark struct {
	Name string `json:"n"`
	ID   string `json:"i"`
}

// maxWeight is how many vertices and assignments a page has; its last zone may exceed it. An answer is then some megabytes.
const maxWeight = 50_000

// List returns the zones after a mark, sorted by name. It returns at most limit zones, and fewer when they are large. next
// is nil at the end.
func (z *Zones) List(ctx context.Context, company string, f Filter, after Mark, limit int) (list []Zone, next *Mark, err error) {
	err = z.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		var found []struct {
			Mark
			Weight int
		}
		if err := tx.SelectContext(ctx, &found, pageOfMarks, company, f.Viewer.User,
			pq.Array(append([]string{}, f.Viewer.Teams...)), f.User, f.Team, after.Name, after.ID, limit+1); err != nil {
			return err
		}
		var ids pq.StringArray
		for weight := 0; len(ids) < min(limit, len(found)) && weight < maxWeight; {
			weight += found[len(ids)].Weight
			ids = append(ids, found[len(ids)].ID)
		}
		if len(ids) < len(found) {
			next = &found[len(ids)-1].Mark
		}
		return tx.SelectContext(ctx, &list, selectZones, company, ids)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list zones: %w", err)
	}
	return list, next, nil
}

// Zone returns one zone, or ErrNoZone.
func (z *Zones) Zone(ctx context.Context, company, id string) (found Zone, err error) {
	err = z.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		found, err = readZone(ctx, tx, company, id)
		return err
	})
	return found, err
}

// Settings returns a company's parameters.
func (z *Zones) Settings(ctx context.Context, company string) (p plan.Settings, err error) {
	p = plan.Defaults
	err = z.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		var s settings
		err := tx.GetContext(ctx, &s, selectSettings, company)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read settings: %w", err)
		}
		p = s.parse()
		return nil
	})
	return p, err
}
