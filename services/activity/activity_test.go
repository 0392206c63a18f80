package activity_test

import (
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/proto/activity"
	service "github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

func TestConfigHasDefaultsAndLimits(t *testing.T) {
	t.Parallel()
	var c service.Config
	if _, err := config.Load(&c, nil); err != nil || c.Retention != 730*days {
		t.Errorf("defaults %+v, %v", c, err)
	}
	for _, wrong := range []string{"TERRENO_ACTIVITY_RETENTION=1439h", "TERRENO_ACTIVITY_RETENTION=90000h", "TERRENO_ACTIVITY_PHOTO_BYTES=1000"} {
		name, _, _ := strings.Cut(wrong, "=")
		if _, err := config.Load(&c, []string{wrong}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if _, err := service.New(service.Config{}, app.Deps{}); err == nil {
		t.Error("a service without limits was made")
	}
}

// The words of the events are those of the rules.
func TestOneVocabulary(t *testing.T) {
	t.Parallel()
	for word, same := range map[string]visit.State{
		activity.Pending: visit.Pending, activity.Accepted: visit.Accepted, activity.OnTheWay: visit.OnTheWay, activity.OnSite: visit.OnSite,
		activity.Completed: visit.Completed, activity.Incomplete: visit.Incomplete, activity.Cancelled: visit.Cancelled,
	} {
		if word != string(same) {
			t.Errorf("%s is called %s", same, word)
		}
	}
	if activity.ReasonClose != visit.ReasonClose || activity.Visit != visit.KindVisit || activity.Task != visit.KindTask {
		t.Error("other words")
	}
}

func TestTheServiceIsReadyOnceItsJobsRun(t *testing.T) {
	t.Parallel()
	w := setup(t)
	check := w.service.Checks[0]
	if err := check.Ready(t.Context()); err == nil || !check.Soft {
		t.Errorf("ready before the jobs run, or a check that takes the visits away with it: %v", err)
	}
	w.again(t, "directory", "jobs")
	apptest.Until(t, func() bool { return w.service.Checks[0].Ready(t.Context()) == nil })
	w.act(t, person("ana"), "nothing", "accept").Is(t, 404, "not_found")
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, f := range families {
		seen[f.GetName()] = len(f.GetMetric())
	}
	if seen["activity_actions_total"] != 56 || seen["activity_closed_total"] != 2 {
		t.Errorf("metrics %v", seen)
	}
}
