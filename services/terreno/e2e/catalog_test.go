package e2e_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/terreno/internal/up"
)

// TestCatalog: no table of any service escapes row-level security, no role has more than it should.
func TestCatalog(t *testing.T) {
	t.Parallel()
	admin := pgtest.New(t, up.Schemas()...).Admin(t)
	faults, err := db.CheckCatalog(t.Context(), admin, up.Schemas())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
	// The check itself must be able to fail.
	if _, err := admin.ExecContext(t.Context(), `ALTER TABLE tracking.position NO FORCE ROW LEVEL SECURITY`); err != nil {
		t.Fatal(err)
	}
	if faults, err = db.CheckCatalog(t.Context(), admin, up.Schemas()); err != nil || len(faults) == 0 {
		t.Errorf("position without forced row-level security: faults %q, %v", faults, err)
	}
}
