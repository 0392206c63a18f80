package chat_test

import (
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/services/chat"
)

func TestConfigHasDefaultsAndLimits(t *testing.T) {
	t.Parallel()
	var c chat.Config
	if _, err := config.Load(&c, nil); err != nil || c.FileBytes != 50<<30 || c.BlobDir != "" {
		t.Errorf("defaults %+v, %v", c, err)
	}
	for _, wrong := range []string{"TERRENO_CHAT_FILE_BYTES=1000", "TERRENO_CHAT_FILE_BYTES=many"} {
		name, _, _ := strings.Cut(wrong, "=")
		if _, err := config.Load(&c, []string{wrong}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for want, c := range map[string]chat.Config{"TERRENO_CHAT_FILE_BYTES": {BlobDir: "x"}, "TERRENO_BLOB_DIR": {FileBytes: 1 << 30}} {
		if _, err := chat.New(c, app.Deps{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
