package up_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/terreno/internal/up"
)

func TestOnlyTheDemoChangesDomainTime(t *testing.T) {
	t.Parallel()
	demo, warnings, err := up.Load(nil)
	if err != nil || len(warnings) > 0 {
		t.Fatal(err, warnings)
	}
	if start, err := time.Parse(time.RFC3339, demo.ClockStart); err != nil || start.Year() != 2015 || demo.ClockSpeed != 10 || !demo.Phones {
		t.Errorf("demo: start %q, speed %v, phones %v", demo.ClockStart, demo.ClockSpeed, demo.Phones)
	}
	empty, _, err := up.Load([]string{"DEMO=0"})
	if err != nil || empty.ClockStart != "" || empty.ClockSpeed != 1 || empty.Demo {
		t.Errorf("empty installation: start %q, speed %v, demo %v, %v", empty.ClockStart, empty.ClockSpeed, empty.Demo, err)
	}
}

func TestPrefixedVariablesWinAndUnknownOnesWarn(t *testing.T) {
	t.Parallel()
	c, warnings, err := up.Load([]string{"DATABASE_URL=postgres://a@x/d", "TERRENO_DATABASE_URL=postgres://b@x/d", "TERRENO_DATABASEURL=z"})
	if err != nil || c.DatabaseURL != "postgres://b@x/d" {
		t.Errorf("database %q, %v", c.DatabaseURL, err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "TERRENO_DATABASEURL") {
		t.Errorf("warnings %q", warnings)
	}
}

func TestLoadReportsTheProblemsOfAllServicesAtOnce(t *testing.T) {
	t.Parallel()
	_, _, err := up.Load([]string{
		"TERRENO_HTTP_ADDR=everywhere", "TERRENO_CLOCK_START=tomorrow", "TERRENO_POSITIONS_RETENTION=1s", "TERRENO_TOKEN_LIFETIME=1s",
		"TERRENO_FIELDSIM_MODE=slow", "TERRENO_MAP_FILE=nowhere.pmtiles", "TERRENO_TRUSTED_PROXIES=everybody",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{"HTTP_ADDR", "CLOCK_START", "POSITIONS_RETENTION", "TOKEN_LIFETIME", "FIELDSIM_MODE", "MAP_FILE", "TRUSTED_PROXIES"} {
		if !strings.Contains(err.Error(), "TERRENO_"+name) {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	}
}

func TestEveryServiceHasItsOwnRole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range up.Schemas() {
		if s.Service == "" || seen[s.Service] {
			t.Errorf("service %q does not have its own role", s.Service)
		}
		seen[s.Service] = true
	}
	if len(seen) != 10 || !seen["platform"] {
		t.Errorf("services %v", seen)
	}
}

func TestTheFakeOfFCMIsStartedOnRequestOnly(t *testing.T) {
	t.Parallel()
	if c, _, err := up.Load(nil); err != nil || c.FakePush {
		t.Errorf("without being asked: %v", err)
	}
	if c, _, err := up.Load([]string{"DEMO_PUSH=1"}); err != nil || !c.FakePush {
		t.Errorf("DEMO_PUSH=1: %v", err)
	}
	if _, _, err := up.Load([]string{"DEMO_PUSH=1", "TERRENO_FCM_CREDENTIALS=/key.json"}); err == nil || !strings.Contains(err.Error(), "TERRENO_DEMO_PUSH") {
		t.Errorf("a fake and real credentials: %v", err)
	}
}
