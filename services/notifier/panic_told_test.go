package notifier_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
)

// luz watches over another team. The second step tells her of ana's call: then she sees it, hears what becomes of it, and can take care
// of it. Nothing else of ana is hers.
func TestASupervisorOfAnotherTeamWhoIsToldOfAPanicSeesIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	luz := claims("acme", "luz", audience.RoleSupervisor)
	updated := w.ears(t, "actualizada")
	hears := func() bool {
		_, m := next(t, updated)
		return audience.Of(m.Header).Includes(audience.Viewer{User: "luz", Role: audience.RoleSupervisor, Teams: []string{"sur"}})
	}
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	if hears() {
		t.Error("luz hears of a call of which nobody told her")
	}
	w.get(t, luz, "/v1/alerts/"+id).Is(t, http.StatusNotFound, "not_found")
	w.clock.Set(noon.Add(time.Minute))
	w.step(t, id, 2)
	if !hears() {
		t.Error("luz does not hear of the call of which she was told")
	}
	if list := w.get(t, luz, "/v1/alerts?status=nueva").Is(t, http.StatusOK, "").Body["alerts"].([]any); len(list) != 1 || list[0].(body)["user_name"] != "Persona ana" {
		t.Errorf("her list %v", list)
	}
	w.get(t, luz, "/v1/alerts/"+id+"/notifications").Is(t, http.StatusOK, "")
	w.post(t, luz, "/v1/alerts/"+id+"/received", "").Is(t, http.StatusOK, "")
	if a := w.post(t, luz, "/v1/alerts/"+id+"/acknowledge", "").Is(t, http.StatusOK, "").Body; a["acknowledged_by"] != "luz" {
		t.Errorf("acknowledged %v", a)
	}
	// Who is no supervisor any more sees it no more, and of another kind of alert nobody of another team sees anything.
	w.get(t, claims("acme", "luz", audience.RoleColaborador), "/v1/alerts/"+id).Is(t, http.StatusNotFound, "not_found")
	w.get(t, claims("beta", "luz", audience.RoleSupervisor), "/v1/alerts/"+id).Is(t, http.StatusNotFound, "not_found")
}
