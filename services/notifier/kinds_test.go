package notifier_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

// Each type of alert reaches the supervisors of its person's teams, in the language and as far as each of them wants; and nobody else.
func TestEachTypeOfAlertReachesWhomItIsFor(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.user(t, "acme", "mia", audience.RoleSupervisor, "{norte}")
	w.user(t, "acme", "fuera", audience.RoleSupervisor, "{norte}")
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'fuera'`)
	w.user(t, "beta", "sol", audience.RoleSupervisor, "{norte}")
	for _, user := range []string{"ana", "sol", "mia", "luz", "boss", "fuera"} {
		w.bring(t, claims("acme", user, audience.RoleSupervisor), user)
	}
	w.do(t, claims("acme", "mia", audience.RoleSupervisor), http.MethodPut, "/v1/notification-preferences",
		`{"language":"en","off":["outside_zone","forbidden_zone","inactivity","low_battery","system"]}`).Is(t, http.StatusOK, "")
	w.start(t, "inbox")
	for _, c := range []struct {
		alert body
		want  string
	}{
		{body{"type": "outside_zone"}, "mia | outside_zone | off | Persona ana left the assigned zone\nsol | outside_zone | Persona ana salió de su zona"},
		{body{"type": "forbidden_zone"}, "mia | forbidden_zone | off | Persona ana entered a forbidden zone\nsol | forbidden_zone | Persona ana entró en una zona prohibida"},
		{body{"type": "inactividad"}, "mia | inactivity | off | No activity from Persona ana\nsol | inactivity | Sin actividad de Persona ana"},
		{body{"type": "sin_movimiento"}, "mia | inactivity | off | Persona ana has not moved for a long time\nsol | inactivity | Persona ana lleva mucho tiempo sin moverse"},
		{body{"type": "bateria_baja"}, "mia | low_battery | off | The phone of Persona ana is low on battery\nsol | low_battery | El teléfono de Persona ana tiene poca batería"},
		{body{"type": "panico"}, "mia | panic | Panic alert sent by Persona ana\nsol | panic | Alerta de pánico enviada por Persona ana"},
		{body{"type": "sistema", "user_id": nil, "cause": "shared_silence", "people": 3, "people_of": 4, "scope": "company"}, "boss | system | Varias personas dejaron de reportar a la vez. Revisa las alertas."},
		{body{"type": "sistema", "user_id": nil, "cause": "storage_behind", "scope": "company"}, "boss | system | Las posiciones tardan en guardarse. Revisa las alertas."},
		{body{"type": "of_another_time"}, ""},
	} {
		id := strings.ReplaceAll(c.alert["type"].(string), "_", "-")
		b, event := episode(id, "ana", noon, c.alert), "nueva"
		if c.alert["type"] == "sistema" {
			event = "sistema"
			b["id"] = c.alert["cause"]
			for _, key := range []string{"user_id", "lat", "lon", "accuracy_m", "distance_m", "zones"} {
				delete(b, key)
			}
		}
		w.tell(t, "acme", event, b, "norte")
		w.settled(t)
		same(t, id, strings.Join(w.notified(t, "acme"), "\n"), c.want)
		w.exec(t, `DELETE FROM notifier.notification`)
	}
	same(t, "the other company", w.notified(t, "beta"), "[]")
	// Of somebody without a name, or with an odd one, the admins and supervisors hear all the same.
	w.user(t, "acme", "odd", audience.RoleColaborador, "{}")
	w.exec(t, `UPDATE identity.users SET name = E'{count}\u202e\u0007 ' || repeat('ñ', 300) WHERE id = 'odd'`)
	w.tell(t, "acme", "nueva", episode("p1", "ghost", noon, body{"type": "panico"}))
	w.tell(t, "acme", "nueva", episode("p2", "odd", noon, body{"type": "panico"}))
	w.settled(t)
	same(t, "odd names", strings.Join(w.notified(t, "acme"), "\n"), "boss | panic | Alerta de pánico enviada por una persona\n"+
		"boss | panic | Alerta de pánico enviada por {count} "+strings.Repeat("ñ", 51)+"…")
}

// Nothing that leaves, is logged or is counted has a place, and no text has more of a person than the name.
func TestNoPlaceLeaves(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.bring(t, claims("acme", "sol", audience.RoleSupervisor), "sol")
	w.start(t, "inbox")
	for _, kind := range []string{"outside_zone", "panico", "inactividad", "bateria_baja", "forbidden_zone"} {
		w.tell(t, "acme", "nueva", episode(kind, "ana", noon, body{"type": kind, "note": "calle 13 # 4"}), "norte")
	}
	w.settled(t)
	var all []string
	if err := w.admin.SelectContext(t.Context(), &all, `SELECT row_to_json(n)::text FROM notifier.notification n
UNION ALL SELECT convert_from(o.body, 'UTF8') FROM notifier.outbox o WHERE o.subject LIKE '%.notificacion.%'`); err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Errorf("only %d rows", len(all))
	}
	for _, row := range all {
		for _, secret := range []string{"12.04", "77.04", "140.25", "centro", "calle"} {
			if strings.Contains(row, secret) {
				t.Errorf("%q is in %s", secret, row)
			}
		}
	}
}
