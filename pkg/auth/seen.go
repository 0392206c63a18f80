package auth

import (
	"crypto/ed25519"
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

const (
	// generationBytes bounds the memory of one of the two generations of proofs. It holds about 25,000 tokens.
	generationBytes = 16 << 20
	// A generation ends after this time even if it is not full.
	generationAge = 15 * time.Minute
	// proofBytes is what a proof takes besides the texts of its claims.
	proofBytes = 512
)

// proof is what a verified signature proves: the token's claims, and the key that its issuer signed them with.
type proof struct {
	claims Claims
	// notBefore is the zero time if the token has no nbf.
	notBefore time.Time
	from      issuer
	kid       string
	key       ed25519.PublicKey
}

// bytes is an upper estimate of the memory that the proof takes.
func (p *proof) bytes() int {
	c := &p.claims
	n := proofBytes + len(c.Subject) + len(c.Company) + len(c.Role) + len(c.ID) + len(c.Issuer) + len(c.Session) + len(p.kid)
	for _, team := range c.Teams {
		n += 16 + len(team)
	}
	return n
}

// says returns the claims. A caller may keep and change them.
func (p *proof) says() Claims {
	c := p.claims
	c.Teams = slices.Clone(c.Teams)
	return c
}

// digest stands for a whole token. The verifier keeps no token in memory.
type digest = [sha256.Size]byte

// seen holds the proofs of tokens that were verified, so that the signature of a token is checked once while it is in use.
//
// There are two generations. A proof enters the young one, and a proof of the old one that is used again moves back to the
// young one. When the young generation is full or 15 minutes old, it becomes the old one, and the proofs that nobody used
// since then are dropped. A dropped proof costs one check of a signature, which is what every request would cost without
// them.
//
// One company fills at most half of a generation. Its further tokens are checked each time, until the generation ends. So
// a company with very many tokens cannot push out the proofs of other companies. Only several such companies together can.
type seen struct {
	most int
	now  func() time.Time

	mu         sync.Mutex
	young, old map[digest]*proof
	begun      time.Time
	bytes      int
	// of is how many bytes of the young generation each company fills.
	of map[string]int
}

func newSeen(most int, now func() time.Time) *seen {
	s := &seen{most: most, now: now}
	s.turn()
	return s
}

// get returns the token's proof, or nil.
func (s *seen) get(id digest) *proof {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.young[id]; ok {
		return p
	}
	p, ok := s.old[id]
	if !ok {
		return nil
	}
	s.add(id, p)
	return p
}

// put stores the proof of a token.
func (s *seen) put(id digest, p *proof) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(id, p)
}

// add takes a proof into the young generation, unless its company fills half of it already. The caller holds s.mu.
func (s *seen) add(id digest, p *proof) {
	size := p.bytes()
	if s.bytes+size > s.most || s.now().Sub(s.begun) >= generationAge {
		s.turn()
	}
	company := p.claims.Company
	if s.of[company]+size > s.most/2 {
		return
	}
	// Two requests may have verified the same token at the same time.
	if _, twice := s.young[id]; !twice {
		s.bytes += size
		s.of[company] += size
	}
	s.young[id] = p
}

// turn begins a new generation.
func (s *seen) turn() {
	s.old, s.young = s.young, map[digest]*proof{}
	s.begun, s.bytes, s.of = s.now(), 0, map[string]int{}
}
