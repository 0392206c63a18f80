package auth

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"
)

// drawer drives a small seen and its clock.
type drawer struct {
	*seen
	clock time.Time
}

func newDrawer(tokens int) *drawer {
	d := &drawer{clock: time.Unix(1_800_000_000, 0)}
	d.seen = newSeen(tokens*of("acme").bytes(), func() time.Time { return d.clock })
	return d
}

func of(company string) *proof { return &proof{claims: Claims{Company: company, Subject: "ana"}} }

func id(company string, n int) digest { return sha256.Sum256(fmt.Append(nil, company, n)) }

func (d *drawer) fill(company string, n int) {
	for i := range n {
		d.put(id(company, i), of(company))
	}
}

func (d *drawer) has(company string, n int) bool { return d.get(id(company, n)) != nil }

func (d *drawer) size() int { return len(d.young) + len(d.old) }

func TestSeenIsBounded(t *testing.T) {
	t.Parallel()
	d := newDrawer(100)
	for i := range 50 {
		d.fill(fmt.Sprintf("c%03d", i), 40)
	}
	if d.size() > 200 || d.size() < 100 {
		t.Errorf("%d proofs are kept of 2,000, with room for 2 x 100", d.size())
	}
	// What a proof holds counts, not only that it is there.
	big := of("acme")
	big.claims.Teams = []string{strings.Repeat("t", 50*of("acme").bytes())}
	d.put(id("big", 1), big)
	if d.has("big", 1) {
		t.Error("a proof of half the bound is kept")
	}
}

func TestSeenKeepsWhatIsUsed(t *testing.T) {
	t.Parallel()
	d := newDrawer(100)
	d.fill("acme", 2)
	for i := range 20 {
		d.fill(fmt.Sprintf("c%03d", i), 30)
		if !d.has("acme", 0) {
			t.Fatalf("a proof that is used all the time is gone after %d others", 30*i)
		}
	}
	if d.has("acme", 1) {
		t.Error("a proof that nobody uses is kept")
	}
}

// A company with more tokens than its half pushes out none of another, and gets new places when the generation ends.
func TestSeenGivesACompanyHalf(t *testing.T) {
	t.Parallel()
	d := newDrawer(100)
	d.fill("globex", 10)
	d.fill("acme", 1000)
	for n := range 10 {
		if !d.has("globex", n) {
			t.Fatalf("token %d of globex was pushed out by acme", n)
		}
	}
	if !d.has("acme", 49) || d.has("acme", 50) {
		t.Error("acme does not have exactly half of a generation")
	}
	d.clock = d.clock.Add(generationAge)
	d.put(id("acme", 2000), of("acme"))
	if !d.has("acme", 2000) || !d.has("acme", 49) || !d.has("globex", 9) {
		t.Error("the next generation does not take acme's token, or dropped those before")
	}
	d.clock = d.clock.Add(generationAge)
	d.put(id("acme", 2001), of("acme"))
	d.clock = d.clock.Add(generationAge)
	d.put(id("acme", 2002), of("acme"))
	if d.has("acme", 1) || d.size() > 3 {
		t.Errorf("%d proofs are kept that nobody used for two generations", d.size())
	}
}

// Storing the same token again takes no more room.
func TestSeenCountsATokenOnce(t *testing.T) {
	t.Parallel()
	d := newDrawer(100)
	for range 200 {
		d.put(id("acme", 1), of("acme"))
	}
	if d.bytes != of("acme").bytes() || d.of["acme"] != d.bytes {
		t.Errorf("one token counts as %d bytes", d.bytes)
	}
}
