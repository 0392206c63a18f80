package fieldsim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/config"
)

// loaded returns the configuration for an environment.
func loaded(t *testing.T, environ ...string) Config {
	t.Helper()
	var c Config
	warnings, err := config.Load(&c, environ)
	if err != nil || len(warnings) > 0 {
		t.Fatalf("load %q: %v, warnings %q", environ, err, warnings)
	}
	return c
}

func TestTheDefaultsFitTheDemo(t *testing.T) {
	t.Parallel()
	c := loaded(t)
	if c.Mode != modeClock || c.Trace != "austin-2015-06-07" || c.Company != "demo" || c.Parallel < 1 || c.UploadEvery != time.Minute {
		t.Errorf("defaults %+v", c)
	}
	names, err := logins(c.Phones)
	if err != nil || len(names) != 40 || names[0] != "campo01" || names[39] != "campo40" {
		t.Errorf("logins %q, %v", names, err)
	}
}

func TestTheEnvironmentSetsFaultsAndDay(t *testing.T) {
	t.Parallel()
	c := loaded(t, "TERRENO_FIELDSIM_MODE=fast", "TERRENO_FIELDSIM_DAY=2026-03-02", "TERRENO_FIELDSIM_OFFLINE=0", "TERRENO_FIELDSIM_LATE=1",
		"TERRENO_FIELDSIM_PHONES=rosa, campo7..campo9")
	f := c.faults()
	if f.Offline != 0 || f.Late != 1 || f.LateBy != 20*time.Minute || f.OfflineFor != 2*time.Hour || f.Swap != 0.02 {
		t.Errorf("faults %+v", f)
	}
	if day, err := c.day(); err != nil || !day.Equal(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("day %v, %v", day, err)
	}
	if names, err := logins(c.Phones); err != nil || !slices.Equal(names, []string{"rosa", "campo7", "campo8", "campo9"}) {
		t.Errorf("logins %q, %v", names, err)
	}
}

func TestEveryProblemIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	var c Config
	_, err := config.Load(&c, []string{
		"TERRENO_FIELDSIM_BASE_URL=localhost:8080", "TERRENO_FIELDSIM_PHONES=campo40..campo01", "TERRENO_FIELDSIM_MODE=slow",
		"TERRENO_FIELDSIM_DAY=yesterday", "TERRENO_FIELDSIM_SWAP=NaN", "TERRENO_FIELDSIM_REPEAT=-0.1", "TERRENO_FIELDSIM_OFFLINE_FOR=13h",
		"TERRENO_FIELDSIM_UPLOAD_FIXES=5001", "TERRENO_FIELDSIM_PARALLEL=0", "TERRENO_FIELDSIM_UPLOAD_EVERY=0s",
	})
	if err == nil {
		t.Fatal("no problem found")
	}
	for _, name := range []string{"BASE_URL", "PHONES", "MODE", "DAY", "SWAP", "REPEAT", "OFFLINE_FOR", "UPLOAD_FIXES", "PARALLEL", "UPLOAD_EVERY"} {
		if !strings.Contains(err.Error(), "TERRENO_FIELDSIM_"+name+":") {
			t.Errorf("%s is not named in:\n%v", name, err)
		}
	}
	if _, err := config.Load(&c, []string{"TERRENO_FIELDSIM_MODE=clock", "TERRENO_FIELDSIM_DAY=2026-03-02"}); err == nil || !strings.Contains(err.Error(), "DAY") {
		t.Errorf("a day in mode clock: %v", err)
	}
}

func TestLogins(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		patterns []string
		want     []string // nil means an error
	}{
		{[]string{"a"}, []string{"a"}},
		{[]string{"campo08..campo11"}, []string{"campo08", "campo09", "campo10", "campo11"}},
		{[]string{"7..9"}, []string{"7", "8", "9"}},
		{[]string{"a2b1..a2b2"}, []string{"a2b1", "a2b2"}},
		{[]string{"x@y.example", "z1..z1"}, []string{"x@y.example", "z1"}},
		{[]string{"a..b"}, []string{"a..b"}}, // It has no numbers, so it is not a range.
		{nil, nil},
		{[]string{"a", "a"}, nil},
		{[]string{"a1..a3", "a2"}, nil},
		{[]string{"a1..b3"}, nil},
		{[]string{"a3..a1"}, nil},
		{[]string{"a1..a999999999"}, nil},
		{[]string{"a1..a9000", "b1..b9000"}, nil},
	} {
		got, err := logins(tc.patterns)
		if !slices.Equal(got, tc.want) || (err != nil) != (tc.want == nil) {
			t.Errorf("%q: %q, %v; want %q", tc.patterns, got, err, tc.want)
		}
	}
}

// FuzzLogins checks that any pattern gives an error, or logins that are all different and not more than the limit.
func FuzzLogins(f *testing.F) {
	for _, seed := range []string{"campo01..campo40", "a,b,a", "..", "1..", "..1", "a00..a10000", "999999999..999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := logins(strings.Split(text, ","))
		if err != nil {
			return
		}
		if len(got) == 0 || len(got) > phonesMax {
			t.Errorf("%d logins", len(got))
		}
		ordered := slices.Sorted(slices.Values(got))
		if len(slices.Compact(ordered)) != len(got) {
			t.Errorf("%q has a login twice", text)
		}
	})
}
