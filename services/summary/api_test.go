package summary_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestWhatClientsReadWhenTheyAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.again(t, config, "directory")
	tokens := map[string]string{audience.RolePlatformAdmin: w.issuer.Token(t, claims("", "root", audience.RolePlatformAdmin))}
	for _, role := range []string{audience.RoleAdmin, audience.RoleColaborador} {
		tokens[role] = w.issuer.Token(t, claims("acme", "boss", role))
	}
	var all httpxtest.Refusals
	all.Drive(t, w.service.OpenAPI, tokens, func(method, path, token string, body any) answer {
		a, err := httpxtest.Do(t.Context(), method, w.url+path, token, body)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	all.Compare(t)
}

func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.again(t, config, "directory")
	httpxtest.Operations(t, w.service.OpenAPI)
}

func TestBadPeriods(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.again(t, config, "directory")
	for path, code := range map[string]string{
		"/v1/summaries?date=2025-02-01":                                 "date_too_old",
		"/v1/summaries?date=2026-03-10":                                 "date_ahead",
		"/v1/summaries?date=2028-03-10":                                 "date_ahead",
		"/v1/summaries?date=yesterday":                                  "validation_failed",
		"/v1/summaries?date=2026-03-09&to=2026-03-09":                   "range_invalid",
		"/v1/summaries?from=2026-03-09&to=2026-03-08":                   "range_invalid",
		"/v1/summaries?from=2025-11-01&to=2026-03-09":                   "range_invalid",
		"/v1/summaries/totals?from=2025-02-01":                          "date_too_old",
		"/v1/summaries/totals?by=year":                                  "validation_failed",
		"/v1/summaries/export?format=pdf":                               "validation_failed",
		"/v1/summaries/export?from=2025-11-01&to=2026-03-09&format=csv": "range_invalid",
		"/v1/users/ana/summaries/2025-01-01":                            "date_too_old",
		"/v1/users/ana/summaries/0000-00-00":                            "validation_failed",
		"/v1/users/ana/route?date=2026-04-01":                           "date_ahead",
		"/v1/users/ana/route?error_m=7":                                 "validation_failed",
	} {
		w.get(t, boss, path).Is(t, http.StatusUnprocessableEntity, code)
	}
	for _, path := range []string{"/v1/summaries?date=", "/v1/summaries/totals?to=2025-02-03&from=", "/v1/summaries/export?to=2025-02-03&from=", "/v1/users/boss/summaries/", "/v1/users/boss/route?date="} {
		w.get(t, boss, path+"2025-02-01").Is(t, http.StatusUnprocessableEntity, "date_too_old") // 401 days
		if a := w.get(t, boss, path+"2025-02-02"); strings.Contains(path, "/users/") != (a.Body["code"] == "summary_not_found") || !strings.Contains(path, "/users/") && a.Status != http.StatusOK {
			t.Errorf("%s 400 days ago: %s", path, a.Text)
		}
	}
	w.get(t, boss, "/v1/users/nobody/summaries/2026-03-09").Is(t, http.StatusNotFound, "user_not_found")
	w.get(t, boss, "/v1/summaries?cursor=x").Is(t, http.StatusBadRequest, "cursor_invalid")
}

// Pages of one give all days, those that run and those that are closed, each once and the newest first. Sums and files have the closed ones.
func TestListsSumsAndFiles(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `UPDATE identity.users SET name = '=HYPERLINK("x")' WHERE id = 'luis'`)
	for back := range 9 {
		for i, user := range []string{"ana", "luis"} {
			w.upload(t, "acme", user, "p1", walk(noon.AddDate(0, 0, -back), 10+i))
		}
	}
	w.again(t, config)
	for back := 1; back < 9; back++ {
		w.close(t, "acme", noon.AddDate(0, 0, -back).Format(time.DateOnly))
	}
	var got []string
	for cursor, first := "", true; first || cursor != ""; first = false {
		a := w.get(t, boss, "/v1/summaries?from=2026-03-01&limit=1&cursor="+cursor).Is(t, http.StatusOK, "").Body
		for _, s := range a["summaries"].([]any) {
			got = append(got, fmt.Sprint(s.(map[string]any)["date"], s.(map[string]any)["user_id"]))
		}
		cursor, _ = a["next"].(string)
	}
	var want []string
	for back := range 9 {
		date := noon.AddDate(0, 0, -back).Format(time.DateOnly)
		want = append(want, date+"ana", date+"luis")
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("pages give\n%v, want\n%v", got, want)
	}
	for by, periods := range map[string]int{"week": 2, "month": 1, "all": 1} {
		list := w.get(t, boss, "/v1/summaries/totals?from=2026-03-02&user=ana&by="+by).Is(t, http.StatusOK, "").Body["totals"].([]any)
		days := 0.
		for _, total := range list {
			days += total.(map[string]any)["days"].(float64)
		}
		if by == "week" {
			periods-- // 2 to 8 March is one week
		}
		if len(list) != periods || days != 7 {
			t.Errorf("by %s: %v", by, list)
		}
	}
	for path, want := range map[string]struct {
		rows  int
		third string // the cell of the first row
		name  string
	}{
		"/v1/summaries/export?from=2026-03-01&format=":               {17, "2026-03-01", "summaries-2026-03-01-2026-03-09"},
		"/v1/summaries/totals?from=2026-03-01&format=":               {5, "2026-W09", "summaries-by-week-2026-03-01-2026-03-09"},
		"/v1/summaries/totals?from=2026-03-01&by=month&format=":      {3, "2026-03", "summaries-by-month-2026-03-01-2026-03-09"},
		"/v1/summaries/totals?from=2026-03-01&by=all&user=x&format=": {1, "", "summaries-by-all-2026-03-01-2026-03-09"},
	} {
		text := w.get(t, boss, path+"csv").Is(t, http.StatusOK, "")
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text.Text, "\ufeff"))).ReadAll()
		if err != nil || len(rows) != want.rows {
			t.Fatalf("%s: %d rows, %v", path, len(rows), err)
		}
		if want.rows > 1 && (rows[2][1] != `'=HYPERLINK("x")` || rows[1][2] != want.third) {
			t.Errorf("%s: %v", path, rows[1:3])
		}
		if got := text.Header.Get("Content-Disposition"); got != `attachment; filename="`+want.name+`.csv"` {
			t.Errorf("%s is called %s", path, got)
		}
		book, err := excelize.OpenReader(bytes.NewReader([]byte(w.get(t, boss, path+"xlsx").Text)))
		if err != nil {
			t.Fatal(err)
		}
		cells, err := book.GetRows("Sheet1")
		if err != nil || len(cells) != want.rows || want.rows > 1 && (cells[1][5] != rows[1][5] || cells[2][1] != rows[2][1]) {
			t.Errorf("%s: %d rows, %v", path, len(cells), err)
		}
	}
	// The document says of the sums that they are JSON or a file.
	raw, err := json.Marshal(w.service.OpenAPI.Paths["/v1/summaries/totals"].Get.Responses["200"])
	if err != nil || !strings.Contains(string(raw), "SummaryTotals") || !strings.Contains(string(raw), "text/csv") {
		t.Errorf("%s, %v", raw, err)
	}
}

// A route is GeoJSON with times. The pattern has the streets of three people, and not where their days begin and end.
func TestRoutesAndThePattern(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 4 {
		user := fmt.Sprint("p", i)
		w.user(t, "acme", user, audience.RoleColaborador, "{norte}")
		if i < 3 {
			w.upload(t, "acme", user, "p1", append(stand(noon.Add(-time.Hour), 30), walk(noon.Add(-30*time.Minute), 30)...))
		} else {
			lonely := walk(noon.Add(-30*time.Minute), 30)
			for n := range lonely {
				lat, _ := lonely[n].Degrees()
				lonely[n].SetPlace(lat, -75)
			}
			w.upload(t, "acme", user, "p1", lonely)
		}
	}
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	empty := w.get(t, boss, "/v1/routes/pattern").Is(t, http.StatusOK, "")
	if empty.Body["type"] != "FeatureCollection" || len(empty.Body["features"].([]any)) != 0 {
		t.Errorf("without a day: %s", empty.Text)
	}
	w.close(t, "acme", "2026-03-09")
	a := w.get(t, boss, "/v1/users/p0/route?date=2026-03-09&error_m=20").Is(t, http.StatusOK, "").Body
	features := a["features"].([]any)
	if len(features) != 1 {
		t.Fatalf("%v", a)
	}
	line, props := features[0].(map[string]any)["geometry"].(map[string]any)["coordinates"].([]any), features[0].(map[string]any)["properties"].(map[string]any)
	if len(line) < 2 || len(line) != len(props["times"].([]any)) || len(line) > 20 {
		t.Errorf("%d points, %v", len(line), props)
	}
	w.clock.Set(noon.AddDate(0, 0, 1).Add(10 * time.Minute))
	apptest.Until(t, func() bool { return w.count(t, "summary.pattern WHERE body <> ''") == 1 })
	got := w.get(t, ana, "/v1/routes/pattern").Is(t, http.StatusOK, "")
	if len(got.Body["features"].([]any)) == 0 || strings.Contains(got.Text, "-75") || strings.Contains(got.Text, "2026") || strings.Contains(got.Text, "p0") {
		t.Errorf("%s", got.Text)
	}
	w.get(t, ana, "/v1/routes/pattern", "If-None-Match", got.Header.Get("ETag")).Is(t, http.StatusNotModified, "")
}

// Bad input gives a clear answer in bounded time.
func TestHostileDays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	many := make([]track.Fix, 0, 120_000)
	for i := range 60_000 {
		f := walk(noon, 1)[0]
		f.RecordedAt = noon.UnixMilli() + int64(i)*500
		f.SetPlace(4.65+float64(i)*1e-5, -74.1)
		many = append(many, f)
	}
	w.upload(t, "acme", "ana", "p1", many)
	w.upload(t, "acme", "ana", "p2", walk(noon, 10))
	for i := range many {
		many[i].RecordedAt += 250
	}
	w.upload(t, "acme", "ana", "p1", many)
	instant := walk(noon, 10)
	for i := range instant {
		instant[i].RecordedAt = noon.UnixMilli()
	}
	w.upload(t, "acme", "luis", "p1", instant)
	bad := walk(noon, 30)
	for i := range bad {
		bad[i].SetAccuracyM(5000)
	}
	w.upload(t, "acme", "sol", "p1", bad)
	// A phone that is two years ahead: nothing of it is of today.
	w.tracks.Store(t, trackingtest.Track{Company: "acme", User: "boss", Device: "p1", Fixes: walk(noon.AddDate(2, 0, 0), 10)})
	w.again(t, config)
	if list := w.patient(t, boss, "/v1/summaries").Is(t, http.StatusOK, "").Body["summaries"].([]any); len(list) != 3 {
		t.Errorf("%d rows", len(list))
	}
	if d := w.get(t, boss, "/v1/users/boss/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; d["fixes"] != 0. || d["state"] != "preliminary" {
		t.Errorf("two years ahead: %v", d)
	}
	w.get(t, boss, "/v1/users/boss/summaries/2028-03-09").Is(t, http.StatusUnprocessableEntity, "date_ahead")
	if d := w.patient(t, boss, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; d["devices"] != 2. || d["thinned"] != true {
		t.Errorf("many: %v", d)
	}
	for _, user := range []string{"luis", "sol"} {
		if d := w.get(t, boss, "/v1/users/"+user+"/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; d["distance_m"] != 0. {
			t.Errorf("%s: %v", user, d)
		}
	}
}
