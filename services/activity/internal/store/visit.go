package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// visibleVisits is the condition that the viewer may see a visit: it may see the worker, or supervises the team. Its parameters are
// those of visible.Viewer.
var visibleVisits = `(` + visible.Where("v.worker", 2) + ` OR $4 AND v.team IN (SELECT t.team_id FROM identity.v_team_members t WHERE t.user_id = $3))`

const (
	// seenColumns adds to a visit what people read beside it.
	seenColumns = `v.*, coalesce(p.name, '') AS place_name, coalesce(p.address, '') AS place_address, coalesce(p.contact, '') AS place_contact,
    coalesce(v.lat, p.lat) AS site_lat, coalesce(v.lon, p.lon) AS site_lon, coalesce(v.radius_m, p.radius_m) AS site_radius_m,
    coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = v.worker), '') AS user_name`
	lockRow       = `SELECT v.id FROM activity.visit v WHERE v.id_empresa = $1 AND v.id = $2 FOR UPDATE`
	visitAndPlace = ` FROM activity.visit v LEFT JOIN activity.place p ON p.id_empresa = v.id_empresa AND p.id = v.place_id `

	actionColumns = `a.key, a.kind, a.at, a.received_at, a.by_user, a.office, a.device, a.lat, a.lon, a.accuracy_m, a.distance_m, a.mock,
    a.reason, a.worker, a.team, a.win_from, a.win_until, a.corrects, a.answers, a.request, a.photo_id, a.photo_file, a.photo_type, a.photo_bytes`
	selectActions = `SELECT ` + actionColumns + ` FROM activity.visit_action a WHERE a.id_empresa = $1 AND a.visit_id = $2`
)

var (
	// seen is false for a visit that the viewer may not see. Whoever had it once may still report what it did.
	anyVisit = `SELECT ` + seenColumns + `, ` + visibleVisits + ` AS seen` + visitAndPlace + `WHERE v.id_empresa = $1 AND v.id = $5`
	oneVisit = `SELECT ` + seenColumns + `, true AS seen` + visitAndPlace + `WHERE v.id_empresa = $1 AND v.id = $5 AND ` + visibleVisits
)

// row is a visit as the table holds it, without what is read beside it.
type row struct {
	Company    string          `db:"id_empresa" json:"id_empresa"`
	ID         string          `db:"id" json:"id"`
	Tipo       string          `db:"tipo" json:"tipo"`
	ExternalID string          `db:"external_id" json:"external_id"`
	Title      string          `db:"title" json:"title"`
	Notes      string          `db:"notes" json:"notes"`
	Priority   string          `db:"priority" json:"priority"`
	PlaceID    string          `db:"place_id" json:"place_id"`
	Lat        *float64        `db:"lat" json:"lat"`
	Lon        *float64        `db:"lon" json:"lon"`
	RadiusM    *float64        `db:"radius_m" json:"radius_m"`
	Checklist  json.RawMessage `db:"checklist" json:"checklist"`
	CreatedAt  time.Time       `db:"created_at" json:"created_at"`
	CreatedBy  string          `db:"created_by" json:"created_by"`
	PlanFrom   time.Time       `db:"plan_from" json:"plan_from"`
	PlanUntil  time.Time       `db:"plan_until" json:"plan_until"`
	PlanWorker string          `db:"plan_worker" json:"plan_worker"`
	PlanTeam   string          `db:"plan_team" json:"plan_team"`
	SeriesID   string          `db:"series_id" json:"series_id"`
	SeriesDate string          `db:"series_date" json:"series_date"`

	State       string          `db:"state" json:"state"`
	Since       time.Time       `db:"since" json:"since"`
	From        time.Time       `db:"win_from" json:"win_from"`
	Until       time.Time       `db:"win_until" json:"win_until"`
	Worker      string          `db:"worker" json:"worker"`
	Team        string          `db:"team" json:"team"`
	InAt        *time.Time      `db:"in_at" json:"in_at"`
	InDistanceM *float64        `db:"in_distance_m" json:"in_distance_m"`
	OutAt       *time.Time      `db:"out_at" json:"out_at"`
	Reason      string          `db:"reason" json:"reason"`
	Answers     json.RawMessage `db:"answers" json:"answers"`
	CloseAt     time.Time       `db:"close_at" json:"close_at"`
	LastAt      time.Time       `db:"last_at" json:"last_at"`
	Actions     int             `db:"actions" json:"actions"`
	Version     int64           `db:"version" json:"version"`
	ChangedAt   time.Time       `db:"changed_at" json:"changed_at"`
	ChangedBy   string          `db:"changed_by" json:"changed_by"`
	Corrected   bool            `db:"corrected" json:"corrected"`
	Objected    bool            `db:"objected" json:"objected"`
	// Told are the teams that were told of it last, sorted.
	Told pq.StringArray `db:"told" json:"told"`
	// PhotoVersions is how many of the last versions differ only by a photo that arrived.
	PhotoVersions int64 `db:"photo_versions" json:"-"`
}

// seenAs says that whoever saw a version saw the visit as it is, but for photos.
func (r row) seenAs(version int64) bool {
	return version <= r.Version && version >= r.Version-r.PhotoVersions
}

// Visit is a visit as people see it.
type Visit struct {
	row
	PlaceName    string   `db:"place_name"`
	PlaceAddress string   `db:"place_address"`
	PlaceContact string   `db:"place_contact"`
	SiteLat      *float64 `db:"site_lat"`
	SiteLon      *float64 `db:"site_lon"`
	SiteRadiusM  *float64 `db:"site_radius_m"`
	UserName     string   `db:"user_name"`
	Seen         bool     `db:"seen"`
}

// Items returns the visit's checklist.
func (v Visit) Items() []visit.Item {
	items := []visit.Item{}
	_ = json.Unmarshal(v.Checklist, &items) // we wrote it
	return items
}

// Answered returns the answers that count, by item.
func (v Visit) Answered() map[string]visit.Answered {
	answers := map[string]visit.Answered{}
	_ = json.Unmarshal(v.Answers, &answers)
	return answers
}

func (r row) plan() visit.Plan {
	return visit.Plan{At: r.CreatedAt.UTC(), Window: visit.Window{From: r.PlanFrom.UTC(), Until: r.PlanUntil.UTC()}, Worker: r.PlanWorker, Team: r.PlanTeam}
}

func (r row) ended() bool { return visit.State(r.State).Ended() }

// actionRow is an action as the table holds it.
type actionRow struct {
	Company   string          `db:"id_empresa" json:"id_empresa"`
	VisitID   string          `db:"visit_id" json:"visit_id"`
	Key       string          `db:"key" json:"key"`
	Kind      string          `db:"kind" json:"kind"`
	At        time.Time       `db:"at" json:"at"`
	Received  time.Time       `db:"received_at" json:"received_at"`
	By        string          `db:"by_user" json:"by_user"`
	Office    bool            `db:"office" json:"office"`
	Device    string          `db:"device" json:"device"`
	Lat       *float64        `db:"lat" json:"lat"`
	Lon       *float64        `db:"lon" json:"lon"`
	AccuracyM *float64        `db:"accuracy_m" json:"accuracy_m"`
	DistanceM *float64        `db:"distance_m" json:"distance_m"`
	Mock      bool            `db:"mock" json:"mock"`
	Reason    string          `db:"reason" json:"reason"`
	Worker    string          `db:"worker" json:"worker"`
	Team      string          `db:"team" json:"team"`
	From      *time.Time      `db:"win_from" json:"win_from"`
	Until     *time.Time      `db:"win_until" json:"win_until"`
	Corrects  string          `db:"corrects" json:"corrects"`
	Answers   json.RawMessage `db:"answers" json:"answers"`
	Request   string          `db:"request" json:"request"`

	PhotoID    string `db:"photo_id" json:"photo_id"`
	PhotoFile  string `db:"photo_file" json:"photo_file"`
	PhotoType  string `db:"photo_type" json:"photo_type"`
	PhotoBytes int64  `db:"photo_bytes" json:"photo_bytes"`
}

func (r actionRow) action() visit.Action {
	a := visit.Action{
		Key: r.Key, Kind: visit.Kind(r.Kind), At: r.At.UTC(), Received: r.Received.UTC(), By: r.By, Office: r.Office, Device: r.Device,
		Reason: r.Reason, Worker: r.Worker, Team: r.Team, Corrects: r.Corrects,
	}
	if r.Lat != nil {
		a.Where = &visit.Where{Lat: *r.Lat, Lon: *r.Lon, AccuracyM: r.AccuracyM, DistanceM: r.DistanceM, Mock: r.Mock}
	}
	if r.From != nil {
		a.Window = visit.Window{From: r.From.UTC(), Until: r.Until.UTC()}
	}
	if r.PhotoID != "" {
		a.Photo = &visit.Photo{ID: r.PhotoID, File: r.PhotoFile, Type: r.PhotoType, Bytes: r.PhotoBytes}
	}
	_ = json.Unmarshal(r.Answers, &a.Answers)
	return a
}

func rowOf(company, id, request string, a visit.Action) actionRow {
	r := actionRow{
		Company: company, VisitID: id, Key: a.Key, Kind: string(a.Kind), At: a.At, Received: a.Received, By: a.By, Office: a.Office, Device: a.Device,
		Reason: a.Reason, Worker: a.Worker, Team: a.Team, Corrects: a.Corrects, Request: request,
	}
	if w := a.Where; w != nil {
		r.Lat, r.Lon, r.AccuracyM, r.DistanceM, r.Mock = &w.Lat, &w.Lon, w.AccuracyM, w.DistanceM, w.Mock
	}
	if a.Window != (visit.Window{}) {
		r.From, r.Until = &a.Window.From, &a.Window.Until
	}
	if p := a.Photo; p != nil {
		r.PhotoID, r.PhotoFile, r.PhotoType, r.PhotoBytes = p.ID, p.File, p.Type, p.Bytes
	}
	r.Answers, _ = json.Marshal(append([]visit.Answer{}, a.Answers...)) // texts alone
	return r
}

// Visit returns a visit that the viewer may see and its log, or ErrNoVisit.
func (s *Store) Visit(ctx context.Context, who auth.Claims, id string) (v Visit, log []visit.Entry, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if v, err = readVisit(ctx, tx, oneVisit, who, id); err != nil {
			return err
		}
		rows, err := readActions(ctx, tx, who.Company, id)
		if err != nil {
			return err
		}
		_, log = visit.Fold(v.plan(), actionsOf(rows))
		return nil
	})
	return v, log, err
}

func readVisit(ctx context.Context, tx *sqlx.Tx, query string, who auth.Claims, id string) (Visit, error) {
	return readOne[Visit](ctx, tx, "a visit", ErrNoVisit, query, append(visible.Viewer(who), id)...)
}

// lockVisit locks a visit, and then reads it. A statement that did both would find the visit as whoever had the lock before left
// it, but join it with the place that it had before, and so with none.
func lockVisit(ctx context.Context, tx *sqlx.Tx, who auth.Claims, id string) (Visit, error) {
	if _, err := readOne[string](ctx, tx, "and lock a visit", ErrNoVisit, lockRow, who.Company, id); err != nil {
		return Visit{}, err
	}
	return readVisit(ctx, tx, anyVisit, who, id)
}

func readActions(ctx context.Context, tx *sqlx.Tx, company, id string) (rows []actionRow, err error) {
	if err := tx.SelectContext(ctx, &rows, selectActions, company, id); err != nil {
		return nil, fmt.Errorf("read the actions of a visit: %w", err)
	}
	return rows, nil
}

func actionsOf(rows []actionRow) []visit.Action {
	actions := make([]visit.Action, len(rows))
	for i, r := range rows {
		actions[i] = r.action()
	}
	return actions
}
