package fleet

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// everyFault makes each fault happen often.
var everyFault = phone.Faults{
	Offline: 0.05, OfflineFor: 3 * time.Hour, Late: 0.1, LateBy: 30 * time.Minute, Swap: 0.1, Repeat: 0.1, Overlap: 0.1,
}

var traces = map[string]func() (*trace.Trace, error){
	"austin-2015-06-07": sync.OnceValues(func() (*trace.Trace, error) { return trace.Load("austin-2015-06-07") }),
	"austin-2017-03-21": sync.OnceValues(func() (*trace.Trace, error) { return trace.Load("austin-2017-03-21") }),
}

// load loads a trace once for all tests. No test changes it.
func load(t *testing.T, name string) *trace.Trace {
	t.Helper()
	tr, err := traces[name]()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func logins(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("campo%02d", i+1))
	}
	return all
}

// world is a fleet with its ledger.
type world struct {
	*Fleet
	ledger *ledger.Ledger
}

func setup(h *http.Client, o Options) world {
	w := world{ledger: ledger.New(true)}
	o.Log = slog.New(slog.DiscardHandler)
	o.Client = client.New(client.Options{
		BaseURL: "http://terreno.test", Company: "demo", Password: "secret", HTTP: h, Ledger: w.ledger,
		Log: o.Log, Parallel: 8, Logins: 4, Timeout: 30 * time.Second,
	})
	w.Fleet = New(o)
	return w
}

// body returns a text that identifies an upload by its content.
func body(user, device string, keys []servertest.Key, places []servertest.Place) string {
	var b strings.Builder
	fmt.Fprint(&b, user, " ", device)
	for i, k := range keys {
		fmt.Fprint(&b, " ", k.RecordedAtMS, places[i])
	}
	return b.String()
}

// planned counts the uploads of a plan by their content.
func planned(m member, plan []phone.Upload) map[string]int {
	counts := map[string]int{}
	for _, u := range plan {
		var keys []servertest.Key
		var places []servertest.Place
		for _, f := range u.Fixes {
			keys = append(keys, servertest.Key{RecordedAtMS: f.RecordedAt.UnixMilli()})
			places = append(places, servertest.Place{Lat: f.Lat, Lon: f.Lon})
		}
		counts[body(servertest.UserOf(m.login), m.device, keys, places)]++
	}
	return counts
}

// answered counts, by content, the uploads for which the server sent a complete response.
func answered(s *servertest.Server) map[string]int {
	counts := map[string]int{}
	for _, u := range s.Uploads() {
		if u.Answered > 0 {
			counts[body(u.User, u.Device, u.Fixes, u.Places)] += u.Answered
		}
	}
	return counts
}

func acknowledged(l *ledger.Ledger) map[servertest.Key]servertest.Place {
	all := map[servertest.Key]servertest.Place{}
	for e := range l.Report().Ledger() {
		all[servertest.Key{User: e.User, Device: e.Device, RecordedAtMS: e.RecordedAtMS}] = servertest.Place{Lat: e.Lat, Lon: e.Lon}
	}
	return all
}

// recorded returns the fixes that the vehicles of the fleet record on the given days.
func recorded(f *Fleet, days ...int) map[servertest.Key]servertest.Place {
	all := map[servertest.Key]servertest.Place{}
	for _, m := range f.members() {
		for _, day := range days {
			for _, fix := range trace.Shift(m.vehicle.Fixes, time.Duration(day)*f.o.Trace.Period()) {
				all[servertest.Key{User: servertest.UserOf(m.login), Device: m.device, RecordedAtMS: fix.RecordedAt.UnixMilli()}] = servertest.Place{Lat: fix.Lat, Lon: fix.Lon}
			}
		}
	}
	return all
}

func compare[K comparable, V comparable](t *testing.T, what string, got, want map[K]V) {
	t.Helper()
	if maps.Equal(got, want) {
		return
	}
	missing, wrong := 0, 0
	for k, v := range want {
		if g, ok := got[k]; !ok {
			missing++
		} else if g != v {
			wrong++
		}
	}
	t.Errorf("%s: got %d, want %d; %d are missing, %d are different", what, len(got), len(want), missing, wrong)
}

// peek reads the body of a request. It returns a copy of the request that has the whole body again.
func peek(r *http.Request) (string, *http.Request) {
	text, _ := io.ReadAll(r.Body)
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(text))
	return string(text), again
}
