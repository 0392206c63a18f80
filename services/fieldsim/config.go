package fieldsim

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/phone"
)

// The modes of a replay.
const (
	modeClock = "clock"
	modeFast  = "fast"
)

// Config is set from the environment. pkg/config fills in the defaults. A Config built by hand must set every number.
type Config struct {
	BaseURL  string   `env:"FIELDSIM_BASE_URL" default:"http://127.0.0.1:8080" help:"address of the installation that the simulated phones use"`
	Company  string   `env:"FIELDSIM_COMPANY" default:"demo" help:"company of the simulated phones"`
	Password string   `env:"FIELDSIM_PASSWORD" default:"demo" secret:"true" help:"password of the simulated phones"`
	Phones   []string `env:"FIELDSIM_PHONES" default:"campo01..campo40" help:"logins of the simulated phones, lists and ranges"`
	Office   string   `env:"FIELDSIM_OFFICE" default:"admin" help:"login that plans visits for the users of the phones, who begin and end shifts and report about the visits, in mode clock; empty: they only move"`
	Trace    string   `env:"FIELDSIM_TRACE" default:"austin-2015-06-07" help:"trace that ships with Terreno, or the path of a .csv or .csv.gz file with the columns vehicle_id,timestamp,speed,latitude,longitude"`
	Mode     string   `env:"FIELDSIM_MODE" default:"clock" help:"clock: follow the domain clock for ever; fast: once, as fast as possible"`
	Day      string   `env:"FIELDSIM_DAY" help:"fast: day on which the trace is replayed, 2006-01-02; when empty, the trace's own day"`
	Seed     int64    `env:"FIELDSIM_SEED" default:"1" help:"seed of the phones' faults"`

	UploadFixes int           `env:"FIELDSIM_UPLOAD_FIXES" default:"20" help:"a phone uploads when it holds this many positions"`
	UploadEvery time.Duration `env:"FIELDSIM_UPLOAD_EVERY" default:"1m" help:"or when its oldest position has waited this long, in domain time"`

	Offline    float64       `env:"FIELDSIM_OFFLINE" default:"0.005" help:"probability that an upload begins a gap without signal"`
	OfflineFor time.Duration `env:"FIELDSIM_OFFLINE_FOR" default:"2h" help:"longest gap without signal"`
	Late       float64       `env:"FIELDSIM_LATE" default:"0.02" help:"probability that an upload is late"`
	LateBy     time.Duration `env:"FIELDSIM_LATE_BY" default:"20m" help:"longest delay of a late upload"`
	Swap       float64       `env:"FIELDSIM_SWAP" default:"0.02" help:"probability that an upload comes after the next one"`
	Repeat     float64       `env:"FIELDSIM_REPEAT" default:"0.02" help:"probability that an upload is sent twice"`
	Overlap    float64       `env:"FIELDSIM_OVERLAP" default:"0.02" help:"probability that an upload repeats positions of the previous upload"`

	Parallel       int           `env:"FIELDSIM_PARALLEL" default:"16" help:"requests at the same time"`
	LoginParallel  int           `env:"FIELDSIM_LOGIN_PARALLEL" default:"4" help:"logins at the same time"`
	RequestTimeout time.Duration `env:"FIELDSIM_REQUEST_TIMEOUT" default:"30s" help:"how long a phone waits for an answer"`
}

// offlineMax and lateMax together keep the last upload of a day within the next day.
const (
	offlineMax = 12 * time.Hour
	lateMax    = 6 * time.Hour
	phonesMax  = 10_000
)

// Validate returns every problem, except for a missing password: an installation without simulated phones needs none. New
// and Replay report that problem.
func (c *Config) Validate() []error {
	var problems []error
	report := func(name, format string, args ...any) {
		problems = append(problems, fmt.Errorf("TERRENO_FIELDSIM_"+name+": "+format, args...))
	}
	if u, err := url.Parse(c.BaseURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		report("BASE_URL", "%q is not an address such as http://127.0.0.1:8080", c.BaseURL)
	}
	if _, err := logins(c.Phones); err != nil {
		report("PHONES", "%w", err)
	}
	switch c.Mode {
	case modeFast:
	case modeClock:
		if c.Day != "" {
			report("DAY", "in mode clock the phones follow the clock: set a day only in mode fast")
		}
	default:
		report("MODE", "%q is neither clock nor fast", c.Mode)
	}
	if _, err := c.day(); err != nil {
		report("DAY", "%q is not a day such as 2026-03-02", c.Day)
	}
	for _, p := range []struct {
		name string
		p    float64
	}{{"OFFLINE", c.Offline}, {"LATE", c.Late}, {"SWAP", c.Swap}, {"REPEAT", c.Repeat}, {"OVERLAP", c.Overlap}} {
		if !(p.p >= 0 && p.p <= 1) { // This form also refuses NaN.
			report(p.name, "%v is not a probability from 0 to 1", p.p)
		}
	}
	for _, d := range []struct {
		name               string
		d, shortest, limit time.Duration
	}{
		{"UPLOAD_EVERY", c.UploadEvery, time.Second, 6 * time.Hour},
		{"OFFLINE_FOR", c.OfflineFor, 0, offlineMax},
		{"LATE_BY", c.LateBy, 0, lateMax},
		{"REQUEST_TIMEOUT", c.RequestTimeout, time.Millisecond, 10 * time.Minute},
	} {
		if d.d < d.shortest || d.d > d.limit {
			report(d.name, "%v is not between %v and %v", d.d, d.shortest, d.limit)
		}
	}
	for _, n := range []struct {
		name     string
		n, limit int
	}{{"UPLOAD_FIXES", c.UploadFixes, phone.MaxFixes}, {"PARALLEL", c.Parallel, 1000}, {"LOGIN_PARALLEL", c.LoginParallel, 1000}} {
		if n.n < 1 || n.n > n.limit {
			report(n.name, "%d is not between 1 and %d", n.n, n.limit)
		}
	}
	return problems
}

func (c *Config) day() (time.Time, error) {
	if c.Day == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, c.Day)
}

func (c *Config) faults() phone.Faults {
	return phone.Faults{
		Offline: c.Offline, OfflineFor: c.OfflineFor, Late: c.Late, LateBy: c.LateBy,
		Swap: c.Swap, Repeat: c.Repeat, Overlap: c.Overlap,
	}
}

// loginRange matches a range such as campo01..campo40: the same prefix twice, each with a number. The first number may have
// leading zeros.
var loginRange = regexp.MustCompile(`^(.*?)(\d{1,9})\.\.(.*?)(\d{1,9})$`)

// logins expands the ranges.
func logins(patterns []string) ([]string, error) {
	var all []string
	seen := map[string]bool{}
	add := func(login string) error {
		if seen[login] {
			return fmt.Errorf("%q is in the list twice", login)
		}
		seen[login] = true
		all = append(all, login)
		return nil
	}
	for _, p := range patterns {
		m := loginRange.FindStringSubmatch(p)
		if m == nil {
			if err := add(p); err != nil {
				return nil, err
			}
			continue
		}
		// Each number has at most nine digits, so it fits.
		first, _ := strconv.Atoi(m[2])
		last, _ := strconv.Atoi(m[4])
		if m[1] != m[3] || last < first || last-first >= phonesMax {
			return nil, fmt.Errorf("%q is not a range such as campo01..campo40 of at most %d", p, phonesMax)
		}
		for i := first; i <= last; i++ {
			if err := add(fmt.Sprintf("%s%0*d", m[1], len(m[2]), i)); err != nil {
				return nil, err
			}
		}
	}
	if len(all) == 0 || len(all) > phonesMax {
		return nil, fmt.Errorf("%d logins, want 1 to %d", len(all), phonesMax)
	}
	return all, nil
}
