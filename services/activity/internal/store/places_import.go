package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/place"
)

// MaxExported is how many places one file holds.
const MaxExported = 10_000

// Places that a file may mean, locked in one order.
const placesOfFile = `SELECT ` + placeColumns + ` FROM activity.place p
WHERE p.id_empresa = $1 AND (p.id = ANY ($2) OR p.external_id <> '' AND p.external_id = ANY ($3)) ORDER BY p.id FOR UPDATE`

// PlaceLine is what a line of a file makes of a place. Before is nil for a new one.
type PlaceLine struct {
	ID     string
	Before *Place
	After  place.Draft
}

// Standing returns the places that a file may mean by their ids or external ids, and locks them until the change ends. room is how
// many more places the company may have.
func (s *Store) Standing(ctx context.Context, ch *change.Change, ids, externals []string) (byID, byExternal map[string]*Place, room int, err error) {
	var rows []Place
	if err := ch.Tx.SelectContext(ctx, &rows, placesOfFile, ch.Company, pq.Array(ids), pq.Array(externals)); err != nil {
		return nil, nil, 0, fmt.Errorf("read the places of a file: %w", err)
	}
	byID, byExternal = map[string]*Place{}, map[string]*Place{}
	for i := range rows {
		byID[rows[i].ID] = &rows[i]
		if rows[i].ExternalID != "" {
			byExternal[rows[i].ExternalID] = &rows[i]
		}
	}
	var n int
	if err := ch.Tx.GetContext(ctx, &n, countPlaces, ch.Company); err != nil {
		return nil, nil, 0, fmt.Errorf("count places: %w", err)
	}
	return byID, byExternal, MaxPlaces - n, nil
}

// WritePlaces writes lines that were judged on what Standing returned, and logs each place that changes.
func (s *Store) WritePlaces(ctx context.Context, ch *change.Change, lines []PlaceLine) error {
	// Files with the same places, in whatever order, are written in one order, so that they do not block each other.
	lines = slices.Clone(lines)
	slices.SortFunc(lines, func(a, b PlaceLine) int {
		return cmp.Or(cmp.Compare(a.After.ExternalID, b.After.ExternalID), cmp.Compare(a.ID, b.ID))
	})
	var logged []change.Logged
	for _, l := range lines {
		statement, what := insertPlace, "place.created"
		var before any
		if l.Before != nil {
			if l.Before.Draft == l.After {
				continue
			}
			statement, what, before = updatePlace, "place.changed", l.Before
		}
		result, err := ch.Tx.ExecContext(ctx, statement, placeArgs(ch, l.ID, l.After)...)
		if pe, ok := errors.AsType[*pq.Error](err); ok && pe.Code == pqerror.UniqueViolation { // another change was faster
			return ErrExternalTaken
		}
		if err != nil {
			return fmt.Errorf("import a place: %w", err)
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 { // Somebody else was faster with the same id.
			return errors.Join(ErrPlaceChanged, err)
		}
		logged = append(logged, change.Logged{What: what, Entity: "place/" + l.ID, Before: before, After: l.After})
	}
	return ch.Log(logged...)
}

// ExportPlaces returns the first places by name, at most MaxExported and one more.
func (s *Store) ExportPlaces(ctx context.Context, who auth.Claims, f PlaceFilter) (places []Place, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &places, pageByName, who.Company, f.Archived, pq.Array(place.Words(f.Search)), "", "", "", MaxExported+1)
	})
	if err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	return places, nil
}

const placesByName = `SELECT p.id, p.external_id FROM activity.place p
WHERE p.id_empresa = $1 AND (p.id = ANY ($2) OR p.external_id <> '' AND p.external_id = ANY ($2))`

// PlaceIDs returns the ids of places by their ids or external ids, whichever a file names. An id counts before an external id.
func (s *Store) PlaceIDs(ctx context.Context, ch *change.Change, named []string) (map[string]string, error) {
	var rows []struct {
		ID       string `db:"id"`
		External string `db:"external_id"`
	}
	if err := ch.Tx.SelectContext(ctx, &rows, placesByName, ch.Company, pq.Array(named)); err != nil {
		return nil, fmt.Errorf("look for the places of a file: %w", err)
	}
	ids := map[string]string{}
	for _, r := range rows {
		if r.External != "" {
			ids[r.External] = r.ID
		}
	}
	for _, r := range rows {
		ids[r.ID] = r.ID
	}
	return ids, nil
}
