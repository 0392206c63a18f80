package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const updateDetails = `UPDATE activity.visit SET external_id = $3, title = $4, notes = $5, priority = $6, place_id = $7, lat = $8, lon = $9,
    radius_m = $10, checklist = $11, answers = $12, version = version + 1, photo_versions = 0, changed_at = $13, changed_by = $14
WHERE id_empresa = $1 AND id = $2`

// EditVisit replaces the details of a visit that the viewer may see. version is the version that the viewer saw: when it is another by
// now, the error is *ConflictError. Other errors are ErrNoVisit, ErrVersionMissing,
// ErrNoPlace, ErrPlaceArchived, ErrExternalTaken and *place.FaultError.
func (s *Store) EditVisit(ctx context.Context, ch *change.Change, who auth.Claims, id string, d visit.Details, version int64) (Visit, error) {
	before, err := lockVisit(ctx, ch.Tx, who, id)
	switch {
	case err != nil:
		return Visit{}, err
	case !before.Seen:
		return Visit{}, ErrNoVisit
	case version == 0:
		return Visit{}, ErrVersionMissing
	case !before.seenAs(version):
		return Visit{}, &ConflictError{before}
	}
	if err := d.CheckSite(before.Tipo); err != nil {
		return Visit{}, err
	}
	if d.PlaceID != before.PlaceID {
		k, err := s.known(ctx, ch, who, []NewVisit{{Draft: visit.Draft{Details: d}}})
		if err != nil {
			return Visit{}, err
		}
		if err := k.judgePlace(d.PlaceID); err != nil {
			return Visit{}, err
		}
	}
	after := before.row
	after.set(d)
	rows, err := readActions(ctx, ch.Tx, ch.Company, id)
	if err != nil {
		return Visit{}, err
	}
	after.Answers = fold(Visit{row: after}, rows).answers
	if _, err := ch.Tx.ExecContext(ctx, updateDetails, ch.Company, id, after.ExternalID, after.Title, after.Notes, after.Priority, after.PlaceID,
		after.Lat, after.Lon, after.RadiusM, string(after.Checklist), string(after.Answers), ch.At, ch.By); err != nil {
		if pe, ok := errors.AsType[*pq.Error](err); ok && pe.Code == pqerror.UniqueViolation {
			return Visit{}, ErrExternalTaken
		}
		return Visit{}, fmt.Errorf("change a visit: %w", err)
	}
	edited, err := readVisit(ctx, ch.Tx, oneVisit, who, id)
	if err != nil {
		return Visit{}, err
	}
	if err := ch.Log(change.Logged{What: "visit.changed", Entity: "visit/" + id, Before: details(before.row), After: details(edited.row)}); err != nil {
		return Visit{}, err
	}
	return edited, tell(ctx, ch, news{Visit: edited})
}

// details is what the log of changes shows of a visit.
func details(r row) any {
	return map[string]any{
		"external_id": r.ExternalID, "title": r.Title, "notes": r.Notes, "priority": r.Priority, "place_id": r.PlaceID,
		"lat": r.Lat, "lon": r.Lon, "radius_m": r.RadiusM, "checklist": r.Checklist, "version": r.Version,
	}
}
