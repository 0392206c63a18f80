package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/activity/internal/place"
)

// MaxPlaces is how many places a company may have. A search looks at each.
const MaxPlaces = 100_000

const (
	placeColumns = `p.id, p.external_id, p.name, p.address, p.contact, p.notes, p.lat, p.lon, p.radius_m, p.archived, p.version,
    p.created_at, p.updated_at, p.updated_by`
	selectPlace = `SELECT ` + placeColumns + ` FROM activity.place p WHERE p.id_empresa = $1 AND p.id = $2`
	lockPlace   = selectPlace + ` FOR UPDATE`

	// Those who add places at the same instant do not see each other's, so a company may come a little above the limit.
	countPlaces = `SELECT count(*) FROM activity.place WHERE id_empresa = $1`
	insertPlace = `INSERT INTO activity.place (id_empresa, id, external_id, name, address, contact, notes, lat, lon, radius_m, archived,
    name_key, search, created_at, updated_at, updated_by, archived_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15, CASE WHEN $11 THEN $14::timestamptz END) ON CONFLICT DO NOTHING`
	updatePlace = `UPDATE activity.place SET external_id = $3, name = $4, address = $5, contact = $6, notes = $7, lat = $8, lon = $9,
    radius_m = $10, archived = $11, name_key = $12, search = $13, updated_at = $14, updated_by = $15, version = version + 1,
    archived_at = CASE WHEN archived AND $11 THEN coalesce(archived_at, updated_at) WHEN $11 THEN $14 END
WHERE id_empresa = $1 AND id = $2`
	sameExternal = `SELECT count(*) FROM activity.place WHERE id_empresa = $1 AND external_id = $2 AND external_id <> '' AND id <> $3`

	placesWhere = `p.id_empresa = $1 AND ($2 OR NOT p.archived) AND p.search LIKE ALL ($3::text[]) AND ($4 = '' OR p.external_id = $4)`
	// The key and the id of the last place of the page before are $5 and $6.
	pageByName = `SELECT ` + placeColumns + `, p.name_key FROM activity.place p
WHERE ` + placesWhere + ` AND (p.name_key, p.id) > ($5, $6)
ORDER BY p.name_key, p.id LIMIT $7`
	// $5 and $6 are a point, $7 is how far from it a place may be. A degree of latitude has at least 110,574 m. The distance is
	// computed as in pkg/geo, in a plane that is scaled at the middle latitude.
	pageByDistance = `SELECT ` + placeColumns + `, p.name_key, d.distance_m FROM activity.place p,
LATERAL (SELECT radians((p.lat + $5) / 2) AS mid, p.lat - $5 AS dlat, CASE WHEN p.lon - $6 > 180 THEN p.lon - $6 - 360 WHEN p.lon - $6 < -180 THEN p.lon - $6 + 360 ELSE p.lon - $6 END AS dlon) a,
LATERAL (SELECT 1 - 0.0066943799901413165 * sin(a.mid) ^ 2 AS w) b,
LATERAL (SELECT radians(6378137 / sqrt(b.w)) AS n) c,
LATERAL (SELECT sqrt((a.dlon * c.n * cos(a.mid)) ^ 2 + (a.dlat * c.n * 0.9933056200098587 / b.w) ^ 2) AS distance_m) d
WHERE ` + placesWhere + ` AND p.lat BETWEEN $5 - $7 / 110574.0 AND $5 + $7 / 110574.0 AND d.distance_m <= $7
  AND (d.distance_m, p.id) > ($8, $9)
ORDER BY d.distance_m, p.id LIMIT $10`
)

// Place is a customer's site.
type Place struct {
	ID string `db:"id" json:"id"`
	place.Draft
	Version   int64     `db:"version" json:"version"`
	CreatedAt time.Time `db:"created_at" json:"-"`
	UpdatedAt time.Time `db:"updated_at" json:"-"`
	UpdatedBy string    `db:"updated_by" json:"-"`
	// NameKey is what the list is sorted by.
	NameKey string `db:"name_key" json:"-"`
	// DistanceM is from the point of the list, in metres; nil for other lists.
	DistanceM *float64 `db:"distance_m" json:"-"`
}

// PlaceConflictError says that somebody changed a place meanwhile. Current is what it is now.
type PlaceConflictError struct{ Current Place }

func (e *PlaceConflictError) Error() string { return "the place was changed meanwhile" }

// PlaceFilter selects places. A field that is empty has no effect.
type PlaceFilter struct {
	Archived bool
	Search   string
	External string
	// Near lists the places within WithinM metres of a point, the nearest first. Without it the list is by name.
	Near    *Point
	WithinM float64
}

// Point is a point in degrees (WGS 84).
type Point struct{ Lat, Lon float64 }

// PlaceMark is where the next page of places begins: after this one.
type PlaceMark struct {
	Key      string  `json:"k,omitempty"`
	Distance float64 `json:"d,omitempty"`
	ID       string  `json:"i"`
}

// Places returns a page of a company's places.
func (s *Store) Places(ctx context.Context, company string, f PlaceFilter, after PlaceMark, limit int) ([]Place, error) {
	query, args := pageByName, []any{company, f.Archived, pq.Array(place.Words(f.Search)), f.External}
	if f.Near == nil {
		args = append(args, after.Key, after.ID, limit)
	} else {
		if after.ID == "" {
			after.Distance = -1
		}
		query, args = pageByDistance, append(args, f.Near.Lat, f.Near.Lon, f.WithinM, after.Distance, after.ID, limit)
	}
	places := []Place{}
	err := s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &places, query, args...) })
	if err != nil {
		return nil, fmt.Errorf("read places: %w", err)
	}
	return places, nil
}

// Place returns a place, also an archived one, or ErrNoPlace.
func (s *Store) Place(ctx context.Context, company, id string) (p Place, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		p, err = readPlace(ctx, tx, selectPlace, company, id)
		return err
	})
	return p, err
}

func readPlace(ctx context.Context, tx *sqlx.Tx, query, company, id string) (Place, error) {
	return readOne[Place](ctx, tx, "a place", ErrNoPlace, query, company, id)
}

// CreatePlace adds a place that was checked.
func (s *Store) CreatePlace(ctx context.Context, ch *change.Change, id string, d place.Draft) (Place, error) {
	var n int
	if err := ch.Tx.GetContext(ctx, &n, countPlaces, ch.Company); err != nil {
		return Place{}, fmt.Errorf("count places: %w", err)
	}
	if n >= MaxPlaces {
		return Place{}, ErrTooManyPlaces
	}
	added, err := ch.Tx.ExecContext(ctx, insertPlace, placeArgs(ch, id, d)...)
	if err != nil {
		return Place{}, fmt.Errorf("add a place: %w", err)
	}
	if n, err := added.RowsAffected(); err != nil || n == 0 {
		if err := s.externalFree(ctx, ch, id, d); err != nil {
			return Place{}, err
		}
		return Place{}, errors.Join(ErrIDTaken, err)
	}
	return s.written(ctx, ch, "place.created", id, nil)
}

// ReplacePlace writes a checked place over the one with its id. version is the version that the user edited: when it is another by
// now, the error is *PlaceConflictError, unless the place is already as it should be. Other errors are ErrNoPlace, ErrVersionMissing and
// ErrExternalTaken.
func (s *Store) ReplacePlace(ctx context.Context, ch *change.Change, id string, d place.Draft, version int64) (Place, error) {
	old, err := readPlace(ctx, ch.Tx, lockPlace, ch.Company, id)
	if err != nil {
		return Place{}, err
	}
	switch {
	case version == 0:
		return Place{}, ErrVersionMissing
	case old.Draft == d:
		return old, nil
	case version != old.Version:
		return Place{}, &PlaceConflictError{old}
	}
	if err := s.externalFree(ctx, ch, id, d); err != nil {
		return Place{}, err
	}
	if _, err := ch.Tx.ExecContext(ctx, updatePlace, placeArgs(ch, id, d)...); err != nil {
		if pe, ok := errors.AsType[*pq.Error](err); ok && pe.Code == pqerror.UniqueViolation { // another change was faster
			return Place{}, ErrExternalTaken
		}
		return Place{}, fmt.Errorf("replace a place: %w", err)
	}
	return s.written(ctx, ch, "place.changed", id, &old)
}

// ArchivePlace hides a place from lists and new visits. Its visits stay.
func (s *Store) ArchivePlace(ctx context.Context, ch *change.Change, id string) error {
	old, err := readPlace(ctx, ch.Tx, lockPlace, ch.Company, id)
	if err != nil {
		return err
	}
	d := old.Draft
	d.Archived = true
	_, err = s.ReplacePlace(ctx, ch, id, d, old.Version)
	return err
}

func (s *Store) externalFree(ctx context.Context, ch *change.Change, id string, d place.Draft) error {
	var n int
	if err := ch.Tx.GetContext(ctx, &n, sameExternal, ch.Company, d.ExternalID, id); err != nil {
		return fmt.Errorf("look for an external id: %w", err)
	}
	if n > 0 {
		return ErrExternalTaken
	}
	return nil
}

func placeArgs(ch *change.Change, id string, d place.Draft) []any {
	return []any{
		ch.Company, id, d.ExternalID, d.Name, d.Address, d.Contact, d.Notes, d.Lat, d.Lon, d.RadiusM, d.Archived,
		text.Key(d.Name), d.Search(), ch.At, ch.By,
	}
}

func (s *Store) written(ctx context.Context, ch *change.Change, what, id string, old *Place) (Place, error) {
	p, err := readPlace(ctx, ch.Tx, selectPlace, ch.Company, id)
	if err != nil {
		return Place{}, err
	}
	logged := change.Logged{What: what, Entity: "place/" + id, After: p}
	if old != nil {
		logged.Before = old
	}
	return p, ch.Log(logged)
}
