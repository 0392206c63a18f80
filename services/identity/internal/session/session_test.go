package session

import (
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
		"the newest":                        {nil, 4, now, Rotate},
		"the newest, at its end":            {nil, 4, noon.Add(31 * day), Expired},
		"the one before, within the window": {nil, 3, family.UsedAt.Add(repeatWindow), Rotate},
		"the one before, too late":          {nil, 3, family.UsedAt.Add(repeatWindow + 1), Reused},
		"an older one":                      {nil, 2, family.UsedAt, Reused},
		"one that is no longer kept":        {nil, 0, family.UsedAt, Reused},
		"not kept, in a fresh family":       {func(f *Family, _ *Account) { f.Used = 0; f.UsedAt = now }, 0, now, Reused},
		"of a revoked family":               {func(f *Family, _ *Account) { f.Revoked = true }, 4, now, Ended},
		"reused in a revoked family":        {func(f *Family, _ *Account) { f.Revoked = true }, 1, now, Ended},
		"of an inactive user":               {func(_ *Family, a *Account) { a.Active = false }, 4, now, Ended},
		"of a suspended company":            {func(_ *Family, a *Account) { a.Suspended = true }, 4, now, Paused},
		"reused, of a suspended company":    {func(_ *Family, a *Account) { a.Suspended = true }, 1, now, Paused},
		"begun before a revocation":         {func(_ *Family, a *Account) { a.ValidFrom = noon.Add(1) }, 4, now, Ended},
		"begun at a revocation":             {func(_ *Family, a *Account) { a.ValidFrom = noon }, 4, now, Rotate},
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

// model plays a family as the store does: it applies verdicts and forgets generations.
type model struct {
	family Family
	gone   bool
}

func (m *model) present(generation int64, now time.Time) (next int64, ok bool) {
	if generation < m.family.Used {
		generation = 0
	}
	switch Judge(m.family, Account{Active: true}, generation, now.Add(time.Hour), now) {
	case Rotate:
		if generation > m.family.Used {
			m.family.Used, m.family.UsedAt = generation, now
		}
		return generation + 1, true
	case Reused:
		m.family.Revoked = true
	}
	m.gone = true
	return 0, false
}

// A client that always presents the newest token it got keeps its session whatever answers are lost, when it repeats
// within the window.
func TestLostAnswersNeverEndASession(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		m := model{family: Family{Started: noon}}
		has, now := int64(1), noon
		for range 50 {
			for first := now; now.Sub(first) <= repeatWindow; now = now.Add(time.Duration(rng.Int64N(int64(9 * time.Second)))) {
				next, ok := m.present(has, now)
				if !ok {
					t.Fatalf("token %d was refused %v after it was first used", has, now.Sub(first))
				}
				if rng.IntN(3) == 0 { // this answer arrives
					has = next
					break
				}
			}
			if m.family.Used >= has { // no answer came in the whole window: the next repeat is late, the session is lost
				break
			}
			now = now.Add(time.Duration(rng.Int64N(int64(20 * time.Minute))))
		}
	}
}

// Two who both hold a token of one family, and both keep refreshing, cannot both go on.
func TestTheftIsFoundOut(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		m := model{family: Family{Started: noon}}
		holders := [2]int64{1, 1}
		next := [2]time.Time{noon, noon.Add(time.Duration(rng.Int64N(int64(time.Hour))))}
		for step := 0; !m.gone; step++ {
			who := 0
			if next[1].Before(next[0]) {
				who = 1
			}
			now := next[who]
			if got, ok := m.present(holders[who], now); ok {
				holders[who] = got
			}
			next[who] = now.Add(time.Minute + time.Duration(rng.Int64N(int64(15*time.Minute))))
			if step > 100 {
				t.Fatalf("both holders still refresh after %v", now.Sub(noon))
			}
		}
	}
}
