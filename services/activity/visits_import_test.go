package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

// hand hands in a file of visits, and returns the outcome of each line with its code.
func (w *world) hand(t *testing.T, who auth.Claims, query, file string, header ...string) (answer, string) {
	t.Helper()
	a := w.do(t, who, http.MethodPost, "/v1/activities/import"+query, file, append(header, "Content-Type", "text/csv")...)
	var words []string
	lines, _ := a.Body["lines"].([]any)
	for _, l := range lines {
		word := fmt.Sprint(l.(body)["outcome"])
		if code, ok := l.(body)["code"].(string); ok {
			word += " " + code
		}
		words = append(words, word)
	}
	return a, strings.Join(words, ", ")
}

func TestVisitsOfAFile(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.place(t, "acme", "p1", body{"external_id": "CLI 1"})
	const file = "Orden;Título;Lugar;Usuario;Equipo;Fecha;Desde;Hasta;Prioridad\r\nOT1;Revisión;CLI 1;ana;;09/03/2026;8:30;10:00;Alta\r\n" +
		"OT2;Guardia;p1;;norte;2026-03-09;18:00;06:00;\r\nOT3;Día entero;p1;beto;;9/3/2026;;;baja\r\n"
	a, lines := w.hand(t, person("sol"), "?dry_run=true", file)
	if lines != "created, created, created" || a.Body["applied"] != false || a.Body["lines"].([]any)[0].(body)["preview"].(body)["place_name"] != "Panadería p1" {
		t.Errorf("checked: %s", a.Text)
	}
	if n := pgtest.Count(t, w.admin, "activity.visit") + pgtest.Count(t, w.admin, "activity.outbox"); n != 0 {
		t.Errorf("a check left %d rows", n)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	key := []string{"Idempotency-Key", "k"}
	a, lines = w.hand(t, person("sol"), "", latin, key...)
	if lines != "created, created, created" || a.Body["applied"] != true || a.Body["encoding"] != "windows-1252" {
		t.Errorf("applied: %s", a.Text)
	}
	if again, _ := w.hand(t, person("sol"), "", latin, key...); again.Text != a.Text {
		t.Errorf("repeated: %s", again.Text)
	}
	if _, lines = w.hand(t, person("sol"), "", file); lines != "wrong external_id_taken, wrong external_id_taken, wrong external_id_taken" {
		t.Errorf("again: %s", lines)
	}
	for order, want := range map[string]string{
		"OT1": "Revisión high 2026-03-09T13:30:00Z 2026-03-09T15:00:00Z ana ", "OT2": "Guardia normal 2026-03-09T23:00:00Z 2026-03-10T11:00:00Z  norte",
		"OT3": "Día entero low 2026-03-09T05:00:00Z 2026-03-10T03:00:00Z beto ",
	} {
		v := w.get(t, person("boss"), "/v1/activities?external_id="+order).Is(t, http.StatusOK, "").Body["activities"].([]any)[0].(body)
		if got := fmt.Sprint(v["title"], " ", v["priority"], " ", v["from"], " ", v["until"], " ", v["user_id"], " ", v["team_id"]); got != want {
			t.Errorf("%s is %q, want %q", order, got, want)
		}
	}
	for range 3 {
		w.next(t)
	}
	w.silent(t)
}

func TestAFileOfVisitsWithMistakes(t *testing.T) {
	t.Parallel()
	w := site(t)
	_, lines := w.hand(t, person("sol"), "", `title,place,user,day,from,until,priority,tipo,lat,lon
Bien,p1,ana,2026-03-09,,,,,,
Lugar,p9,ana,2026-03-09,,,,,,
Ajena,p1,carla,2026-03-09,,,,,,
Nadie,p1,,2026-03-09,,,,,,
Fecha,p1,ana,31/02/2026,,,,,,
Hora,p1,ana,2026-03-09,25:00,26:00,,,,
Media,p1,ana,2026-03-09,08:00,,,,,
Prisa,p1,ana,2026-03-09,,,ya,,,
Clase,p1,ana,2026-03-09,,,,jornada,,
Cero,,ana,2026-03-09,,,,,0,0
,p1,ana,2026-03-09,,,,,,
Tarea,,ana,2026-03-09,,,,Tarea,,
Letras,,ana,2026-03-09,,,,,x,1
`)
	want := "created, wrong place_not_found, wrong user_not_found, wrong worker_or_team_required, wrong validation_failed, wrong validation_failed, wrong validation_failed, " +
		"wrong validation_failed, wrong validation_failed, wrong validation_failed, wrong validation_failed, created, wrong validation_failed"
	if lines != want {
		t.Errorf("%s\n%s", lines, want)
	}
	if n := pgtest.Count(t, w.admin, "activity.visit"); n != 0 {
		t.Errorf("%d visits", n)
	}
	if a, _ := w.hand(t, person("ana"), "", "title\nx\n"); a.Status != http.StatusForbidden {
		t.Errorf("a colaborador imports: %s", a.Text)
	}
	if _, lines = w.hand(t, personOf("beta", "boss"), "", "title,place,user,day\nBien,p1,ana,2026-03-09\n"); lines != "wrong place_not_found" {
		t.Errorf("another company's place: %s", lines)
	}
	a, _ := w.hand(t, person("boss"), "", "")
	a.Is(t, http.StatusUnprocessableEntity, "csv_empty")
	w.silent(t)
}
