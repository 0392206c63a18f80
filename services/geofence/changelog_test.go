package geofence_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/pgtest"
)

// Who edited which zone is in the log, which identity reads in the company's name, and no other company's.
func TestEditsAreLogged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	from := func(method, path string, in any) answer {
		return w.send(t, jefa("acme"), method, path, in, "X-Forwarded-For", "203.0.113.7")
	}
	from("POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	from("PUT", "/v1/zones/centro", circle("centro", "Centro 2")).Is(t, http.StatusOK, "")
	from("PUT", "/v1/zones/centro", circle("centro", "Centro 2")).Is(t, http.StatusOK, "") // nothing changed, nothing logged
	from("PUT", "/v1/zones/centro/users", `{"users":["juan"]}`).Is(t, http.StatusOK, "")
	from("PUT", "/v1/zone-settings", `{"exit_buffer_m":55,"confirm_fixes":2,"confirm_s":60,"max_accuracy_m":100,"max_age_s":600,"max_gap_s":600}`).Is(t, http.StatusOK, "")
	from("PUT", "/v1/zone-settings", `{"exit_buffer_m":66,"confirm_fixes":2,"confirm_s":60,"max_accuracy_m":100,"max_age_s":600,"max_gap_s":600}`).Is(t, http.StatusOK, "")
	from("DELETE", "/v1/zones/centro", nil).Is(t, http.StatusNoContent, "")
	from("DELETE", "/v1/zones/centro", nil).Is(t, http.StatusNotFound, "zone_not_found")
	read := func(company string) (lines []string) {
		t.Helper()
		err := w.data.DB(t, "identity").InTenant(t.Context(), company, func(tx *sqlx.Tx) error {
			return tx.SelectContext(t.Context(), &lines, `SELECT concat_ws(' ', made_by, what, entity, address, before::json->>'name', '>', after::json->>'name',
    before::json->>'users', after::json->>'users', before::json->>'exit_buffer_m', after::json->>'exit_buffer_m') FROM geofence.v_changes ORDER BY id`)
		})
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	want := []string{
		`jefa zone.created zone/centro 203.0.113.7 > Centro []`,
		`jefa zone.changed zone/centro 203.0.113.7 Centro > Centro 2 [] []`,
		`jefa zone.assigned zone/centro 203.0.113.7 Centro 2 > Centro 2 [] ["juan"]`,
		`jefa zone_settings.changed zone_settings 203.0.113.7 > 25 55`,
		`jefa zone_settings.changed zone_settings 203.0.113.7 > 55 66`,
		`jefa zone.deleted zone/centro 203.0.113.7 Centro 2 > ["juan"]`,
	}
	if got := read("acme"); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("logged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := read("globex"); len(got) != 0 {
		t.Errorf("another company reads %q", got)
	}
	if n := pgtest.Count(t, w.admin, "geofence.change_log"); n != len(want) {
		t.Errorf("%d rows", n)
	}
}
