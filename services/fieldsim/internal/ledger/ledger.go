// Package ledger records what a server acknowledged: counts for people, and each position for a test that compares them
// with the stored positions. It is safe for concurrent use and starts no goroutines.
package ledger

import (
	"cmp"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"sync"
)

// Entry is one position that the server acknowledged and did not reject. The ledger holds it once, even if the position was
// sent several times.
type Entry struct {
	Login string
	// User is the subject of the access token: the user's id on the server.
	User         string
	Device       string
	RecordedAtMS int64 // milliseconds since 1970-01-01T00:00:00Z
	Lat, Lon     float64
}

// Report holds the counts up to now.
type Report struct {
	Phones    int
	Uploads   int            // acknowledged uploads, including planned repeats
	Fixes     int            // fixes in the acknowledged uploads
	Accepted  int            // those of Fixes that the server accepted
	Rejected  map[string]int // those of Fixes that the server rejected, by its code
	Refused   map[string]int // uploads given up because the server will never accept them, by its code
	Requests  int            // requests with an upload, with or without success
	Retries   int            // those of Requests that repeated an unacknowledged request
	Logins    int            // successful logins
	Refreshes int            // successful refreshes of a token

	entries []Entry
}

// Ledger yields the acknowledged positions, ordered by login, user, device and time. It is empty when the ledger only
// counts.
func (r Report) Ledger() iter.Seq[Entry] { return slices.Values(r.entries) }

// LogValue returns only the counts, because positions must not be logged.
func (r Report) LogValue() slog.Value {
	return slog.GroupValue(
		slog.Int("phones", r.Phones), slog.Int("uploads", r.Uploads), slog.Int("fixes", r.Fixes), slog.Int("accepted", r.Accepted),
		slog.Any("rejected", r.Rejected), slog.Any("refused_uploads", r.Refused), slog.Int("requests", r.Requests),
		slog.Int("retries", r.Retries), slog.Int("logins", r.Logins), slog.Int("refreshes", r.Refreshes),
	)
}

// Ledger collects the counts and the positions. The zero value only counts.
type Ledger struct {
	keep bool

	mu      sync.Mutex
	counts  Report
	entries map[Entry]struct{}
}

// New returns a ledger. If keep is true, it also keeps the positions, which takes 100 bytes for each of them.
func New(keep bool) *Ledger { return &Ledger{keep: keep, entries: map[Entry]struct{}{}} }

// Count calls change to change the counts. The function must not keep its argument.
func (l *Ledger) Count(change func(*Report)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.counts)
}

// Acknowledged records one upload: the accepted positions, and the codes of the rejected ones.
func (l *Ledger) Acknowledged(accepted []Entry, rejected []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Uploads++
	l.counts.Fixes += len(accepted) + len(rejected)
	l.counts.Accepted += len(accepted)
	for _, code := range rejected {
		l.counts.Rejected = increment(l.counts.Rejected, code)
	}
	if !l.keep {
		return
	}
	for _, e := range accepted {
		l.entries[e] = struct{}{}
	}
}

// Refused records an upload that the server will never accept.
func (l *Ledger) Refused(code string) {
	l.Count(func(r *Report) { r.Refused = increment(r.Refused, code) })
}

// Report returns a copy of the counts and positions, which does not change any more.
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
