package httpx

import "sync"

// shares divides a number of places, or of bytes, among parties. A party may take as long as it then holds no more than is
// left for all others: alone it gets half, two that take all they can get a third each, and whoever holds nothing finds
// something free. What nobody holds is remembered of nobody.
type shares struct {
	mu   sync.Mutex
	free int64
	held map[string]int64
}

// Why take refused.
const (
	refusedFull  = "full"
	refusedShare = "share"
)

func newShares(size int64) *shares { return &shares{free: size, held: map[string]int64{}} }

// take gives a party n, or says why not.
func (s *shares) take(party string, n int64) (refused string) {
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

func (s *shares) give(party string, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free += n
	if s.held[party] -= n; s.held[party] == 0 {
		delete(s.held, party)
	}
}
