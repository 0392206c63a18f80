package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/services/terreno/internal/client"
)

var start = time.Date(2026, 3, 9, 23, 58, 0, 0, time.UTC)

// installation has the positions of juan, whom only the login "admin" may see.
type installation struct {
	*httptest.Server
	positions []Position
	// page is how many positions a response has at most.
	page int
	mu   sync.Mutex
	// asked is from and to of the requests without a cursor.
	asked  []string
	logins int
	broken bool // after the first page
}

func install(t *testing.T, positions ...Position) *installation {
	t.Helper()
	in := &installation{positions: positions, page: 2}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth/login", func(w http.ResponseWriter, r *http.Request) {
		in.mu.Lock()
		defer in.mu.Unlock()
		in.logins++
		_, _ = fmt.Fprintf(w, `{"access_token":"t%d"}`, in.logins)
	})
	mux.HandleFunc("GET /v1/users/{id}/positions", in.playback)
	in.Server = httptest.NewServer(mux)
	t.Cleanup(in.Close)
	return in
}

func (in *installation) playback(w http.ResponseWriter, r *http.Request) {
	in.mu.Lock()
	defer in.mu.Unlock()
	q := r.URL.Query()
	from, err := time.Parse(time.RFC3339, q.Get("from"))
	to, err2 := time.Parse(time.RFC3339, q.Get("to"))
	begin, _ := strconv.Atoi(q.Get("cursor"))
	switch {
	case err != nil || err2 != nil || to.Sub(from) > 31*24*time.Hour:
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = io.WriteString(w, `{"detail":"Ask for at most 31 days at once."}`)
		return
	case r.PathValue("id") != "juan" || r.Header.Get("Authorization") != fmt.Sprint("Bearer t", in.logins):
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"detail":"There is no such user among those whom you may see."}`)
		return
	case in.broken && begin > 0:
		w.WriteHeader(http.StatusNotImplemented)
		_, _ = io.WriteString(w, `{"detail":"Later."}`)
		return
	case begin == 0:
		in.asked = append(in.asked, q.Get("from")+" "+q.Get("to"))
	}
	var rest []Position
	for _, p := range in.positions {
		if at := p.RecordedAt.Time(); !at.Before(from) && at.Before(to) && (q.Get("device") == "" || q.Get("device") == p.DeviceID) {
			rest = append(rest, p)
		}
	}
	rest = rest[begin:]
	var page struct {
		Positions []Position `json:"positions"`
		Next      string     `json:"next,omitempty"`
	}
	page.Positions = rest[:min(len(rest), in.page)]
	if len(rest) > in.page {
		page.Next = strconv.Itoa(begin + in.page)
	}
	_ = json.NewEncoder(w).Encode(page)
}

func (in *installation) account() client.Account {
	return client.Account{URL: in.URL, Company: "acme", Login: "admin", Password: "x"}
}

func (in *installation) run(t *testing.T, q Query, format string) (string, Summary) {
	t.Helper()
	var out bytes.Buffer
	s, err := Run(t.Context(), in.account(), q, format, &out)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), s
}

func week() Query {
	return Query{User: "juan", From: start.AddDate(0, 0, -3), To: start.AddDate(0, 0, 4)}
}

func pos(seconds int, device string, lat, lon float64) Position {
	at := start.Add(time.Duration(seconds) * time.Second)
	return Position{UserID: "juan", DeviceID: device, RecordedAt: instantOf(at), ReceivedAt: instantOf(at.Add(1500 * time.Millisecond)), Lat: lat, Lon: lon}
}

// hostile is what devices may report: texts that are formulas or markup, everything and nothing, over a midnight and over the
// antimeridian.
func hostile() []Position {
	full := pos(0, `=HYPERLINK("http://x";"y")`, -17.5, 179.99)
	full.AccuracyM, full.AltitudeM, full.SpeedMPS, full.BearingDeg = short(12.5), short(-3.5), short(1.25), short(359.9)
	full.Battery, full.Charging, full.Activity, full.Mock = short(0.5), new(bool), `<b>&"]]>`+"\x01", true
	return []Position{
		full,
		pos(30, "-1+1", 0.0000001, 180),
		pos(60, full.DeviceID, -17.4, -179.99),
		pos(90, full.DeviceID, -17.3, -179.98),
		pos(180, "a, \"b\"\r\nc", 4.65, -74.08),
		pos(240, "a, \"b\"\r\nc", 4.66, -74.08),
	}
}

func short(v float32) *float32 { return &v }

// UPDATE_GOLDEN=1 writes the files anew. Look at them then.
func TestGolden(t *testing.T) {
	t.Parallel()
	in := install(t, hostile()...)
	for _, format := range Formats {
		got, s := in.run(t, week(), format)
		if s.Positions != 6 || s.Devices != 3 || !s.First.Equal(start) || !s.Last.Equal(start.Add(4*time.Minute)) {
			t.Errorf("%s: %+v", format, s)
		}
		file := "testdata/hostile." + format
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is not as it was:\n%s", file, got)
		}
	}
}

// Whoever reads a file has what was stored, and no spreadsheet computes what a device reported.
func TestCSVReadsBack(t *testing.T) {
	t.Parallel()
	want := hostile()
	text, _ := install(t, want...).run(t, week(), "csv")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != len(want)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows[1:] {
		for _, cell := range []int{1, 12} {
			if strings.IndexAny(row[cell], "=+-@") == 0 {
				t.Errorf("a formula: %q", row[cell])
			}
		}
		lat, err := strconv.ParseFloat(row[4], 64)
		lon, err2 := strconv.ParseFloat(row[5], 64)
		if errors.Join(err, err2) != nil || lat != want[i].Lat || lon != want[i].Lon {
			t.Errorf("%q, want %+v", row, want[i])
		}
	}
}

func TestGPXIsWellFormed(t *testing.T) {
	t.Parallel()
	text, _ := install(t, hostile()...).run(t, week(), "gpx")
	var read struct {
		Tracks []struct {
			Src    string `xml:"src"`
			Points []struct {
				Lat  float64   `xml:"lat,attr"`
				Lon  float64   `xml:"lon,attr"`
				Time time.Time `xml:"time"`
			} `xml:"trkseg>trkpt"`
		} `xml:"trk"`
	}
	if err := xml.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	var devices []string
	points := 0
	for _, track := range read.Tracks {
		devices = append(devices, track.Src)
		points += len(track.Points)
	}
	if want := []string{"-1+1", hostile()[0].DeviceID, "a, \"b\"\r\nc"}; !slices.Equal(devices, want) || points != 6 {
		t.Errorf("devices %q, %d points", devices, points)
	}
	if p := read.Tracks[1].Points[0]; p.Lat != -17.5 || p.Lon != 179.99 || !p.Time.Equal(start) {
		t.Errorf("%+v", p)
	}
}

func TestNothingToExport(t *testing.T) {
	t.Parallel()
	in := install(t)
	for format, want := range map[string]string{"csv": "user_id,", "gpx": "</gpx>", "geojson": `"features":[` + "\n]}"} {
		text, s := in.run(t, week(), format)
		if s != (Summary{}) || !strings.Contains(text, want) {
			t.Errorf("%s: %+v\n%s", format, s, text)
		}
	}
}

// A long time is read in parts without a gap, all pages of each.
func TestALongTimeIsReadInParts(t *testing.T) {
	t.Parallel()
	in := install(t)
	from := start.AddDate(0, 0, -70)
	for day := range 70 {
		for i := range 3 {
			in.positions = append(in.positions, pos(day*86400-70*86400+i, "d", 1, float64(day)))
		}
	}
	in.positions[0].DeviceID = "other"
	_, s := in.run(t, Query{User: "juan", From: from, To: start}, "csv")
	if s.Positions != 210 || s.Devices != 2 {
		t.Errorf("%+v", s)
	}
	if len(in.asked) != 3 || !strings.HasPrefix(in.asked[0], from.Format(time.RFC3339)) || !strings.HasSuffix(in.asked[2], start.Format(time.RFC3339)) {
		t.Errorf("asked for %q", in.asked)
	}
	for i := 1; i < len(in.asked); i++ {
		if strings.Fields(in.asked[i-1])[1] != strings.Fields(in.asked[i])[0] {
			t.Errorf("a gap between %s and %s", in.asked[i-1], in.asked[i])
		}
	}
	if _, s := in.run(t, Query{User: "juan", Device: "other", From: from, To: start}, "csv"); s.Positions != 1 {
		t.Errorf("of one device: %+v", s)
	}
}

// A login that is old is renewed before its token expires.
func TestAnOldLoginIsRenewed(t *testing.T) {
	t.Parallel()
	in := install(t, hostile()...)
	r := reader{account: in.account()}
	if err := r.login(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	err := r.positions(t.Context(), week(), func(*Position) error {
		if n++; n == 2 {
			r.since = r.since.Add(-time.Hour)
		}
		return nil
	})
	if err != nil || n != 6 || in.logins != 2 {
		t.Errorf("%d positions, %d logins: %v", n, in.logins, err)
	}
}

// A day with more positions than are held at once comes in several lines, and loses none.
func TestADayOfMany(t *testing.T) {
	t.Parallel()
	in := install(t)
	in.page = pageSize
	const many = 2*maxHeld + 10
	begin := start.Truncate(24 * time.Hour)
	for i := range many {
		p := pos(0, []string{"a", "b"}[i%2], 1, 2)
		p.RecordedAt = instantOf(begin.Add(time.Duration(i) * time.Second))
		in.positions = append(in.positions, p)
	}
	text, _ := in.run(t, week(), "geojson")
	var read struct {
		Features []struct {
			Geometry   struct{ Coordinates [][]float64 }
			Properties struct{ Positions int }
		}
	}
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, f := range read.Features {
		total += len(f.Geometry.Coordinates)
		if f.Properties.Positions > maxHeld || f.Properties.Positions != len(f.Geometry.Coordinates) {
			t.Errorf("a line of %d positions", f.Properties.Positions)
		}
	}
	if total != many || len(read.Features) != 6 {
		t.Errorf("%d positions in %d lines", total, len(read.Features))
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	in := install(t, hostile()...)
	other := week()
	other.User = "ana"
	if _, err := Run(t.Context(), in.account(), other, "csv", io.Discard); !errors.Is(err, client.ErrRefused) || !strings.Contains(err.Error(), "ana") {
		t.Errorf("a user whom nobody sees: %v", err)
	}
	if _, err := Run(t.Context(), in.account(), week(), "kml", io.Discard); err == nil || !strings.Contains(err.Error(), "geojson") {
		t.Errorf("an unknown format: %v", err)
	}
	if _, err := Run(t.Context(), in.account(), week(), "csv", full{}); !errors.Is(err, errFull) {
		t.Errorf("a disk that is full: %v", err)
	}
	in.broken = true
	if _, err := Run(t.Context(), in.account(), week(), "csv", io.Discard); err == nil || errors.Is(err, client.ErrRefused) {
		t.Errorf("the second page does not come: %v", err)
	}
}

var errFull = errors.New("no space left on the device")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }
