package notifier_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/notifier"
)

func TestConfigHasDefaultsAndLimits(t *testing.T) {
	t.Parallel()
	var c notifier.Config
	if _, err := config.Load(&c, nil); err != nil || c.Retention != 400*day || c.Unresolved != 90*day {
		t.Errorf("defaults %+v, %v", c, err)
	}
	for _, wrong := range []string{"1h", "719h", "90000h"} {
		if _, err := config.Load(&c, []string{"TERRENO_ALERTS_RETENTION=" + wrong}); err == nil || !strings.Contains(err.Error(), "ALERTS_RETENTION") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for _, wrong := range []string{"1h", "167h", "169h", "90000h"} {
		if _, err := config.Load(&c, []string{"TERRENO_ALERTS_UNRESOLVED=" + wrong}); err == nil || !strings.Contains(err.Error(), "ALERTS_UNRESOLVED") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if _, err := notifier.New(notifier.Config{}, app.Deps{}); err == nil {
		t.Error("a service without limits was made")
	}
}

func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	httpxtest.Operations(t, setup(t).service.OpenAPI)
}

func TestTheServiceIsReadyOnceItsInboxRuns(t *testing.T) {
	t.Parallel()
	w := setup(t)
	check := w.service.Checks[0]
	if err := check.Ready(t.Context()); err == nil || !check.Soft {
		t.Errorf("ready before the inbox runs, or a check that takes the list away with it: %v", err)
	}
	w.start(t)
	apptest.Until(t, func() bool { return check.Ready(t.Context()) == nil })
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range families {
		seen[f.GetName()] = true
	}
	for _, metric := range []string{"notifier_alert_events_total", "notifier_alert_actions_total", "notifier_alerts_pruned_total", "notifier_alerts_expired_total"} {
		if !seen[metric] {
			t.Errorf("no metric %s", metric)
		}
	}
}

// An alert that is over is removed with its log after the retention, in whichever way it ended. An alert that is not over
// stays until the rule resolves it (expire_test.go).
func TestOldAlertsGoWithTheirLogs(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t, "inbox")
	w.raise(t, "acme", "ana", "open", "seen", "resolved", "changed")
	w.tell(t, "acme", "cerrada", episode("ended", "ana", noon, over(noon.Add(time.Hour))))
	w.settled(t)
	w.post(t, boss("acme"), "/v1/alerts/seen/acknowledge", "").Is(t, 200, "")
	w.post(t, boss("acme"), "/v1/alerts/resolved/resolve", "", "Idempotency-Key", "new").Is(t, 200, "")
	if _, err := w.admin.ExecContext(t.Context(), `
INSERT INTO notifier.alert (id_empresa, id, type, user_id, late, started_at, lat, lon, raised_at, zones, ended_at, end_reason, received_at, changed_at)
SELECT 'bulk', n::text, 't', 'u', false, $1, 0, 0, $1, '{}', $1, 'returned', $1, $1 FROM generate_series(1, 2500) n;`, noon); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(200 * day)
	w.tell(t, "acme", "cerrada", episode("changed", "ana", noon, over(noon.Add(time.Hour))))
	w.settled(t)
	w.clock.Advance(200*day + time.Second)
	w.start(t, "upkeep")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.alert") == 3 })
	if got := alerts(t, w.get(t, boss("acme"), "/v1/alerts")); got != "seen open changed" {
		t.Errorf("left: %q", got)
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert_event WHERE what NOT LIKE 'step%'"); n != 5 {
		t.Errorf("%d entries left, want 5", n)
	}
	// What was removed is counted a moment later.
	apptest.Until(t, func() bool { return w.series(t, "notifier_alerts_pruned_total")[""] >= 2502 })
	w.counts(t, "notifier_alerts_pruned_total", map[string]float64{"": 2502})
	// Keys age by wall time: a key of today stays although domain time has advanced.
	if n := pgtest.Count(t, w.admin, "notifier.idempotency_key"); n != 1 {
		t.Errorf("%d keys, want 1", n)
	}
}

func TestOldKeysGo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO notifier.idempotency_key (id_empresa, user_id, key, request_hash, created_at)
VALUES ('acme', 'ana', 'old', 'h', $1), ('acme', 'ana', 'young', 'h', $2)`, time.Now().Add(-32*day), time.Now().Add(-30*day)); err != nil {
		t.Fatal(err)
	}
	w.start(t, "upkeep")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.idempotency_key") == 1 })
	if n := pgtest.Count(t, w.admin, "notifier.idempotency_key WHERE key = 'young'"); n != 1 {
		t.Error("the young key was removed")
	}
}
