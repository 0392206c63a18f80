package trackingingest_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/config"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

func TestConfigHasDefaultsAndLimits(t *testing.T) {
	t.Parallel()
	var c trackingingest.Config
	if _, err := config.Load(&c, nil); err != nil || c.Retention != 90*24*time.Hour || c.MaxUploads != 256 || c.MaxBytes != 64<<20 || c.Timeout != 10*time.Second {
		t.Errorf("defaults %+v, %v", c, err)
	}
	_, err := config.Load(&c, []string{
		"TERRENO_POSITIONS_RETENTION=1h", "TERRENO_POSITIONS_MAX_UPLOADS=0", "TERRENO_POSITIONS_UPLOAD_BYTES=5000000", "TERRENO_POSITIONS_READ_TIMEOUT=0s",
	})
	for _, name := range []string{"POSITIONS_RETENTION", "POSITIONS_MAX_UPLOADS", "POSITIONS_UPLOAD_BYTES", "POSITIONS_READ_TIMEOUT"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("problems %v, want one of %s", err, name)
		}
	}
	if _, err := trackingingest.New(trackingingest.Config{}, app.Deps{}); err == nil {
		t.Error("a service without limits was made")
	}
	if err := config.Print(io.Discard, &c); err != nil {
		t.Error(err)
	}
}

func TestTheUploadIsDescribed(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	description, err := json.Marshal(w.service.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{`"/v1/positions"`, `"/v1/positions/latest"`, `"/v1/users/{id}/positions"`, `"recorded_at"`, `"maxItems":10000`, `"202"`, `"application/json"`, `"application/x-protobuf"`} {
		if !strings.Contains(string(description), part) {
			t.Errorf("the description lacks %s", part)
		}
	}
}

func TestTheServiceIsReadyOnceItsWriterRuns(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	if err := w.service.Checks[0].Ready(t.Context()); err == nil {
		t.Error("ready before the writer runs")
	}
	w.start(t)
	w.accept(t, worker("acme", "ana"), upload("d", at(noon)), 1, 0)
	w.settled(t)
	if err := w.service.Checks[0].Ready(t.Context()); err != nil {
		t.Error(err)
	}
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range families {
		seen[f.GetName()] = true
	}
	for _, name := range []string{"tracking_uploads_total", "tracking_fixes_total", "tracking_rows_total", "tracking_partitions", "tracking_purged_messages_total", "tracking_purge_blocked"} {
		if !seen[name] {
			t.Errorf("no metric %s", name)
		}
	}
}
