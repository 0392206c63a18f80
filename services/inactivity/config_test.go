package inactivity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/services/inactivity"
)

func TestConfigHasDefaultsAndLimits(t *testing.T) {
	t.Parallel()
	var c inactivity.Config
	if _, err := config.Load(&c, nil); err != nil || c.Every != 10*time.Minute {
		t.Errorf("defaults %+v, %v", c, err)
	}
	for _, wrong := range []string{"30s", "61m", "90500ms"} {
		if _, err := config.Load(&c, []string{"TERRENO_INACTIVITY_EVERY=" + wrong}); err == nil || !strings.Contains(err.Error(), "INACTIVITY_EVERY") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if _, err := inactivity.New(inactivity.Config{}, app.Deps{}); err == nil {
		t.Error("a service without limits was made")
	}
}
