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

// upload sends a file of places, and returns the outcome of each line with its code.
func (w *world) upload(t *testing.T, who auth.Claims, query, file string, header ...string) (answer, string) {
	t.Helper()
	a := w.do(t, who, http.MethodPost, "/v1/places/import"+query, file, append(header, "Content-Type", "text/csv")...)
	var words []string
	lines, _ := a.Body["lines"].([]any)
	for _, l := range lines {
		word := fmt.Sprint(l.(body)["outcome"])
		if e, ok := l.(body)["error"].(body); ok {
			word += fmt.Sprintf(" %v %v", e["column"], e["code"])
		}
		words = append(words, word)
	}
	return a, strings.Join(words, ", ")
}

func TestPlacesOfAFile(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const file = "Código;Nombre;Dirección;Latitud;Longitud;Radio;Color\r\nA1;Panadería La Ñapa;\"Calle 1; local 2\";4,65;-74,08;;rojo\r\nA2;Óptica;;4.66;-74.09;50;azul\r\n"
	a, lines := w.upload(t, person("boss"), "?dry_run=true", file)
	if a.Is(t, http.StatusOK, ""); lines != "created, created" || a.Body["applied"] != false || a.Body["created"] != 2.0 || a.Body["encoding"] != "utf-8" || fmt.Sprint(a.Body["ignored_columns"]) != "[Color]" {
		t.Errorf("checked: %s", a.Text)
	}
	if n := pgtest.Count(t, w.admin, "activity.place"); n != 0 {
		t.Errorf("a check made %d places", n)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(file)
	if err != nil {
		t.Fatal(err)
	}
	key := []string{"Idempotency-Key", "k"}
	a, lines = w.upload(t, person("sol"), "", latin, key...)
	if lines != "created, created" || a.Body["applied"] != true || a.Body["encoding"] != "windows-1252" {
		t.Errorf("applied: %s", a.Text)
	}
	if again, _ := w.upload(t, person("sol"), "", latin, key...); again.Text != a.Text {
		t.Errorf("repeated: %s", again.Text)
	}
	if a, lines = w.upload(t, person("sol"), "", file); lines != "unchanged, unchanged" {
		t.Errorf("again: %s", a.Text)
	}
	p := w.get(t, person("boss"), "/v1/places?external_id=A1").Is(t, http.StatusOK, "").Body["places"].([]any)[0].(body)
	if p["name"] != "Panadería La Ñapa" || p["address"] != "Calle 1; local 2" || p["lat"] != 4.65 || p["lon"] != -74.08 || p["radius_m"] != 100.0 {
		t.Errorf("%v", p)
	}
	// A column that the file lacks stays as it is.
	if a, lines = w.upload(t, person("boss"), "", "external_id,name\nA1,La Ñapa\nA2,Óptica\n"); lines != "changed, unchanged" {
		t.Errorf("%s", a.Text)
	}
	if p = w.get(t, person("boss"), "/v1/places/"+p["id"].(string)).Body; p["name"] != "La Ñapa" || p["address"] != "Calle 1; local 2" || p["version"] != 2.0 {
		t.Errorf("%v", p)
	}
	if n := pgtest.Count(t, w.admin, "activity.change_log"); n != 3 {
		t.Errorf("%d changes are logged", n)
	}
	// What was exported can be imported, and a spreadsheet finds no formula in it.
	w.place(t, "acme", "f1", body{"name": "=HYPERLINK(1)", "notes": "-1\ndos", "external_id": "@x"})
	out := w.get(t, person("boss"), "/v1/places/export").Is(t, http.StatusOK, "")
	if !strings.HasPrefix(out.Text, "\ufeffid,external_id,name") || !strings.Contains(out.Text, "f1,'@x,'=HYPERLINK(1),") || out.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%v %s", out.Header, out.Text)
	}
	if a, lines = w.upload(t, person("boss"), "", out.Text); lines != "unchanged, unchanged, unchanged" {
		t.Errorf("round trip: %s\n%s", a.Text, out.Text)
	}
	if a, lines = w.upload(t, personOf("beta", "boss"), "", out.Text); lines != "created, created, created" {
		t.Errorf("another company: %s", a.Text)
	}
}

func TestAFileWithMistakesChangesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.place(t, "acme", "p1", body{"external_id": "A1"})
	w.place(t, "beta", "p2", body{"external_id": "B1"})
	_, lines := w.upload(t, person("boss"), "", `id,external_id,name,lat,lon,archived
,N1,Nuevo,4.65,-74.08,no
p1,A1,Otro,4.65,-74.08,quizás
p3,A1,Tres,4.65,-74.08,
p1,,Uno,4.65,-74.08,
p1,,Dos,4.65,-74.08,
,N1,Otra vez,4.65,-74.08,
a b,,Mal,4.65,-74.08,
,N2,,4.65,-74.08,
,N3,Lejos,95,-74.08,
,N4,Nada,0,0,
,N5,Letras,4.6x,-74.08,
,N6,Sin,,-74.08,
,N7,Larga,4.65,-74.08,no,más
p2,,Ajeno,4.65,-74.08,
`)
	want := "created, wrong archived validation_failed, wrong external_id external_id_taken, changed, wrong id id_taken, wrong external_id external_id_taken, wrong id validation_failed, " +
		"wrong name validation_failed, wrong lat validation_failed, wrong lat validation_failed, wrong lat validation_failed, wrong lat validation_failed, wrong <nil> csv_invalid, created"
	if lines != want {
		t.Errorf("%s\n%s", lines, want)
	}
	if n := pgtest.Count(t, w.admin, "activity.place"); n != 2 {
		t.Errorf("%d places", n)
	}
	for file, code := range map[string]string{
		"": "csv_empty", "name\n": "csv_empty", "color\nrojo\n": "csv_columns", "name\n\"x\n": "csv_invalid", "name\n\x00\n": "text_holds_nul",
		"name\n" + strings.Repeat("x\n", 1001): "csv_too_long",
	} {
		a, _ := w.upload(t, person("boss"), "", file)
		a.Is(t, http.StatusUnprocessableEntity, code)
	}
	for _, path := range []string{"/v1/places/export", "/v1/places/import"} {
		method := map[bool]string{true: http.MethodPost, false: http.MethodGet}[strings.HasSuffix(path, "import")]
		if a := w.do(t, person("ana"), method, path, "name\nx\n", "Content-Type", "text/csv"); a.Status != http.StatusForbidden {
			t.Errorf("a colaborador uses %s: %d", path, a.Status)
		}
	}
}
