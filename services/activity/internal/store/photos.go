package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const (
	addPhotoUse = `INSERT INTO activity.photo_use AS u (id_empresa, bytes) VALUES ($1, $2)
ON CONFLICT (id_empresa) DO UPDATE SET bytes = u.bytes + excluded.bytes RETURNING bytes`
	knownFiles = `SELECT a.photo_file FROM activity.visit_action a WHERE a.id_empresa = $1 AND a.visit_id = $2 AND a.photo_file = ANY ($3)`
	onePhoto   = `SELECT ` + actionColumns + ` FROM activity.visit_action a WHERE a.id_empresa = $1 AND a.visit_id = $2 AND a.photo_id <> '' AND a.photo_id = $3`
)

func photosOf(rows []actionRow) (n int) {
	for _, r := range rows {
		if r.PhotoID != "" {
			n++
		}
	}
	return n
}

// usePhoto counts the bytes of a photo. It returns ErrPhotoRoom when the company would have more than room.
func usePhoto(ctx context.Context, ch *change.Change, bytes, room int64) error {
	var used int64
	if err := ch.Tx.GetContext(ctx, &used, addPhotoUse, ch.Company, bytes); err != nil {
		return fmt.Errorf("count the bytes of photos: %w", err)
	}
	if used > room {
		return ErrPhotoRoom
	}
	return nil
}

// MayAddPhoto returns ErrNoVisit if a photo of the viewer would not be taken whatever it is. Act decides again.
func (s *Store) MayAddPhoto(ctx context.Context, who auth.Claims, id string) error {
	return s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		v, err := readVisit(ctx, tx, anyVisit, who, id)
		if err != nil {
			return err
		}
		rows, err := readActions(ctx, tx, who.Company, id)
		if err != nil {
			return err
		}
		return mayAct(who, v, rows, visit.TakePhoto)
	})
}

// Photo returns a photo of a visit that the viewer may see, ErrNoVisit or ErrNoPhoto.
func (s *Store) Photo(ctx context.Context, who auth.Claims, id, photoID string) (p visit.Photo, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if _, err := readVisit(ctx, tx, oneVisit, who, id); err != nil {
			return err
		}
		r, err := readOne[actionRow](ctx, tx, "a photo", ErrNoPhoto, onePhoto, who.Company, id, photoID)
		if err == nil {
			p = *r.action().Photo
		}
		return err
	})
	return p, err
}

// KnownFiles returns those of the files of a visit that its log names.
func (s *Store) KnownFiles(ctx context.Context, of blob.Owner, names []string) (known []string, err error) {
	err = s.db.AsWorkerFor(ctx, of.Company, func(tx *sqlx.Tx) error {
		return tx.SelectContext(ctx, &known, knownFiles, of.Company, of.Thing, pq.Array(names))
	})
	if err != nil {
		return nil, fmt.Errorf("look for photos: %w", err)
	}
	return known, nil
}

// PhotoFile is a file of a photo whose visit is gone.
type PhotoFile struct {
	Of   blob.Owner
	Name string
}

const (
	// Replicas do not wait for one another.
	oldVisits = `SELECT v.id_empresa, v.id FROM activity.visit v
WHERE v.state IN ('completada', 'incompleta', 'cancelada') AND v.changed_at < $1 AND v.last_at < $1 ORDER BY v.changed_at LIMIT $2 FOR UPDATE SKIP LOCKED`
	photosOfVisits = `SELECT a.id_empresa, a.visit_id, a.photo_file, a.photo_bytes FROM unnest($1::text[], $2::text[]) o(id_empresa, id)
JOIN activity.visit_action a ON a.id_empresa = o.id_empresa AND a.visit_id = o.id WHERE a.photo_file <> ''`
	lockPhotoUse = `SELECT u.id_empresa FROM activity.photo_use u WHERE u.id_empresa = ANY ($1) ORDER BY u.id_empresa FOR UPDATE`
	lessPhotoUse = `UPDATE activity.photo_use SET bytes = greatest(0, bytes - $2) WHERE id_empresa = $1`
	// The log is deleted with its visit.
	deleteVisits = `DELETE FROM activity.visit v USING unnest($1::text[], $2::text[]) o(id_empresa, id) WHERE v.id_empresa = o.id_empresa AND v.id = o.id`
)

// pruneVisits removes old visits in a transaction, and returns how many there were and the files of their photos.
func pruneVisits(ctx context.Context, tx *sqlx.Tx, before time.Time, limit int) (n int64, files []PhotoFile, err error) {
	var old []struct {
		Company string `db:"id_empresa"`
		ID      string `db:"id"`
	}
	if err := tx.SelectContext(ctx, &old, oldVisits, before, limit); err != nil || len(old) == 0 {
		return 0, nil, err
	}
	var companies, ids []string
	for _, o := range old {
		companies, ids = append(companies, o.Company), append(ids, o.ID)
	}
	var photos []struct {
		Company string `db:"id_empresa"`
		Visit   string `db:"visit_id"`
		File    string `db:"photo_file"`
		Bytes   int64  `db:"photo_bytes"`
	}
	if err := tx.SelectContext(ctx, &photos, photosOfVisits, pq.Array(companies), pq.Array(ids)); err != nil {
		return 0, nil, err
	}
	bytes := map[string]int64{}
	for _, p := range photos {
		bytes[p.Company] += p.Bytes
		files = append(files, PhotoFile{blob.Owner{Company: p.Company, Thing: p.Visit}, p.File})
	}
	if _, err := tx.ExecContext(ctx, deleteVisits, pq.Array(companies), pq.Array(ids)); err != nil {
		return 0, nil, err
	}
	var locked []string
	if err := tx.SelectContext(ctx, &locked, lockPhotoUse, pq.Array(slices.Compact(slices.Sorted(slices.Values(companies))))); err != nil {
		return 0, nil, err
	}
	for _, company := range locked {
		if _, err := tx.ExecContext(ctx, lessPhotoUse, company, bytes[company]); err != nil {
			return 0, nil, err
		}
	}
	return int64(len(old)), files, nil
}
