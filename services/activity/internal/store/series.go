package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/activity/internal/series"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// MaxSeries is how many series of a company may have visits to come.
const MaxSeries = 5000

const (
	seriesColumns = `s.id_empresa, s.id, s.tipo, s.title, s.notes, s.priority, s.place_id, s.lat, s.lon, s.radius_m, s.checklist, s.worker, s.team, s.rule,
    s.first_date, s.from_time, s.until_time, s.last_date, s.made_until, s.make_at, s.problem, s.created_at, s.created_by, s.ended_at, s.ended_by, s.end_reason`
	// A list shows the next dates alone: all of them are up to a thousand.
	seenSeries = `SELECT ` + seriesColumns + `, cardinality(s.dates) AS date_count,
    ARRAY(SELECT d FROM unnest(s.dates) d WHERE s.make_at IS NOT NULL AND d > s.made_until ORDER BY d LIMIT 10) AS dates, coalesce(p.name, '') AS place_name,
    coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = s.worker), '') AS user_name
FROM activity.series s LEFT JOIN activity.place p ON p.id_empresa = s.id_empresa AND p.id = s.place_id WHERE s.id_empresa = $1 AND `

	insertSeries = `INSERT INTO activity.series (id_empresa, id, tipo, title, notes, priority, place_id, lat, lon, radius_m, checklist, worker, team, rule,
    first_date, from_time, until_time, dates, last_date, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`
	countSeries = `SELECT count(*) FROM activity.series WHERE id_empresa = $1 AND make_at IS NOT NULL`
	endSeries   = `UPDATE activity.series SET ended_at = $3, ended_by = $4, end_reason = $5, make_at = NULL, problem = '' WHERE id_empresa = $1 AND id = $2`

	// What has not begun: nobody is on the way, and its window is still to come.
	unbegun = `SELECT v.id FROM activity.visit v WHERE v.id_empresa = $1 AND v.series_id = $2 AND v.state IN ('pendiente', 'aceptada') AND v.win_from > $3 ORDER BY v.id`
)

// visibleSeries is the condition that the viewer may see a series, as for the visits that it makes.
var (
	visibleSeries = `(` + visible.Where("s.worker", 2) + ` OR $4 AND s.team IN (SELECT t.team_id FROM identity.v_team_members t WHERE t.user_id = $3))`
	oneSeries     = seenSeries + `s.id = $5 AND ` + visibleSeries
	lockSeries    = oneSeries + ` FOR UPDATE OF s`
	pageOfSeries  = seenSeries + visibleSeries + `
  AND ($5 = '' OR s.place_id = $5) AND ($6 = '' OR s.worker = $6) AND (NOT $7 OR s.make_at IS NOT NULL) AND (NOT $8 OR s.problem <> '') AND ($9 = '' OR s.id < $9)
ORDER BY s.id DESC LIMIT $10`
)

// Series is what people see of recurring visits.
type Series struct {
	Company   string          `db:"id_empresa"`
	ID        string          `db:"id"`
	Tipo      string          `db:"tipo"`
	Title     string          `db:"title"`
	Notes     string          `db:"notes"`
	Priority  string          `db:"priority"`
	PlaceID   string          `db:"place_id"`
	Lat       *float64        `db:"lat"`
	Lon       *float64        `db:"lon"`
	RadiusM   *float64        `db:"radius_m"`
	Checklist json.RawMessage `db:"checklist"`
	Worker    string          `db:"worker"`
	Team      string          `db:"team"`
	Rule      string          `db:"rule"`
	FirstDate string          `db:"first_date"`
	FromTime  string          `db:"from_time"`
	UntilTime string          `db:"until_time"`
	// Dates are those whose visits are still to be made: the next ten of them where people read.
	Dates     pq.StringArray `db:"dates"`
	DateCount int            `db:"date_count"`
	LastDate  string         `db:"last_date"`
	MadeUntil string         `db:"made_until"`
	MakeAt    *time.Time     `db:"make_at"`
	Problem   string         `db:"problem"`
	CreatedAt time.Time      `db:"created_at"`
	CreatedBy string         `db:"created_by"`
	EndedAt   *time.Time     `db:"ended_at"`
	EndedBy   string         `db:"ended_by"`
	EndReason string         `db:"end_reason"`
	PlaceName string         `db:"place_name"`
	UserName  string         `db:"user_name"`
}

// NewSeries is a series that somebody wants to make, checked. The window of its draft is not used.
type NewSeries struct {
	visit.Draft
	Rule, First string
	Times       series.Times
	Dates       []string
}

// SeriesFilter selects series. A field that is empty has no effect.
type SeriesFilter struct {
	Place, User string
	// Active selects those with visits to come, and Problem those whose visits cannot be made.
	Active, Problem bool
}

// Items returns the checklist of each visit.
func (s Series) Items() []visit.Item { return Visit{row: row{Checklist: s.Checklist}}.Items() }

// SeriesList returns a page of the series that a viewer may see, the newest first.
func (s *Store) SeriesList(ctx context.Context, who auth.Claims, f SeriesFilter, after string, limit int) (list []Series, err error) {
	list = []Series{}
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &list, pageOfSeries, append(visible.Viewer(who), f.Place, f.User, f.Active, f.Problem, after, limit)...)
	})
	if err != nil {
		return nil, fmt.Errorf("read series: %w", err)
	}
	return list, nil
}

// Series returns a series that the viewer may see, or ErrNoSeries.
func (s *Store) Series(ctx context.Context, who auth.Claims, id string) (r Series, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		r, err = readSeries(ctx, tx, oneSeries, who, id)
		return err
	})
	return r, err
}

func readSeries(ctx context.Context, tx *sqlx.Tx, query string, who auth.Claims, id string) (Series, error) {
	return readOne[Series](ctx, tx, "a series", ErrNoSeries, query, append(visible.Viewer(who), id)...)
}

// CreateSeries makes a series and at once the visits of it that are due. Errors are ErrTooManySeries, ErrSeriesPassed and those of
// a Made.
func (s *Store) CreateSeries(ctx context.Context, ch *change.Change, who auth.Claims, n NewSeries) (Series, error) {
	k, err := s.known(ctx, ch, who, []NewVisit{{Draft: n.Draft}})
	if err != nil {
		return Series{}, err
	}
	if err := k.judge(who, n.Draft); err != nil {
		return Series{}, err
	}
	var count int
	if err := ch.Tx.GetContext(ctx, &count, countSeries, ch.Company); err != nil {
		return Series{}, fmt.Errorf("count series: %w", err)
	}
	if count >= MaxSeries {
		return Series{}, ErrTooManySeries
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Series{}, err
	}
	items, _ := json.Marshal(n.Checklist) // texts alone
	if _, err := ch.Tx.ExecContext(ctx, insertSeries, ch.Company, id.String(), n.Tipo, n.Title, n.Notes, n.Priority, n.PlaceID, n.Lat, n.Lon, n.RadiusM,
		string(items), n.Worker, n.Team, n.Rule, n.First, n.Times.From, n.Times.Until, pq.Array(n.Dates), n.Dates[len(n.Dates)-1], ch.At, ch.By); err != nil {
		return Series{}, fmt.Errorf("add a series: %w", err)
	}
	made, _, err := s.advance(ctx, ch, id.String())
	if err != nil {
		return Series{}, err
	}
	// Whoever gives it away to nobody they may see made it all the same, and reads it once.
	r, err := readSeries(ctx, ch.Tx, oneSeries, who, id.String())
	if err != nil {
		return Series{}, err
	}
	if made == 0 && r.MakeAt == nil {
		return Series{}, ErrSeriesPassed
	}
	return r, ch.Log(change.Logged{What: "activity_series.created", Entity: "activity_series/" + r.ID, After: map[string]any{
		"title": r.Title, "rule": r.Rule, "first_date": r.FirstDate, "from": r.FromTime, "until": r.UntilTime, "user_id": r.Worker, "team_id": r.Team, "place_id": r.PlaceID,
	}})
}

// EndSeries ends a series that the viewer may see: it makes no more visits, and those of it that have not begun are cancelled. To end
// it again changes nothing. The error is ErrNoSeries.
func (s *Store) EndSeries(ctx context.Context, ch *change.Change, who auth.Claims, id, reason string) (Series, error) {
	r, err := readSeries(ctx, ch.Tx, lockSeries, who, id)
	if err != nil || r.EndedAt != nil {
		return r, err
	}
	if _, err := ch.Tx.ExecContext(ctx, endSeries, ch.Company, id, ch.At, ch.By, reason); err != nil {
		return Series{}, fmt.Errorf("end a series: %w", err)
	}
	settings, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return Series{}, err
	}
	var ids []string
	if err := ch.Tx.SelectContext(ctx, &ids, unbegun, ch.Company, id, ch.At); err != nil {
		return Series{}, fmt.Errorf("look for the visits of a series: %w", err)
	}
	cancelled := 0
	for _, v := range ids {
		done, err := s.cancelUnbegun(ctx, ch, who, v, reason, settings)
		if err != nil {
			return Series{}, err
		}
		if done {
			cancelled++
		}
	}
	if err := ch.Log(change.Logged{What: "activity_series.ended", Entity: "activity_series/" + id, After: map[string]any{"reason": reason, "cancelled": cancelled}}); err != nil {
		return Series{}, err
	}
	return readSeries(ctx, ch.Tx, oneSeries, who, id)
}

// cancelUnbegun cancels a visit and returns true, unless it has begun meanwhile.
func (s *Store) cancelUnbegun(ctx context.Context, ch *change.Change, who auth.Claims, id, reason string, settings Settings) (bool, error) {
	v, err := lockVisit(ctx, ch.Tx, who, id)
	if errors.Is(err, ErrNoVisit) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if state := visit.State(v.State); state != visit.Pending && state != visit.Accepted || !v.From.After(ch.At) {
		return false, nil
	}
	rows, err := readActions(ctx, ch.Tx, ch.Company, id)
	if err != nil {
		return false, err
	}
	a := visit.Action{Key: BySeries, Kind: visit.Cancel, By: who.Subject, Received: ch.At, Office: true, Reason: reason}
	if err := setTime(ch, &a, v, rows); err != nil {
		return false, err
	}
	added := rowOf(ch.Company, id, "", a)
	if err := addActions(ctx, ch, added); err != nil {
		return false, err
	}
	_, err = s.keep(ctx, ch, v, fold(v, append(rows, added)), settings, who.Subject)
	return true, err
}
