package identity

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
)

const importPath = "/v1/users/import"

func (w *world) importCSV(t *testing.T, token, query, content string, header ...string) answer {
	t.Helper()
	return w.send(t, "POST", importPath+query, token, content, append([]string{"Content-Type", "text/csv"}, header...)...)
}

// imported sends a file as a client does: again with the same key while the service is too busy to finish within its ten seconds.
func (w *world) imported(t *testing.T, token, content string) answer {
	t.Helper()
	for began, key := time.Now(), rand.Text(); ; {
		a := w.importCSV(t, token, "", content, "Idempotency-Key", key)
		if a.Status != http.StatusServiceUnavailable || time.Since(began) > patience {
			return a.Is(t, http.StatusOK, "")
		}
	}
}

// outcomes sums a report up: a line's number, outcome, and what is changed or wrong.
func outcomes(a answer) (all []string) {
	for _, l := range a.Body["lines"].([]any) {
		line := l.(body)
		s := fmt.Sprintf("%v %v", line["line"], line["outcome"])
		if changed, ok := line["changed"].([]any); ok {
			s += fmt.Sprint(" ", changed)
		}
		if wrong, ok := line["errors"].([]any); ok {
			for _, e := range wrong {
				s += fmt.Sprintf(" %v:%v", e.(body)["column"], e.(body)["code"])
			}
		}
		all = append(all, s)
	}
	return all
}

func same(t *testing.T, a answer, want ...string) {
	t.Helper()
	if got := outcomes(a.Is(t, http.StatusOK, "")); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\nin %s", strings.Join(got, "\n"), strings.Join(want, "\n"), a.Text)
	}
}

func TestAFileCreatesAndChangesUsersOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.team(t, admin, "n")
	w.send(t, "POST", "/v1/teams", admin, body{"id": "ns", "name": "Norte, Sur"}).Is(t, http.StatusCreated, "")
	w.user(t, admin, "ana", audience.RoleColaborador, body{"phone": "5551234567", "teams": []string{"n"}})
	w.user(t, admin, "luz", audience.RoleSupervisor)
	ana, luz := w.login(t, "acme", "ana"), w.login(t, "acme", "luz")

	// As a Spanish Excel writes it. The phone moves from ana to a new user, which only the file as a whole allows.
	file := "\ufeffCódigo;Nombre;Teléfono;Número de nómina;Rol;Equipos;Observación\r\n" +
		"ana;Ana Núñez;;ana;;Equipo N | norte, sur;x\r\n" +
		";Óscar 😀 Peña;555 123 4567;E-9;Colaborador;Norte, Sur;\r\n" +
		"luz;Persona luz;;luz;Campo;;\r\n" +
		"admin;Admin de acme;;admin;;;\r\n"
	want := []string{"2 changed [name phone teams]", "3 created", "4 changed [role]", "5 unchanged"}
	before := w.send(t, "GET", "/v1/users", admin, nil).Text
	dry := w.importCSV(t, admin, "?dry_run=true", file)
	same(t, dry, want...)
	if got := w.send(t, "GET", "/v1/users", admin, nil).Text; got != before || dry.Body["applied"] != false || !strings.Contains(dry.Text, `"ignored_columns":["Observación"]`) {
		t.Fatalf("a check changed\n%s\nto\n%s\nand said %s", before, got, dry.Text)
	}
	done := w.importCSV(t, admin, "", file)
	same(t, done, want...)
	if done.Body["applied"] != true || done.Body["created"] != 1.0 || done.Body["changed"] != 2.0 || done.Body["unchanged"] != 1.0 || done.Body["wrong"] != 0.0 {
		t.Errorf("report %s", done.Text)
	}
	id := done.Body["lines"].([]any)[1].(body)["id"].(string)
	made := w.send(t, "GET", "/v1/users/"+id, admin, nil).Is(t, http.StatusOK, "").Body
	if made["name"] != "Óscar 😀 Peña" || made["phone"] != "555 123 4567" || !reflect.DeepEqual(made["teams"], []any{"ns"}) || made["version"] != 1.0 {
		t.Errorf("made %v", made)
	}
	got := w.send(t, "GET", "/v1/users/ana", admin, nil).Body
	if got["name"] != "Ana Núñez" || got["phone"] != nil || !reflect.DeepEqual(got["teams"], []any{"n", "ns"}) || got["version"] != 2.0 {
		t.Errorf("ana is %v", got)
	}

	// The same file again finds everybody as they are, also whom it created without an id.
	again := w.importCSV(t, admin, "", file)
	same(t, again, "2 unchanged", "3 unchanged", "4 unchanged", "5 unchanged")
	if version := w.send(t, "GET", "/v1/users/"+id, admin, nil).Body["version"]; version != 1.0 {
		t.Errorf("a second import makes version %v", version)
	}

	// Ana, whose role stays, keeps her session and her password. Luz, whose role changed, is signed out. Óscar has no password.
	w.refresh(t, ana.refresh).Is(t, http.StatusOK, "")
	if a := w.refresh(t, luz.refresh); a.Status != http.StatusUnauthorized {
		t.Errorf("luz goes on: %s", a.Text)
	}
	w.refused(t, luz.access)
	// Also the session itself is ended, for the case that another replica's clock is behind.
	var going []string
	if err := w.data.Admin(t).Select(&going, `SELECT user_id FROM identity.session_family WHERE user_id IN ('ana', 'luz') AND revoked_at IS NULL`); err != nil || !slices.Equal(going, []string{"ana"}) {
		t.Errorf("sessions that go on: %v (%v)", going, err)
	}
	// Her tokens stay revoked, also should she get the role back.
	same(t, w.importCSV(t, admin, "", "id,role\nluz,supervisor\n"), "2 changed [role]")
	w.login(t, "acme", "luz")
	w.refused(t, luz.access)
	if a := w.send(t, "GET", "/v1/users/me", luz.access, nil); a.Status != http.StatusUnauthorized {
		t.Errorf("an old token is good again: %s", a.Text)
	}
	w.attempt(t, "acme", "5551234567", secret).Is(t, http.StatusUnauthorized, "login_failed")
	w.send(t, "PUT", "/v1/users/"+id+"/password", admin, body{"password": "otra clave más"}).Is(t, http.StatusNoContent, "")
	w.attempt(t, "acme", "5551234567", "otra clave más").Is(t, http.StatusOK, "")
	news := w.news(t, "dir.acme.directorio.usuario."+id, func(b body) bool { return b["version"] != "" })
	if len(news) != 1 || news[0]["role"] != "colaborador" {
		t.Errorf("news of the new user: %v", news)
	}

	log := w.send(t, "GET", "/v1/changes?entity=user/"+id, admin, nil).Is(t, http.StatusOK, "").Body["changes"].([]any)
	if what := log[len(log)-1].(body); what["what"] != "user.created" || what["by"] != "admin" || what["before"] != nil || what["after"].(body)["name"] != "Óscar 😀 Peña" {
		t.Errorf("the log says %v", log)
	}
	if log := w.send(t, "GET", "/v1/changes?entity=user/luz", admin, nil); !strings.Contains(log.Text, `"role":"supervisor"`) || !strings.Contains(log.Text, `"role":"colaborador"`) {
		t.Errorf("the log does not tell luz' roles: %s", log.Text)
	}
}

func TestEachBadLineIsNamedAndNothingIsChanged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador, body{"phone": "5551234567", "email": "ana@acme.example"})
	file := "id,name,email,phone,payroll_number,role,active,teams\n" +
		"bueno,Todo bien,,,,,,\n" +
		"a.>,Id imposible,,,,,,\n" +
		"vacio, ,,,,,,\n" +
		"todo,\"Dos\nlíneas\",ana,12,x@y,jefe,quizás,Nadie\n" +
		"bea,Bea,ANA@acme.example,555-123-4567,,,,\n" +
		",Sin nada,,,,,,\n" +
		"uno,Uno,,,E-1,,,\n" +
		"dos,Dos,,,e-1,,,\n" +
		"bueno,Otra vez,,,,,,\n" +
		"largo,Pérez, Juan,,,,,,Equipo\n" +
		"me,Yo,,,,,,\n" +
		"admin,Admin,,,admin,,no,\n"
	want := []string{
		"2 created", "3 wrong id:validation_failed", "4 wrong name:validation_failed",
		"5 wrong name:validation_failed email:validation_failed phone:validation_failed payroll_number:validation_failed role:validation_failed active:validation_failed teams:team_not_found",
		"7 wrong email:login_taken phone:login_taken", "8 wrong id:id_missing", "9 created", "10 wrong payroll_number:login_taken", "11 wrong id:user_twice",
		"12 wrong <nil>:cells_too_many email:validation_failed", "13 wrong id:validation_failed", "14 wrong active:last_admin",
	}
	before := w.send(t, "GET", "/v1/users", admin, nil).Text
	same(t, w.importCSV(t, admin, "?dry_run=true", file), want...)
	refused := w.importCSV(t, admin, "", file, "Idempotency-Key", "file-1")
	same(t, refused, want...)
	if refused.Body["applied"] != false || w.send(t, "GET", "/v1/users", admin, nil).Text != before {
		t.Errorf("a file with bad lines changed something: %s", refused.Text)
	}
	// The corrected file may use the same key.
	fixed := w.importCSV(t, admin, "", "id,name\nbueno,Todo bien\n", "Idempotency-Key", "file-1")
	same(t, fixed, "2 created")
	if replayed := w.importCSV(t, admin, "", "id,name\nbueno,Todo bien\n", "Idempotency-Key", "file-1"); replayed.Text != fixed.Text {
		t.Errorf("repeated: %s", replayed.Text)
	}
	w.importCSV(t, admin, "", "id,name\nbueno,Otro\n", "Idempotency-Key", "file-1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
}

// Two teams that the database tells apart may be one name to who types it. A file must not choose.
func TestATeamThatMayBeOneOfTwoIsNamed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	for id, name := range map[string]string{"a": "Norte", "b": "Ｎｏｒｔｅ", "c": "Sur"} {
		w.send(t, "POST", "/v1/teams", admin, body{"id": id, "name": name}).Is(t, http.StatusCreated, "")
	}
	same(t, w.importCSV(t, admin, "", "id,name,teams\nana,Ana,norte\nluz,Luz,Sur|Norte\nbea,Bea,Sur\n"),
		"2 wrong teams:team_ambiguous", "3 wrong teams:team_ambiguous", "4 created")
}

func TestAFileThatIsNoTableOfUsersIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	for content, code := range map[string]string{
		"name\nA\xf1o\n": "text_not_unicode", "name\n\"Ana\nBea\n": "csv_invalid", "a,b\n1,2\n": "csv_columns", "id,name\n": "csv_empty",
		"id,name,Contraseña\nana,Ana,secreto-de-ana\n":                  "csv_passwords",
		"id,name\n" + strings.Repeat("ana,Ana\n", 2001):                 "csv_too_long",
		"id\n" + strings.Repeat(strings.Repeat("a", 1<<10)+"\n", 1<<10): "body_too_large",
	} {
		a := w.importCSV(t, admin, "?dry_run=true", content)
		if a.Code() != code || a.Status < 400 || strings.Contains(a.Text, "secreto") {
			t.Errorf("%.40q: %d %.300s, want %s", content, a.Status, a.Text, code)
		}
	}
}

func TestTwoThousandUsersFitIntoOneRequest(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.team(t, admin, "n")
	var file strings.Builder
	file.WriteString("id,name,email,phone,payroll_number,teams\n")
	for i := range 2000 {
		fmt.Fprintf(&file, "u%d,Persona %d,u%d@acme.example,+52 33 %08d,E-%d,Equipo n\n", i, i, i, i, i)
	}
	a := w.imported(t, admin, file.String())
	if a.Body["created"] != 2000.0 || a.Body["applied"] != true {
		t.Fatalf("%.300s", a.Text)
	}
	a = w.imported(t, admin, strings.Replace(file.String(), "Persona 7,", "Siete,", 1))
	if a.Body["unchanged"] != 1999.0 || a.Body["changed"] != 1.0 {
		t.Errorf("%.300s", a.Text)
	}
}

// What somebody of another role, or of another company, may try.
func TestWhoMayImportAndWhere(t *testing.T) {
	t.Parallel()
	w, acme, beta := twins(t)
	const file = "id,name,role,teams\nsolo,Robado,admin,\nana,Otra,,\n"
	for what, token := range map[string]string{
		"a supervisor": w.login(t, "acme", "sup").access, "a colaborador": w.login(t, "acme", "ana").access, "a platform admin": w.root(t),
	} {
		for _, query := range []string{"", "?dry_run=true", "?company=beta"} {
			if a := w.importCSV(t, token, query, file); a.Status != http.StatusForbidden {
				t.Errorf("%s%s: %d %s", what, query, a.Status, a.Text)
			}
		}
	}
	w.importCSV(t, "", "", file).Is(t, http.StatusUnauthorized, "token_missing")
	// What stands in beta is neither told nor touched: solo is a new user of acme, and este is no team of it.
	before := w.send(t, "GET", "/v1/users", beta, nil).Text
	same(t, w.importCSV(t, acme, "?dry_run=true", "id,name,payroll_number,teams\nsolo,Nuevo,solo,Equipo este\n,Otro,solo,\n"), "2 wrong teams:team_not_found", "3 wrong payroll_number:login_taken")
	same(t, w.importCSV(t, acme, "?company=beta", file), "2 created", "3 changed [name teams]")
	if after := w.send(t, "GET", "/v1/users", beta, nil).Text; after != before {
		t.Errorf("users of the other company changed\nfrom %s\nto   %s", before, after)
	}
	if got := w.send(t, "GET", "/v1/users/solo", acme, nil).Body; got["name"] != "Robado" || got["payroll_number"] != nil {
		t.Errorf("acme's solo is %v", got)
	}
	w.send(t, "GET", "/v1/users/solo", beta, nil).Is(t, http.StatusOK, "")
	w.attempt(t, "beta", "solo", secret).Is(t, http.StatusOK, "")
}
