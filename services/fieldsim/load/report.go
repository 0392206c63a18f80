package load

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"time"
)

// Result is what a scenario measured. What it has no figure for is 0.
type Result struct {
	Scenario string
	// Unit is what CPU time is counted by: fix, delivery, read or socket second. N is how many there were, in Took.
	Unit string
	N    int
	Took time.Duration
	// PerSecond are accepted fixes, deliveries or reads; StoredPerSecond are fixes from the first upload until the last was stored.
	PerSecond, StoredPerSecond float64
	// P50 and P99 are of the answers to uploads and reads, or of deliveries.
	P50, P99 time.Duration
	// Process and Postgres are CPU seconds for a million units: of terreno, and of PostgreSQL's processes.
	Process, Postgres float64
	// Missing are fixes that were accepted and not stored.
	Missing int64
	Notes   []string
	// Load is the machine's load average before the scenario.
	Load string
}

// All is the CPU time of all servers for a million units.
func (r Result) All() float64 { return r.Process + r.Postgres }

func (r *Result) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

//go:embed earlier.csv
var earlierFile string

// earlier holds the figures of earlier.csv: for each source, CPU seconds for a million units by scenario.
type earlier struct {
	sources []string
	figures map[string]map[string]string
}

// readEarlier reads a table whose first line names the sources, and whose first column names the scenarios.
func readEarlier(text string) (e earlier, err error) {
	lines := csv.NewReader(strings.NewReader(text))
	lines.Comment = '#'
	rows, err := lines.ReadAll()
	if err != nil || len(rows) == 0 || len(rows[0]) < 2 {
		return e, fmt.Errorf("read the earlier results: %d lines: %w", len(rows), err)
	}
	e = earlier{sources: rows[0][1:], figures: map[string]map[string]string{}}
	for _, row := range rows[1:] {
		e.figures[row[0]] = map[string]string{}
		for i, source := range e.sources {
			e.figures[row[0]][source] = row[i+1]
		}
	}
	return e, nil
}

// printer writes a line for each result.
type printer struct {
	out     io.Writer
	earlier earlier
	failed  error
}

func (p *printer) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(p.out, format, args...); err != nil && p.failed == nil {
		p.failed = fmt.Errorf("print the results: %w", err)
	}
}

func (p *printer) head(write, hash time.Duration) {
	p.printf("CPU seconds for a million units, of terreno's process, of PostgreSQL's, and of all servers. Beside them: all servers in earlier results.\n")
	p.printf("This machine now: %.1f us of CPU to write %d bytes to a loopback socket and read them, %.2f ms to hash a megabyte (SHA-256).\n\n",
		float64(write)/float64(time.Microsecond), frameBytes, float64(hash)/float64(time.Millisecond))
	p.printf("%-18s %10s %9s %8s %8s %9s %9s %9s", "scenario", "a second", "stored/s", "p50 ms", "p99 ms", "process", "postgres", "all")
	for _, s := range p.earlier.sources {
		p.printf(" %11s", s)
	}
	p.printf(" %6s  %s\n", "load", "what")
}

func (p *printer) row(r Result) {
	p.printf("%-18s %10s %9s %8s %8s %9s %9s %9s", r.Scenario, whole(r.PerSecond), whole(r.StoredPerSecond),
		millis(r.P50), millis(r.P99), figure(r.Process), figure(r.Postgres), figure(r.All()))
	for _, s := range p.earlier.sources {
		p.printf(" %11s", orDash(p.earlier.figures[r.Scenario][s]))
	}
	p.printf(" %6s  %s\n", r.Load, strings.Join(append([]string{"a " + r.Unit}, r.Notes...), "; "))
}

func whole(v float64) string {
	if v == 0 {
		return "-"
	}
	return fmt.Sprintf("%.0f", v)
}

// figure keeps three digits.
func figure(v float64) string {
	switch {
	case v == 0:
		return "-"
	case v < 10:
		return fmt.Sprintf("%.2f", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

func millis(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond))
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
