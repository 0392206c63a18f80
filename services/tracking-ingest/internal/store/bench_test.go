package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
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
