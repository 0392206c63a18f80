package obs_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/obs"
)

func TestLoggerKeepsToItsLevelAndUTC(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	log := obs.NewLogger(&out, obs.Config{Level: "warn", Format: "json"})
	log.Info("quiet")
	log.Warn("loud", "lag", 3)
	if got := out.String(); strings.Contains(got, "quiet") || !strings.Contains(got, `"msg":"loud","lag":3`) || !strings.Contains(got, `Z"`) {
		t.Errorf("the log is %s", got)
	}
}

func TestValidateNamesBothVariables(t *testing.T) {
	t.Parallel()
	c := obs.Config{Level: "loud", Format: "xml"}
	if problems := c.Validate(); len(problems) != 2 {
		t.Errorf("problems %v, want two", problems)
	}
	ok := obs.Config{Level: "debug", Format: "text"}
	if problems := ok.Validate(); len(problems) != 0 {
		t.Errorf("problems %v, want none", problems)
	}
}

func TestDurationsAreText(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	obs.NewLogger(&out, obs.Config{Level: "info", Format: "json"}).With("wait", time.Minute).Info("m", "took", 1500*time.Millisecond, slog.Group("g", "d", time.Hour))
	for _, want := range []string{`"wait":"1m0s"`, `"took":"1.5s"`, `"d":"1h0m0s"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log is %s, want %s in it", &out, want)
		}
	}
}
