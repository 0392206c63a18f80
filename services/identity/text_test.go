package identity

import (
	"net/http"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

// What two keyboards send for one text is one text.
func TestWhatLooksTheSameSignsInTheSame(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador, body{
		"email": "N\u0303andu\u0301@acme.example", "phone": "\u202a+57\u00a0300\u00a0123\u20114567\u202c", "payroll_number": "José-7", "password": "contrasen\u0303a\u00a0uno",
	})
	for _, typed := range []string{"ñandú@acme.example", "ÑANDU\u0301@ACME.example", "\ufeffñandú@acme.example\u200b", "573001234567", "0057 (300) 123-4567", "JOSE\u0301-7", "\u2003josé-7\u3000"} {
		for _, company := range []string{"acme", "ACME", " Acme\u200b", "\u2066acme\u2069", "ＡＣｍｅ", ""} {
			for _, password := range []string{"contraseña uno", "contrasen\u0303a\u2003uno"} {
				w.attempt(t, company, typed, password).Is(t, http.StatusOK, "")
			}
		}
	}
	w.attempt(t, "acme", "josé-7", "contraseña  uno").Is(t, http.StatusUnauthorized, "login_failed")
	w.attempt(t, "acme", "josé-7", "CONTRASEÑA uno").Is(t, http.StatusUnauthorized, "login_failed")
	// Two companies that differ in their letters alone are two.
	w.company(t, "ACME")
	w.attempt(t, "acme", "josé-7", "contraseña uno").Is(t, http.StatusOK, "")
	w.attempt(t, "ACME", "josé-7", "contraseña uno").Is(t, http.StatusUnauthorized, "login_failed")
	w.attempt(t, "Acme", "josé-7", "contraseña uno").Is(t, http.StatusUnauthorized, "login_failed")
}

func TestNamesAreOfOneVisibleLine(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.team(t, admin, "norte")
	for what, name := range map[string]string{
		"empty": "", "blanks": " \u00a0\u3000", "invisible": "\u200b\u2060\u00ad", "marks": "\u202e\u202c", "two lines": "Ana\nMaría",
		"a line separator": "Ana\u2028María", "a control": "Ana\u0007", "a mark on nothing": "\u0301",
	} {
		for path, in := range map[string]body{"/v1/users": {"name": name, "role": "colaborador"}, "/v1/teams": {"name": name}} {
			if a := w.send(t, "POST", path, admin, in); a.Status != http.StatusUnprocessableEntity || a.Code() != "validation_failed" || !containsText(a.Text, "body.name") {
				t.Errorf("%s %s: %d %s", path, what, a.Status, a.Text)
			}
		}
	}
	made := w.send(t, "POST", "/v1/users", admin, body{"name": "\u202e Jose\u0301\u00a0\u200bPérez ", "role": "colaborador"}).Is(t, http.StatusCreated, "")
	if made.Body["name"] != "José Pérez" {
		t.Errorf("name %+q", made.Body["name"])
	}
	w.send(t, "POST", "/v1/teams", admin, body{"name": "Equipo\u00a0NORTE\u200b"}).Is(t, http.StatusConflict, "team_name_taken")
	found := w.send(t, "GET", "/v1/users?q=jose%CC%81", admin, nil).Is(t, http.StatusOK, "")
	if len(found.IDs(t, "users")) != 1 {
		t.Errorf("found %s", found.Text)
	}
}
