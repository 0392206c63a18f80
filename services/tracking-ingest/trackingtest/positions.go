// Package trackingtest reads stored positions for tests, of this service and of others: from the tables, past row-level security,
// as an administrator.
package trackingtest

import (
	"cmp"
	"slices"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/track"
)

// Position is a stored position and its company.
type Position struct {
	Company string
	clientjson.Position
}

// Positions returns the stored positions whose tracks satisfy a condition on the columns id_empresa, user_id, first_at and last_at,
// such as "user_id = 'u1'", or all. They are what readers get: each (company, user, device, recorded_at) once, in this order.
func Positions(t testing.TB, admin *sqlx.DB, where string) []Position {
	t.Helper()
	query := `SELECT id_empresa, user_id, track FROM (
        SELECT id_empresa, user_id, first_at, last_at, track FROM tracking.segment
        UNION ALL SELECT id_empresa, user_id, first_at, last_at, track FROM tracking.arrived) t`
	if where != "" {
		query += " WHERE " + where
	}
	var rows []struct {
		Company string `db:"id_empresa"`
		User    string `db:"user_id"`
		Track   []byte `db:"track"`
	}
	if err := admin.SelectContext(t.Context(), &rows, query); err != nil {
		t.Fatal(err)
	}
	type who struct{ company, user string }
	ways := map[who]*track.Way{}
	for _, r := range rows {
		w := who{r.Company, r.User}
		if ways[w] == nil {
			ways[w] = &track.Way{}
		}
		if err := ways[w].Add(r.Track); err != nil {
			t.Fatal(err)
		}
	}
	var all []Position
	for w, way := range ways {
		_ = way.Devices(func(device string, fixes []track.Fix) error {
			for i := range fixes {
				all = append(all, Position{w.company, clientjson.PositionOf(w.user, device, &fixes[i])})
			}
			return nil
		})
	}
	slices.SortFunc(all, func(a, b Position) int {
		return cmp.Or(cmp.Compare(a.Company, b.Company), cmp.Compare(a.UserID, b.UserID), cmp.Compare(a.DeviceID, b.DeviceID), cmp.Compare(a.RecordedAt, b.RecordedAt))
	})
	return all
}

// Count returns how many positions Positions returns.
func Count(t testing.TB, admin *sqlx.DB, where string) int {
	t.Helper()
	return len(Positions(t, admin, where))
}
