package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/fieldsim"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

const mergeJob = "/v1/jobs/compactar-posiciones"

// 40 phones send a real day, late, shuffled and repeated, while the job compactar-posiciones runs again and again. Then each
// user's day reads the same before, during and after the job's last run. Afterwards each position lies in one segment, and no
// message is left. What comes once more after that changes nothing.
func TestADayReadsTheSameWhileItIsMerged(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil)
	admin := login(t, w.URL(), "demo", "admin", "demo")
	done := make(chan struct{})
	var report fieldsim.Report
	var replayErr error
	go func() {
		defer close(done)
		report, replayErr = fieldsim.Replay(t.Context(), fleet(w.URL()), nil, quiet())
	}()
	for sending := true; sending; {
		select {
		case <-done:
			sending = false
		default:
			w.merge(t, admin, nil)
		}
	}
	if replayErr != nil {
		t.Fatal(replayErr)
	}
	if pgtest.Count(t, w.db, "tracking.segment") == 0 {
		t.Error("nothing was merged while the phones sent")
	}
	w.checkStored(t, report)

	days := map[string][]string{}
	for e := range report.Ledger() {
		if days[e.User] == nil {
			days[e.User] = w.day(t, admin, e.User)
		}
	}
	check := func(when string) {
		t.Helper()
		for user, want := range days {
			if got := w.day(t, admin, user); !slices.Equal(got, want) {
				t.Fatalf("%s, %s has %d positions, want %d, or others", when, user, len(got), len(want))
			}
		}
	}
	w.merge(t, admin, func() { check("during a merge") })
	check("after a merge")
	w.checkStored(t, report)
	w.checkMerged(t)

	w.repeat(t, days)
	check("with a repeat that is not merged")
	w.merge(t, admin, nil)
	check("with a repeat that is merged")
	w.checkMerged(t)
	w.checkExport(t, len(days["campo01"]))
	if out, errOut, status := terrenoCommand("doctor", "-data", w.data); status != 0 || strings.Count(out, "ok    ") != 7 {
		t.Errorf("doctor: %d\n%s%s", status, out, errOut)
	}
}

// checkExport checks that `terreno export` writes a user's whole day, for those who may see it.
func (w *world) checkExport(t *testing.T, positions int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "day.csv")
	export := func(login, file string) (errOut string, status int) {
		_, errOut, status = terrenoCommand("export", "--user", "campo01", "--from", "2017-03-21", "--to", "2017-03-21", "--output", file,
			"-data", w.data, "-login", login)
		return errOut, status
	}
	if errOut, status := export("admin", file); status != 0 || !strings.Contains(errOut, fmt.Sprint(positions, " positions of campo01")) {
		t.Errorf("export: %d %s", status, errOut)
	}
	text, err := os.ReadFile(file)
	if lines := strings.Count(string(text), "\n"); err != nil || lines != positions+1 {
		t.Errorf("the file has %d lines of %d positions: %v", lines, positions, err)
	}
	if errOut, status := export("campo02", file+"2"); status != 1 || !strings.Contains(errOut, "may see") {
		t.Errorf("export by somebody else: %d %s", status, errOut)
	}
}

// merge runs the job for the company demo and waits until it is done. It calls meanwhile until then.
func (w *world) merge(t *testing.T, admin string, meanwhile func()) {
	t.Helper()
	var run struct{ State, Error string }
	eventually(t, time.Minute, func() (bool, string) {
		status := call(t, http.MethodPost, w.URL()+mergeJob+"/run", admin, map[string]any{}, nil)
		return status == http.StatusAccepted, fmt.Sprintf("ask for a merge: %d", status)
	})
	eventually(t, 2*time.Minute, func() (bool, string) {
		if meanwhile != nil {
			meanwhile()
		}
		var list struct {
			Runs []struct{ State, Error string }
		}
		status := call(t, http.MethodGet, w.URL()+mergeJob+"/runs?limit=1", admin, nil, &list)
		if status == http.StatusOK && len(list.Runs) == 1 {
			run = list.Runs[0]
		}
		return run.State == "done" || run.State == "failed", fmt.Sprintf("the runs of the merge: %d %+v", status, list)
	})
	if run.State != "done" {
		t.Fatalf("the merge: %+v", run)
	}
}

// day reads a user's day in pages, as a client does.
func (w *world) day(t *testing.T, token, user string) (positions []string) {
	t.Helper()
	query := url.Values{"from": {"2017-03-21T00:00:00Z"}, "to": {"2017-03-22T00:00:00Z"}, "limit": {"300"}}
	for {
		var page struct {
			Positions []json.RawMessage
			Next      string
		}
		eventually(t, time.Minute, func() (bool, string) {
			status := call(t, http.MethodGet, w.URL()+"/v1/users/"+user+"/positions?"+query.Encode(), token, nil, &page)
			return status == http.StatusOK, fmt.Sprintf("read the day of %s: %d", user, status)
		})
		for _, p := range page.Positions {
			positions = append(positions, string(p))
		}
		if page.Next == "" {
			return positions
		}
		query.Set("cursor", page.Next)
	}
}

// checkMerged checks that all positions lie in segments, each in one.
func (w *world) checkMerged(t *testing.T) {
	t.Helper()
	var fixes int
	if err := w.db.GetContext(t.Context(), &fixes, `SELECT coalesce(sum(fixes), 0) FROM tracking.segment`); err != nil {
		t.Fatal(err)
	}
	if n := trackingtest.Count(t, w.db, ""); n != fixes {
		t.Errorf("segments hold %d positions, readers get %d", fixes, n)
	}
	if n := pgtest.Count(t, w.db, "tracking.arrived"); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}

// repeat uploads a position of one user again, as from a phone that did not get the answer, and with it another place for an
// instant that is stored. It returns when they are stored.
func (w *world) repeat(t *testing.T, days map[string][]string) {
	t.Helper()
	var positions []map[string]any
	for _, text := range days["campo01"][:2] {
		var p map[string]any
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		positions = append(positions, map[string]any{"recorded_at": p["recorded_at"], "lat": p["lat"], "lon": p["lon"]})
	}
	positions[1]["lat"] = 1.5
	var first struct {
		Device string `json:"device_id"`
	}
	if err := json.Unmarshal([]byte(days["campo01"][0]), &first); err != nil {
		t.Fatal(err)
	}
	token := login(t, w.URL(), "demo", "campo01", "demo")
	in := map[string]any{"device_id": first.Device, "positions": positions}
	if status := call(t, http.MethodPost, w.URL()+"/v1/positions", token, in, nil); status != http.StatusAccepted {
		t.Fatalf("upload again: %d", status)
	}
	eventually(t, time.Minute, func() (bool, string) {
		return pgtest.Count(t, w.db, "tracking.arrived") == 1, "the repeat is not stored"
	})
}
