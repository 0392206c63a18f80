package httpx

import "sync"

// Shares divides a number of places, or of bytes, among parties. A party may take more as long as it then holds no more than
// is left for all others. A party alone gets half, and the next party gets half of the rest. So it takes ten parties, each
// taking all it can, to use up 512 places. Nine leave one place for the next party. Shares remembers nothing of a party that
// holds nothing.
//
// Shares refuses and never waits, because a client can try again, and a request that waits costs memory. Work that was
// admitted and needs a database connection waits for its turn (pkg/turns).
type Shares struct {
	mu   sync.Mutex
	free int64
	held map[string]int64
}

// These are the reasons for which a request is refused.
const (
	refusedFull  = "full"
	refusedShare = "share"
	// refusedUser is the reason for which one user gets no more places.
	refusedUser = "user"
)

// tally counts what each user holds, and lets none hold more than a number. It remembers nothing of a user who holds nothing.
type tally struct {
	mu   sync.Mutex
	most int
	held map[string]int
}

func (t *tally) take(user string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[user] >= t.most {
		return false
	}
	t.held[user]++
	return true
}

func (t *tally) give(user string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held[user]--; t.held[user] == 0 {
		delete(t.held, user)
	}
}

// NewShares makes shares of a number of places or bytes, all of them free at first.
func NewShares(size int64) *Shares { return &Shares{free: size, held: map[string]int64{}} }

// Take gives a party n and returns "". When it refuses, it returns the reason: "full" or "share".
func (s *Shares) Take(party string, n int64) (refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case n > s.free:
		return refusedFull
	case s.held[party]+n > s.free-n && (n > 1 || s.held[party] > 0): // the last free place is for a newcomer
		return refusedShare
	}
	s.free -= n
	s.held[party] += n
	return ""
}

// Give takes back what Take gave.
func (s *Shares) Give(party string, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free += n
	if s.held[party] -= n; s.held[party] == 0 {
		delete(s.held, party)
	}
}
