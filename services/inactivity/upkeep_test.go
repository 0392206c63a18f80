package inactivity_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// What phones said of themselves and silences that ended go after 90 days; what lasts stays.
func TestOldSilencesAndStatesGo(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO inactivity.device_state (id_empresa, user_id, device_id, kind, occurred_at, received_at, value, charging, app, os, model)
SELECT 'acme', 'ana', 'phone', kind, $1::timestamptz - ago, $1::timestamptz - ago, 'on', false, '', '', ''
FROM (VALUES ('battery_saver', interval '91 days'), ('airplane_mode', interval '89 days')) v(kind, ago)`, w.clock.Now())
	w.exec(t, `INSERT INTO inactivity.silence (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why, ended_at)
SELECT 'acme', u, 'inactividad', $1::timestamptz - interval '99 days', 'shift', 1800, $1::timestamptz - interval '99 days', '{}', $1::timestamptz - ago
FROM (VALUES ('ana', interval '91 days'), ('beto', interval '89 days'), ('carla', NULL)) v(u, ago)`, w.clock.Now())
	apptest.Run(t, apptest.Only(w.service, "upkeep"))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "inactivity.device_state") == 1 && pgtest.Count(t, w.admin, "inactivity.silence") == 2
	})
	if n := pgtest.Count(t, w.admin, "inactivity.device_state WHERE kind = 'airplane_mode'"); n != 1 {
		t.Error("a state of 89 days ago went")
	}
}
