// Package doctor is `terreno doctor`: it asks an installation what an operator should know, and says of each answer whether
// something is wrong and what to do. It changes nothing and starts no goroutines.
package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
)

// Check is the answer to one question.
type Check struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Found says what there is, and Do what to do about it; Do is empty if OK.
	Found string `json:"found"`
	Do    string `json:"do,omitempty"`
	// Figures are what Found says, for programs: counts, bytes and seconds, as the names say.
	Figures map[string]int64 `json:"figures,omitempty"`
}

// Deps are the connections of an administrator. One that is nil leaves out its checks.
type Deps struct {
	DB  *sqlx.DB
	Bus *bus.Bus
	// Now is the wall clock, nil means time.Now. Streams keep its time.
	Now func() time.Time
}

func (d Deps) now() time.Time {
	if d.Now == nil {
		return time.Now()
	}
	return d.Now()
}

const (
	// farBehind is how many times its margin storage may be behind. The margin is the 35 s that an upload may take; a domain clock
	// that runs fast makes it longer.
	farBehind = 3
	// patience is how long to wait for the next look at the watermark, which comes each second.
	patience = 10 * time.Second
	// mergedWithin is how old messages may become until a merge: the rest of their hour, a run every ten minutes, and some more.
	mergedWithin = 2 * time.Hour
	// manyMarks is how many changed days may wait for one reader.
	manyMarks = 10_000
	// summedWithin is how long a day may have been due: a night of many companies takes a while.
	summedWithin = 30 * time.Minute
)

// Run asks everything. A question that got no answer is a check that is not OK.
func Run(ctx context.Context, d Deps) []Check {
	var all []Check
	if d.DB != nil {
		all = append(all, d.storage(ctx), d.unmerged(ctx), d.changedDays(ctx), d.days(ctx))
	}
	if d.Bus != nil {
		all = append(all, d.durables(ctx), d.deadLetters(ctx), d.lost(ctx))
	}
	return all
}

func noAnswer(name string, err error) Check {
	do := "check the address, the user and the network"
	switch {
	case notProvisioned(err):
		do = "run `terreno provision` of this version"
	case forbidden(err):
		do = "name a superuser, or grant the user the roles " + worker + " and " + adder
	}
	return Check{Name: name, Found: "no answer: " + err.Error(), Do: do}
}

// storage says how far storage is, by the watermark, and whether somebody still looks.
func (d Deps) storage(ctx context.Context) Check {
	const name = "storage"
	first, err := readWatermark(ctx, d.DB)
	if err != nil {
		return noAnswer(name, err)
	}
	last := first
	for end := time.Now().Add(patience); last.AskedAt.Equal(first.AskedAt) && time.Now().Before(end) && wait.For(ctx, 200*time.Millisecond); {
		if last, err = readWatermark(ctx, d.DB); err != nil {
			return noAnswer(name, err)
		}
	}
	behind := last.AskedAt.Sub(last.StoredUntil)
	c := Check{Name: name, Figures: map[string]int64{"behind_s": int64(behind / time.Second)}}
	switch {
	case last.AskedAt.IsZero():
		c.Figures = nil
		c.Found, c.Do = "nobody has ever looked how far storage is", "start tracking-ingest"
	case last.AskedAt.Equal(first.AskedAt):
		c.Found = fmt.Sprintf("the last look was at %s, and none came for %v", at(last.AskedAt), patience)
		c.Do = "check that tracking-ingest runs and reaches NATS and PostgreSQL"
	case behind > farBehind*time.Duration(last.MarginS)*time.Second:
		c.Found = fmt.Sprintf("positions received after %s wait to be stored, %v behind", at(last.StoredUntil), round(behind))
		c.Do = "add a replica of tracking-ingest, or check why PostgreSQL is slow; phones do not lose anything until TRACKING is full"
	default:
		c.OK, c.Found = true, fmt.Sprintf("every position received before %s is stored, %v behind", at(last.StoredUntil), round(behind))
	}
	return c
}

// unmerged says what waits to be merged. The time now is the watermark's, because that of a demo is not the wall's.
func (d Deps) unmerged(ctx context.Context) Check {
	const name = "unmerged"
	u, err := readUnmerged(ctx, d.DB)
	if err != nil {
		return noAnswer(name, err)
	}
	c := Check{Name: name, OK: true, Figures: map[string]int64{"messages": u.Messages, "bytes": u.Bytes, "oldest_s": int64(u.Age / time.Second)}}
	if c.Found = fmt.Sprintf("%d messages, %s", u.Messages, size(u.Bytes)); u.Messages > 0 {
		c.Found += fmt.Sprintf(", the oldest of %v ago", round(u.Age))
	}
	var do []string
	if u.Age > mergedWithin {
		do = append(do, "check the job with `terreno jobs runs compactar-posiciones`")
	}
	if u.Unreadable > 0 {
		c.Figures["unreadable"] = u.Unreadable
		c.Found += fmt.Sprintf("; damaged: %d", u.Unreadable)
		do = append(do, "restore from a backup, or delete, the rows of tracking.arrived that have 0 in column fixes")
	}
	c.OK, c.Do = len(do) == 0, strings.Join(do, "; ")
	return c
}

// changedDays says how many days each reader has yet to add up.
func (d Deps) changedDays(ctx context.Context) Check {
	const name = "changed days"
	readers, err := readMarks(ctx, d.DB)
	if err != nil {
		return noAnswer(name, err)
	}
	c := Check{Name: name, OK: true, Found: "nobody adds up days", Figures: map[string]int64{}}
	var found, wrong []string
	for _, r := range readers {
		c.Figures[r.Reader] = r.Marks
		found = append(found, fmt.Sprintf("%d wait for %s", r.Marks, r.Reader))
		switch {
		case !r.Declared:
			wrong = append(wrong, fmt.Sprintf("nobody takes those of %s any more: delete them from tracking.changed_day", r.Reader))
		case r.Marks > manyMarks:
			wrong = append(wrong, fmt.Sprintf("check that %s runs and keeps up", r.Reader))
		}
	}
	if len(found) > 0 {
		c.Found = strings.Join(found, ", ")
	}
	c.OK, c.Do = len(wrong) == 0, strings.Join(wrong, "; ")
	return c
}

// days says how many days of users wait to be added up, and since when the oldest is due.
func (d Deps) days(ctx context.Context) Check {
	const name = "days"
	p, err := readPending(ctx, d.DB)
	if err != nil {
		return noAnswer(name, err)
	}
	age := time.Duration(p.AgeS) * time.Second
	c := Check{Name: name, Found: fmt.Sprintf("%d wait to be added up", p.Days), Figures: map[string]int64{"days": p.Days, "failing": p.Failing, "oldest_s": p.AgeS}}
	if age > 0 {
		c.Found += fmt.Sprintf(", the oldest has been due for %v", round(age))
	}
	var do []string
	if age > summedWithin {
		do = append(do, "check that summary runs and reaches PostgreSQL; add a replica, or raise TERRENO_SUMMARY_WORKERS")
	}
	if p.Failing > 0 {
		c.Found += fmt.Sprintf("; failing: %d, for example: %s", p.Failing, first(p.Error))
		do = append(do, "table summary.pending names the failing days and their errors; they are tried again by themselves")
	}
	c.OK, c.Do = len(do) == 0, strings.Join(do, "; ")
	return c
}

// first returns the first line of an error, not longer than a line of a terminal.
func first(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if r := []rune(text); len(r) > 120 {
		return string(r[:120]) + "..."
	}
	return text
}

func at(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

func round(d time.Duration) time.Duration { return d.Round(time.Second) }

func size(n int64) string {
	if n < 1e6 {
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
