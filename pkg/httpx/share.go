package httpx

import "sync"

// Shares divides a number of places, or of bytes, among parties. A party may take as long as it then holds no more than is
// left for all others. Alone it gets half, and the next one half of what is left: ten parties that take all they can use up
// 512 places, nine leave one to whoever comes. What nobody holds is remembered of nobody.
type Shares struct {
	mu   sync.Mutex
	free int64
	held map[string]int64
}

// Why Take refused.
const (
	refusedFull  = "full"
	refusedShare = "share"
)

// NewShares makes shares of a number that is free at first.
func NewShares(size int64) *Shares { return &Shares{free: size, held: map[string]int64{}} }

// Take gives a party n and returns "", or says why not: "full" or "share".
func (s *Shares) Take(party string, n int64) (refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case n > s.free:
		return refusedFull
	case s.held[party]+n > s.free:
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
