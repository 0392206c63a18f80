package load

import (
	"bufio"
	"bytes"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/tokens"
)

func TestStatIsReadWhateverAProgramIsCalled(t *testing.T) {
	t.Parallel()
	const rest = " S 17 1 1 0 -1 4194560 9 8 7 6 250 50 30 20 20 0 1 0 100 0 0"
	for _, name := range []string{"postgres", "a b", "x) R 1 (y"} {
		got, err := parseStat([]byte("4711 (" + name + ")" + rest))
		if want := (task{pid: 4711, parent: 17, own: 3 * time.Second, reaped: 500 * time.Millisecond}); err != nil || got != want {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
	}
	for _, bad := range []string{"", "4711", "4711 (x) S 17", "x (y)" + rest, "4711 (x)" + strings.Replace(rest, "250", "?", 1)} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q is no line of stat", bad)
		}
	}
}

func TestCPUIsThatOfTheWholeTree(t *testing.T) {
	t.Parallel()
	const s = time.Second
	tasks := []task{
		{1, 0, 99 * s, 99 * s}, // init
		{10, 1, 5 * s, 99 * s}, // terreno: what it reaped were the processes of its start
		{11, 10, s, 0},         // the supervisor of PostgreSQL
		{12, 11, 2 * s, 3 * s}, // the postmaster, and its ended backends
		{13, 12, 4 * s, 0},     // a backend
		{14, 12, 7 * s, 0},     // the generator's own backend
		{20, 1, 50 * s, 0},     // the generator
	}
	if got, want := sum(tasks, 10, 14), (usage{5 * s, 10 * s}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Where there is /proc, this process has used some CPU and memory.
func TestUsageOfThisProcess(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		if _, err := cpuOf(os.Getpid(), 0); !errors.Is(err, errNoProc) {
			t.Errorf("without /proc: %v", err)
		}
		return
	}
	began := time.Now()
	for u := (usage{}); u.process == 0; {
		var err error
		if u, err = cpuOf(os.Getpid(), 0); err != nil {
			t.Fatal(err)
		}
		if time.Since(began) > time.Minute {
			t.Fatal("a minute of work took no CPU time")
		}
	}
	if held, err := residentOf(os.Getpid()); err != nil || held < 1<<20 {
		t.Errorf("%d bytes of memory, %v", held, err)
	}
}

func TestUploadsAreAUsersInOrder(t *testing.T) {
	t.Parallel()
	issuer, err := tokens.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = issuer.Close() }()
	p := plan{company: plain, users: 10, each: 4, batch: 3, format: "json", end: time.Now()}
	dealt, err := p.prepare(issuer, 4)
	if err != nil {
		t.Fatal(err)
	}
	last, fixes := map[string]time.Time{}, 0
	for i, part := range dealt {
		for _, u := range part {
			req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(u.request)))
			if err != nil {
				t.Fatal(err)
			}
			var body bytes.Buffer
			if _, err := body.ReadFrom(req.Body); err != nil {
				t.Fatal(err)
			}
			device, rest, _ := strings.Cut(strings.TrimPrefix(body.String(), `{"device_id":"`), `"`)
			for at := range strings.SplitSeq(rest, `"recorded_at":"`) {
				taken, err := time.Parse(time.RFC3339Nano, at[:min(len(at), 24)])
				if err != nil {
					continue // What stands before the first instant.
				}
				if fixes++; !taken.After(last[device]) || taken.After(p.end.Add(fixEvery)) {
					t.Errorf("connection %d: %s sends a fix of %v after one of %v", i, device, taken, last[device])
				}
				last[device] = taken
			}
		}
	}
	if len(last) != 10 || fixes != p.fixes() {
		t.Errorf("%d devices and %d fixes, want 10 and %d", len(last), fixes, p.fixes())
	}
	if _, err := (plan{format: "telegram"}).prepare(issuer, 1); err == nil {
		t.Error("phones do not write telegrams")
	}
}

func TestAnswersToUploads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status       int
		body         string
		retry, wrong bool
	}{
		{202, `{"accepted":5,"rejected":[]}`, false, false},
		{202, `{"accepted":4,"rejected":[{"index":0}]}`, false, true},
		{202, `?`, false, true},
		{503, ``, true, false},
		{429, ``, true, false},
		{401, `{}`, false, true},
	} {
		if retry, err := acceptedAll(c.status, []byte(c.body), 5); retry != c.retry || (err != nil) != c.wrong {
			t.Errorf("%d %s: retry %v, %v", c.status, c.body, retry, err)
		}
	}
}

func TestTheInstantOfAFrame(t *testing.T) {
	t.Parallel()
	at, ok := takenAt([]byte(`{"event":"tracking:ubicacion","data":{"user_id":"u1","recorded_at":"2026-03-08T14:05:09.25Z","lat":4.6}}`))
	if want := time.Date(2026, 3, 8, 14, 5, 9, 250e6, time.UTC); !ok || !at.Equal(want) {
		t.Errorf("got %v, %v", at, ok)
	}
	for _, other := range []string{``, `{"event":"latido"}`, `{"event":"tracking:ubicacion","data":{}}`, `{"event":"tracking:ubicacion","data":{"recorded_at":"`} {
		if at, ok := takenAt([]byte(other)); ok {
			t.Errorf("%q is of %v", other, at)
		}
	}
	window := span{10, 20}
	if window.holds(9) || !window.holds(10) || !window.holds(19) || window.holds(20) {
		t.Error("a span holds its beginning and not its end")
	}
}

func TestPercentiles(t *testing.T) {
	t.Parallel()
	var all []time.Duration
	if percentile(all, 0.5) != 0 {
		t.Error("of nothing")
	}
	for n := 100; n > 0; n-- {
		all = append(all, time.Duration(n))
	}
	if p50, p99, p100 := percentile(all, 0.5), percentile(all, 0.99), percentile(all, 1); p50 != 51 || p99 != 100 || p100 != 100 {
		t.Errorf("p50 %d, p99 %d, p100 %d", p50, p99, p100)
	}
}

func TestScenariosAreChosenByPattern(t *testing.T) {
	t.Parallel()
	called := func(list []scenario) (all []string) {
		for _, s := range list {
			all = append(all, s.name)
		}
		return all
	}
	all, err := choose(nil)
	if err != nil || len(all) != len(scenarios()) {
		t.Errorf("without a pattern: %q, %v", called(all), err)
	}
	some, err := choose([]string{"day", "fanout-1000x*"})
	if want := []string{"fanout-1000x25", "fanout-1000x35", "day"}; err != nil || !slices.Equal(called(some), want) {
		t.Errorf("got %q, %v", called(some), err)
	}
	for _, bad := range []string{"nothing", "[", ""} {
		if got, err := choose([]string{bad}); err == nil {
			t.Errorf("%q chooses %q", bad, called(got))
		}
	}
}

// Each figure of earlier.csv belongs to a scenario.
func TestEarlierResultsStandBesideTheirScenario(t *testing.T) {
	t.Parallel()
	e, err := readEarlier(earlierFile)
	if err != nil {
		t.Fatal(err)
	}
	for name := range e.figures {
		if _, err := choose([]string{name}); err != nil {
			t.Errorf("earlier.csv: %v", err)
		}
	}
	var out strings.Builder
	p := &printer{out: &out, earlier: e}
	p.head(time.Microsecond, time.Millisecond)
	r := Result{Scenario: "batch50", Unit: "fix", PerSecond: 72_290.4, P50: 41 * time.Millisecond, Process: 21.06, Postgres: 17.1, Load: "0.5"}
	r.note("%d missing", 0)
	p.row(r)
	row := strings.Fields(out.String()[strings.LastIndex(out.String(), "\nbatch50")+1:])
	want := strings.Fields("batch50 72290 - 41.0 - 21.1 17.1 38.2 57.1 39.1 0.5 a fix; 0 missing")
	if p.failed != nil || !slices.Equal(row[:8], want[:8]) || !slices.Contains(row, "57.1") || !strings.HasSuffix(out.String(), "a fix; 0 missing\n") {
		t.Errorf("got %q, want %q", row, want)
	}
	for _, bad := range []string{"", "scenario\n", "scenario,nest\nbatch50\n"} {
		if _, err := readEarlier(bad); err == nil {
			t.Errorf("%q is no table", bad)
		}
	}
}
