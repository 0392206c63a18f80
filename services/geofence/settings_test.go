package geofence_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"
)

// defaults of a company that sets nothing.
var defaults = map[string]any{
	"exit_buffer_m": 40.0, "confirm_fixes": 2.0, "confirm_s": 60.0, "max_accuracy_m": 100.0, "max_age_s": 600.0, "max_gap_s": 600.0,
}

func with(settings map[string]any, name string, value any) map[string]any {
	changed := maps.Clone(settings)
	changed[name] = value
	return changed
}

func TestSettingsOfACompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	get := func(company string) map[string]any {
		return w.send(t, jefa(company), "GET", "/v1/zone-settings", nil).Is(t, http.StatusOK, "").Body
	}
	if got := get("acme"); !maps.Equal(got, defaults) || w.version(t, "acme") != 0 {
		t.Errorf("a company that set nothing: %v", got)
	}
	least := map[string]any{"exit_buffer_m": 1.0, "confirm_fixes": 1.0, "confirm_s": 0.0, "max_accuracy_m": 10.0, "max_age_s": 60.0, "max_gap_s": 60.0}
	most := map[string]any{"exit_buffer_m": 1000.0, "confirm_fixes": 20.0, "confirm_s": 3600.0, "max_accuracy_m": 100.0, "max_age_s": 86400.0, "max_gap_s": 86400.0}
	for i, want := range []map[string]any{least, most, with(defaults, "exit_buffer_m", 33.5)} {
		a := w.send(t, jefa("acme"), "PUT", "/v1/zone-settings", want).Is(t, http.StatusOK, "")
		if !maps.Equal(a.Body, want) || !maps.Equal(get("acme"), want) || w.version(t, "acme") != int64(i+1) {
			t.Errorf("set %v, answered %v, read %v, plan version %d", want, a.Body, get("acme"), w.version(t, "acme"))
		}
	}
	// A zone that is edited later leaves them as they are.
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	if got := get("acme"); !maps.Equal(got, with(defaults, "exit_buffer_m", 33.5)) {
		t.Errorf("after an edit: %v", got)
	}
	if got := get("globex"); !maps.Equal(got, defaults) || w.version(t, "globex") != 0 {
		t.Errorf("another company: %v", got)
	}
}

func TestSettingsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	for name, values := range map[string][]any{
		"exit_buffer_m": {0.99, 1000.1, "25", nil}, "confirm_fixes": {0, 21, 1.5, -1}, "confirm_s": {-1, 3601, 0.5},
		"max_accuracy_m": {9, 101, 1e300}, "max_age_s": {59, 86401}, "max_gap_s": {59, 86401, 1e10},
	} {
		for _, v := range values {
			a := w.send(t, jefa("acme"), "PUT", "/v1/zone-settings", with(defaults, name, v)).Is(t, http.StatusUnprocessableEntity, "validation_failed")
			if got := a.Body["errors"].([]any)[0].(map[string]any)["location"]; got != "body."+name {
				t.Errorf("%s %v: %s", name, v, a.Text)
			}
		}
		rest := maps.Clone(defaults)
		delete(rest, name)
		w.send(t, jefa("acme"), "PUT", "/v1/zone-settings", rest).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
	if v := w.version(t, "acme"); v != 0 {
		t.Errorf("plan version %d", v)
	}
}

// A zone's own parameter holds for it even where it is the smallest that there is: nothing set is something else.
func TestAZonesOwnParametersAreJudgedBy(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	for i, own := range []string{`,"confirm_s":0,"confirm_fixes":1,"exit_buffer_m":1`, ""} {
		user := []string{"juan", "ana"}[i]
		w.send(t, jefa("acme"), "POST", "/v1/zones", drawn(user, user, `{"type":"Point","coordinates":[-74.08,4.65]}`, `,"radius_m":200`+own)).Is(t, http.StatusCreated, "")
		w.send(t, jefa("acme"), "PUT", "/v1/zones/"+user+"/users", fmt.Sprintf(`{"users":[%q]}`, user)).Is(t, http.StatusOK, "")
		w.upload(t, "acme", user, 10, point(5, 217)) // one fix, 17 m outside with an accuracy of 10
	}
	w.next(t).is(t, "acme", "nueva", "juan")
	w.silent(t)
}
