package e2e_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/terreno/internal/up"
)

// Row-level security protects every table of every service, and no role has more rights than it should.
func TestCatalog(t *testing.T) {
	t.Parallel()
	admin := pgtest.New(t, up.Schemas()...).Admin(t)
	violations, err := db.CheckCatalog(t.Context(), admin, up.Schemas())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range violations {
		t.Error(v)
	}
	// Prove that the check can fail.
	if _, err := admin.ExecContext(t.Context(), `ALTER TABLE tracking.segment NO FORCE ROW LEVEL SECURITY`); err != nil {
		t.Fatal(err)
	}
	if violations, err = db.CheckCatalog(t.Context(), admin, up.Schemas()); err != nil || len(violations) == 0 {
		t.Errorf("segment without forced row-level security: violations %q, %v", violations, err)
	}
}
