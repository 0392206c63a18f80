package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/services/activity/internal/series"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// seriesPause is when a series is looked at again whose visits cannot be made.
const seriesPause = time.Hour

const (
	// $2 is the only company that is asked for, empty for all.
	companiesOfSeries = `SELECT s.id_empresa FROM activity.series s WHERE s.make_at <= $1 AND ($2 = '' OR s.id_empresa = $2)
GROUP BY s.id_empresa ORDER BY min(s.make_at), s.id_empresa`
	dueSeries = `SELECT s.id FROM activity.series s WHERE s.id_empresa = $1 AND s.make_at <= $2 ORDER BY s.make_at, s.id LIMIT $3`
	// A series that another replica makes at this moment, or that somebody ends, is not waited for.
	takeSeries  = `SELECT ` + seriesColumns + `, s.dates FROM activity.series s WHERE s.id_empresa = $1 AND s.id = $2 AND s.ended_at IS NULL FOR UPDATE SKIP LOCKED`
	madeSeries  = `UPDATE activity.series SET made_until = $3, make_at = $4, problem = $5 WHERE id_empresa = $1 AND id = $2`
	pauseSeries = `UPDATE activity.series SET make_at = $3, problem = 'internal' WHERE id_empresa = $1 AND id = $2 AND make_at IS NOT NULL`
	// Who can have a visit at the moment: an active user of the company, and a team.
	activeUser  = `SELECT EXISTS (SELECT 1 FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $2 AND u.active)`
	currentTeam = `SELECT EXISTS (SELECT 1 FROM identity.v_teams t WHERE t.id_empresa = $1 AND t.id = $2)`
)

// SeriesCompanies returns the companies with visits that are to be made at now, those that wait longest first. only limits them to
// one company; it is empty for all.
func (s *Store) SeriesCompanies(ctx context.Context, now time.Time, only string) (companies []string, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &companies, companiesOfSeries, now, only) })
	if err != nil {
		return nil, fmt.Errorf("look for series that are due: %w", err)
	}
	return companies, nil
}

// Turn is what became of some series that were due: how many visits were made, and of how many series the visits could not be made.
type Turn struct{ Made, Stopped int }

// MakeVisits makes the visits that are due of at most limit series of a company, a transaction for each series. more says that something may be left. A series that fails is put off for an hour, and does not stop the others.
func (s *Store) MakeVisits(ctx context.Context, company string, now time.Time, limit int) (turn Turn, more bool, err error) {
	var due []string
	err = s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &due, dueSeries, company, now, limit) })
	if err != nil {
		return turn, false, fmt.Errorf("look for series that are due: %w", err)
	}
	taken := 0
	var failed error
	for _, id := range due {
		n, stopped := 0, false
		err := s.changes.AsWorkerFor(ctx, company, BySeries, func(ch *change.Change) (err error) {
			n, stopped, err = s.advance(ctx, ch, id)
			return err
		})
		switch {
		case errors.Is(err, ErrNoSeries): // Somebody else has it.
			continue
		case err != nil && (db.MayPass(err) || ctx.Err() != nil):
			return turn, false, errors.Join(failed, err)
		case err != nil:
			stopped = true
			failed = errors.Join(failed, fmt.Errorf("make the visits of series %s: %w", id, err), s.pause(ctx, company, id, now))
		}
		taken++
		turn.Made += n
		if stopped {
			turn.Stopped++
		}
	}
	return turn, len(due) == limit && taken > 0, failed
}

func (s *Store) pause(ctx context.Context, company, id string, now time.Time) error {
	return s.db.AsWorkerFor(ctx, company, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, pauseSeries, company, id, now.Add(seriesPause))
		return err
	})
}

// advance makes the visits of a series that are due, and stores until which date that is done, in one transaction. So a visit is made
// once, whoever else tries: others do not get the lock, and later find the date done. stopped says that the
// visits cannot be made at the moment.
func (s *Store) advance(ctx context.Context, ch *change.Change, id string) (made int, stopped bool, err error) {
	r, err := readOne[Series](ctx, ch.Tx, "and lock a series", ErrNoSeries, takeSeries, ch.Company, id)
	if err != nil {
		return 0, false, err
	}
	settings, err := readSettings(ctx, ch.Tx, ch.Company)
	if err != nil {
		return 0, false, err
	}
	closes, err := s.closing(ctx, ch.Tx, ch.Company, settings, r.Worker)
	if err != nil {
		return 0, false, err
	}
	closing := closes.of(r.Team, r.Worker)
	plan, err := series.Due(r.Dates, r.MadeUntil, series.Times{From: r.FromTime, Until: r.UntilTime}, closing, ch.At)
	if err != nil {
		return 0, false, err
	}
	draft, err := s.draftOf(ctx, ch, r)
	if errors.Is(err, ErrNoPlace) || errors.Is(err, ErrPlaceArchived) {
		if len(plan.Visits) > 0 { // Once the place is back, they are made, but for those whose window has ended by then.
			again := ch.At.Add(seriesPause)
			return 0, true, s.advanced(ctx, ch, r, r.MadeUntil, &again, "place_archived")
		}
	} else if err != nil {
		return 0, false, err
	}
	rows, ids := []row{}, map[string]int{}
	for i, p := range plan.Visits {
		id, err := uuid.NewV7()
		if err != nil {
			return 0, false, err
		}
		draft.Window = p.Window
		v := newRow(ch, NewVisit{ID: id.String(), Draft: draft}, closing.Due(p.Window, ch.At))
		v.SeriesID, v.SeriesDate, v.CreatedBy, v.ChangedBy = r.ID, p.Date, BySeries, BySeries
		rows, ids[v.ID] = append(rows, v), i
	}
	if len(rows) > 0 {
		if err := insertAll(ctx, ch, rows, ids, make([]Made, len(rows))); err != nil {
			return 0, false, err
		}
	}
	return len(rows), false, s.advanced(ctx, ch, r, plan.Until, plan.Next, "")
}

func (s *Store) advanced(ctx context.Context, ch *change.Change, r Series, until string, next *time.Time, problem string) error {
	if _, err := ch.Tx.ExecContext(ctx, madeSeries, ch.Company, r.ID, until, next, problem); err != nil {
		return fmt.Errorf("store what is made of a series: %w", err)
	}
	if problem == r.Problem {
		return nil
	}
	// No visit changes, so no event tells of it: the admins read it in the log of changes and in the list.
	return ch.Log(change.Logged{
		What: "activity_series.problem", Entity: "activity_series/" + r.ID, Before: map[string]string{"problem": r.Problem}, After: map[string]string{"problem": problem},
	})
}

// draftOf returns what each visit of a series is at the moment: nobody has it whose worker is not active, and no team that is gone.
func (s *Store) draftOf(ctx context.Context, ch *change.Change, r Series) (visit.Draft, error) {
	d := visit.Draft{Tipo: r.Tipo, Worker: r.Worker, Team: r.Team, Details: visit.Details{
		Title: r.Title, Notes: r.Notes, Priority: r.Priority, PlaceID: r.PlaceID, Lat: r.Lat, Lon: r.Lon, RadiusM: r.RadiusM, Checklist: r.Items(),
	}}
	for query, who := range map[string]*string{activeUser: &d.Worker, currentTeam: &d.Team} {
		var there bool
		if err := ch.Tx.GetContext(ctx, &there, query, ch.Company, *who); err != nil {
			return d, fmt.Errorf("look for who gets a visit: %w", err)
		}
		if !there {
			*who = ""
		}
	}
	var places []struct {
		ID       string `db:"id"`
		Archived bool   `db:"archived"`
	}
	if err := ch.Tx.SelectContext(ctx, &places, placesByID, ch.Company, pq.Array([]string{r.PlaceID})); err != nil {
		return d, fmt.Errorf("look for a place: %w", err)
	}
	k := known{places: map[string]bool{}}
	for _, p := range places {
		k.places[p.ID] = p.Archived
	}
	return d, k.judgePlace(r.PlaceID)
}
