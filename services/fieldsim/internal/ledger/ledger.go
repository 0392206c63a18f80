// Package ledger keeps what a server acknowledged to the phones: the counts for a person, and each position for a test
// that compares them with what is stored. It is safe for concurrent use and starts no goroutines.
package ledger

import (
	"cmp"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
)

// Entry is one position that the server acknowledged and did not reject. An entry is in the ledger once, however often
// the position was sent.
type Entry struct {
	Login string
	// User is the token's subject: the user's id on the server.
	User         string
	Device       string
	RecordedAtMS int64 // milliseconds since 1970-01-01T00:00:00Z
	Lat, Lon     float64
}

// Report is what happened until now.
type Report struct {
	Phones    int
	Uploads   int            // acknowledged, planned repeats among them
	Fixes     int            // in those uploads
	Accepted  int            // of those fixes
	Rejected  map[string]int // of those fixes, by the server's code
	Refused   map[string]int // uploads given up because the server will never take them, by the server's code
	Requests  int            // position uploads put on the wire, whatever came of them
	Retries   int            // those of them that repeated an unacknowledged one
	Logins    int            // that succeeded
	Refreshes int            // that succeeded

	entries []Entry
}

// Ledger yields the acknowledged positions by user, device and time. It is empty when none were to be kept.
func (r Report) Ledger() iter.Seq[Entry] { return slices.Values(r.entries) }

// LogValue has the counts alone: positions do not belong into a log.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("phones", r.Phones), slog.Int("uploads", r.Uploads), slog.Int("fixes", r.Fixes), slog.Int("accepted", r.Accepted),
		slog.Any("rejected", r.Rejected), slog.Any("refused_uploads", r.Refused), slog.Int("requests", r.Requests),
		slog.Int("retries", r.Retries), slog.Int("logins", r.Logins), slog.Int("refreshes", r.Refreshes),
	)
}

// Ledger collects. The zero value counts only.
type Ledger struct {
	keep bool

	mu      sync.Mutex
	counts  Report
	entries map[Entry]struct{}
}

// New returns a ledger that keeps the positions as well if keep: 100 bytes for each, for as long as it lives.
func New(keep bool) *Ledger { return &Ledger{keep: keep, entries: map[Entry]struct{}{}} }

// Count changes the counts. The function must not keep its argument.
func (l *Ledger) Count(change func(*Report)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.counts)
}

// Acknowledged notes one upload: the positions that were taken, and the codes of those that were not.
func (l *Ledger) Acknowledged(taken []Entry, rejected []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Uploads++
	l.counts.Fixes += len(taken) + len(rejected)
	l.counts.Accepted += len(taken)
	for _, code := range rejected {
		l.counts.Rejected = increment(l.counts.Rejected, code)
	}
	if !l.keep {
		return
	}
	for _, e := range taken {
		l.entries[e] = struct{}{}
	}
}

// Refused notes an upload that no repetition will get through.
func (l *Ledger) Refused(code string) {
	l.Count(func(r *Report) { r.Refused = increment(r.Refused, code) })
}

// Report returns a copy that stands still.
func (l *Ledger) Report() Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.counts
	r.Rejected, r.Refused = maps.Clone(r.Rejected), maps.Clone(r.Refused)
	r.entries = slices.SortedFunc(maps.Keys(l.entries), func(a, b Entry) int {
		return cmp.Or(
			cmp.Compare(a.Login, b.Login), cmp.Compare(a.User, b.User), cmp.Compare(a.Device, b.Device),
			cmp.Compare(a.RecordedAtMS, b.RecordedAtMS), cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon),
		)
	})
	return r
}

func increment(counts map[string]int, key string) map[string]int {
	if counts == nil {
		counts = map[string]int{}
	}
	counts[key]++
	return counts
}
