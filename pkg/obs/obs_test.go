package obs_test

import (
	"strings"
	"testing"

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
