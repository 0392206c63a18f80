package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// BenchmarkLatest is the first picture of a live map: in a company of 1,000 users and 10 teams, beside another one, the
// newest positions that an admin, and a supervisor of three teams, may see.
func BenchmarkLatest(b *testing.B) {
	w := setup(b)
	var rows []store.Track
	for i := range 1000 {
		user := fmt.Sprintf("u%03d", i)
		for _, company := range []string{"acme", "globex"} {
			w.user(b, company, user, fmt.Sprintf("{t%d}", i%10))
			rows = append(rows, row(company, user, time.Duration(i)*time.Second))
		}
	}
	w.write(b, rows...)
	w.user(b, "acme", "sol", "{t1,t2,t3}")
	if _, err := w.admin.ExecContext(b.Context(), `ANALYZE`); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		role string
		want int
	}{{audience.RoleAdmin, 1000}, {audience.RoleSupervisor, 300}} {
		b.Run(c.role, func(b *testing.B) {
			who := viewer("acme", c.role, "sol")
			for b.Loop() {
				if page, err := w.Latest(b.Context(), who, "", "", 1001); err != nil || len(page) != c.want {
					b.Fatalf("%d positions, %v", len(page), err)
				}
			}
		})
	}
}

// BenchmarkDay reads a user's day of 8,700 fixes that is merged: as clients get it, in pages of 5,000, and as other services do,
// from the view and by package track. PostgreSQL's CPU is not in the figures.
func BenchmarkDay(b *testing.B) {
	w := setup(b)
	w.user(b, "acme", "u1", "{}")
	fixes := make([]track.Fix, 8700)
	for i := range fixes {
		f := fix(time.Duration(i) * 9900 * time.Millisecond)
		f.SetAccuracyM(4.5)
		f.SetSpeedMPS(1.2)
		f.SetBearingDeg(float64(i % 360))
		f.SetBattery(0.8)
		fixes[i] = f
	}
	for part := range slices.Chunk(fixes, 50) {
		w.write(b, rowOf("acme", "u1", "phone", part...))
	}
	w.merge(b, "u1")
	b.Run("playback", func(b *testing.B) {
		for b.Loop() {
			if n := len(w.playback(b, "u1", 5000)); n != len(fixes) {
				b.Fatalf("%d positions", n)
			}
		}
	})
	reader := w.database.DB(b, "gateway")
	b.Run("tracks", func(b *testing.B) {
		for b.Loop() {
			var way track.Way
			err := reader.InTenant(b.Context(), "acme", func(tx *sqlx.Tx) error {
				var bodies [][]byte
				err := tx.SelectContext(b.Context(), &bodies, `SELECT track FROM tracking.v_track WHERE user_id = 'u1' AND first_at >= $1 AND first_at < $2`, today, today.AddDate(0, 0, 1))
				for _, body := range bodies {
					err = errors.Join(err, way.Add(body))
				}
				return err
			})
			if err != nil || way.Len() != len(fixes) {
				b.Fatal(way.Len(), err)
			}
		}
	})
}
