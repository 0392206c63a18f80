package up

import (
	"testing"

	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
)

// All services of the process share the one directory, which one runner keeps.
func TestTheProcessHasOneDirectory(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	c, _, err := Load([]string{
		"DEMO=0", "TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_DATA=" + t.TempDir(),
		"DATABASE_URL=" + server.DSN(pg.Superuser, "postgres"),
	})
	if err != nil {
		t.Fatal(err)
	}
	in, err := New(t.Context(), c, []string{"identity", "gateway", "geofence"}, natstest.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, conn := range in.connections {
		if conn.Deps.Directory != in.connections[0].Deps.Directory {
			t.Errorf("%s has a directory of its own", conn.Upkeep.Name)
		}
	}
	runners := 0
	for _, s := range in.services {
		for _, r := range s.Runners {
			if r.Name == "directory" {
				runners++
			}
		}
	}
	if len(in.connections) != 3 || runners != 1 {
		t.Errorf("%d connections, %d runners of a directory", len(in.connections), runners)
	}
}
