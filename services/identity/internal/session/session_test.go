package session

import (
	"maps"
	"math/rand/v2"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestJudge(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	family := Family{Started: noon, Used: 3, UsedAt: noon.Add(day)}
	account := Account{Active: true, ValidFrom: noon.Add(-day)}
	now := family.UsedAt.Add(time.Minute)
	for name, tc := range map[string]struct {
		change     func(*Family, *Account)
		generation int64
		now        time.Time
		want       Verdict
	}{
		"the newest":                     {nil, 4, now, Rotate},
		"the newest, at its end":         {nil, 4, noon.Add(31 * day), Expired},
		"the one before, again":          {nil, 3, now, Rotate},
		"the one before, days later":     {nil, 3, family.UsedAt.Add(9 * day), Rotate},
		"the one before, at its end":     {nil, 3, noon.Add(31 * day), Expired},
		"an older one":                   {nil, 2, family.UsedAt, Reused},
		"one that is no longer kept":     {nil, 0, family.UsedAt, Reused},
		"older, and at its end":          {nil, 2, noon.Add(31 * day), Reused},
		"not kept, in a fresh family":    {func(f *Family, _ *Account) { f.Used = 0; f.UsedAt = now }, 0, now, Reused},
		"of a revoked family":            {func(f *Family, _ *Account) { f.Revoked = true }, 4, now, Ended},
		"reused in a revoked family":     {func(f *Family, _ *Account) { f.Revoked = true }, 1, now, Ended},
		"of an inactive user":            {func(_ *Family, a *Account) { a.Active = false }, 4, now, Ended},
		"of a suspended company":         {func(_ *Family, a *Account) { a.Suspended = true }, 4, now, Paused},
		"reused, of a suspended company": {func(_ *Family, a *Account) { a.Suspended = true }, 1, now, Paused},
		"begun before a revocation":      {func(_ *Family, a *Account) { a.ValidFrom = noon.Add(1) }, 4, now, Ended},
		"begun at a revocation":          {func(_ *Family, a *Account) { a.ValidFrom = noon }, 4, now, Rotate},
	} {
		f, a := family, account
		if tc.change != nil {
			tc.change(&f, &a)
		}
		if got := Judge(f, a, tc.generation, noon.Add(31*day), tc.now); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// model plays a family as the store does: it applies verdicts and forgets tokens. A token is a number of its own.
type model struct {
	family Family
	tokens map[int]int64 // generation by token
	made   int
	gone   bool
}

func newModel() *model {
	return &model{family: Family{Started: noon, UsedAt: noon}, tokens: map[int]int64{1: 1}, made: 1}
}

func (m *model) present(token int, now time.Time) (next int, ok bool) {
	generation := m.tokens[token]
	if Judge(m.family, Account{Active: true}, generation, now.Add(time.Hour), now) != Rotate {
		m.family.Revoked, m.gone = true, true
		return 0, false
	}
	through := Forgotten(m.family, generation, now)
	maps.DeleteFunc(m.tokens, func(t int, g int64) bool { return g <= through && t != token })
	if generation > m.family.Used {
		m.family.Used, m.family.UsedAt = generation, now
	}
	m.made++
	m.tokens[m.made] = generation + 1
	return m.made, true
}

// A client that presents the newest token it got keeps its session, whatever answers are lost and however long it is away.
func TestLostAnswersNeverEndASession(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		m := newModel()
		has, now := 1, noon
		for range 200 {
			now = now.Add(time.Duration(rng.Int64N(int64([]time.Duration{5 * time.Second, time.Minute, 9 * time.Hour}[rng.IntN(3)]))))
			next, ok := m.present(has, now)
			if !ok {
				t.Fatalf("refused after %v", now.Sub(noon))
			}
			if rng.IntN(3) == 0 { // this answer arrives
				has = next
			}
			if len(m.tokens) > 40 {
				t.Fatalf("%d tokens are kept", len(m.tokens))
			}
		}
	}
}

// Two who both hold a token of one family, and both keep refreshing, cannot both go on: not even when they always refresh
// within seconds of each other.
func TestTheftIsFoundOut(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 1000 {
		m := newModel()
		holders := [2]int{1, 1}
		now := noon
		spread := []time.Duration{15 * time.Minute, 20 * time.Second}[round%2]
		for step := 0; !m.gone; step++ {
			now = now.Add(15 * time.Minute)
			for i, who := range rng.Perm(2) {
				at := now.Add(time.Duration(i) * time.Duration(rng.Int64N(int64(spread))))
				if next, ok := m.present(holders[who], at); ok {
					holders[who] = next
				}
			}
			if step > 3 {
				t.Fatalf("both holders still refresh after %v", now.Sub(noon))
			}
		}
	}
}
