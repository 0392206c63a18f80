package store_test

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/geofence"
)

// before is the schema without the migrations from one on.
func before(t *testing.T, s db.Schema, first string) db.Schema {
	t.Helper()
	old := fstest.MapFS{}
	err := fs.WalkDir(s.Migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() >= first {
			return err
		}
		text, err := fs.ReadFile(s.Migrations, path)
		old[d.Name()] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Migrations = old
	return s
}

// TestTheOldDefaultBufferIsLifted: what a company chose stays, and what an edit wrote for it becomes the default of today.
// The program reads states and settings that were written before the migration.
func TestTheOldDefaultBufferIsLifted(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, before(t, geofence.Schema, "0005"))
	admin := data.Admin(t)
	if _, err := admin.ExecContext(t.Context(), `INSERT INTO geofence.plan VALUES ('acme', 7, 25, 2, 60, 100, 600, 600, 7), ('globex', 3, 33.5, 2, 60, 100, 600, 600, 3);
INSERT INTO geofence.user_state VALUES ('acme', 'juan', 'k', 'epoch', 0, 'epoch', '{"side": -1, "count": 1, "first": {"at": "1970-01-01T00:00:00Z"}}')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Provision(t.Context(), data.AdminDSN(), []db.Schema{geofence.Schema}, nil); err != nil {
		t.Fatal(err)
	}
	for company, want := range map[string][2]float64{"acme": {40, 8}, "globex": {33.5, 3}} {
		var got [2]float64
		err := admin.QueryRowContext(t.Context(), `SELECT exit_buffer_m, version FROM geofence.plan WHERE id_empresa = $1`, company).Scan(&got[0], &got[1])
		if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", company, got, err, want)
		}
	}
	var may bool
	if err := admin.GetContext(t.Context(), &may, `SELECT has_column_privilege('terreno_geofence_worker', 'geofence.plan', 'version', 'UPDATE')
OR NOT has_column_privilege('terreno_geofence_worker', 'geofence.plan', 'swept', 'UPDATE')`); err != nil || may {
		t.Errorf("the worker's rights are others than before: %v", err)
	}
}
