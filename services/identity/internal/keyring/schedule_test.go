package keyring

import (
	"crypto/ed25519"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

var (
	start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	plan  = Schedule{Lifetime: 30 * 24 * time.Hour, Lead: 5 * time.Minute, TokenLifetime: 15 * time.Minute}
)

func TestAKeyIsNextThenActiveThenRetired(t *testing.T) {
	t.Parallel()
	keys := []Key{{ID: "a", SignsFrom: start}}
	due := start.Add(plan.Lifetime)
	if _, ok := plan.nextFrom(keys, due.Add(-plan.Lead-1)); ok {
		t.Error("the next key is made too early")
	}
	from, ok := plan.nextFrom(keys, due.Add(-plan.Lead))
	if !ok || !from.Equal(due) {
		t.Fatalf("the next key signs from %v (%v), want %v", from, ok, due)
	}
	keys = append(keys, Key{ID: "b", SignsFrom: from})
	if _, again := plan.nextFrom(keys, due.Add(-1)); again {
		t.Error("a second next key is made")
	}
	for at, want := range map[time.Time]string{due.Add(-1): "a", due: "b"} {
		if k, _ := active(keys, at); k.ID != want {
			t.Errorf("at %v %q signs, want %q", at, k.ID, want)
		}
	}
	last := due.Add(plan.TokenLifetime + time.Minute)
	if gone := plan.expired(keys, last); len(gone) != 0 {
		t.Errorf("%v is dropped while its tokens are good", gone)
	}
	if gone := plan.expired(keys, last.Add(1)); !slices.Equal(gone, []string{"a"}) {
		t.Errorf("dropped %v, want a", gone)
	}
}

func TestTheFirstKeySignsAtOnceAndALateOneHasItsLead(t *testing.T) {
	t.Parallel()
	if from, ok := plan.nextFrom(nil, start); !ok || !from.Equal(start) {
		t.Errorf("the first key signs from %v (%v), want now", from, ok)
	}
	ahead := []Key{{ID: "a", SignsFrom: start}}
	if _, ok := plan.nextFrom(ahead, start.Add(-time.Second)); ok {
		t.Error("a replica whose clock is a second behind makes another first key")
	}
	late := start.Add(100 * 24 * time.Hour) // nobody ran for months
	if from, ok := plan.nextFrom(ahead, late); !ok || !from.Equal(late.Add(plan.Lead)) {
		t.Errorf("the late key signs from %v (%v), want %v", from, ok, late.Add(plan.Lead))
	}
}

// Whatever the moments at which some replica looks: there is always one key that signs, it was published for the lead
// before it signed, and no key is dropped before the end of the last token that it could sign.
func TestRotationOverAYear(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	made, signed := map[string]time.Time{}, map[string]time.Time{}
	var keys []Key
	for now, n := start, 0; now.Before(start.Add(365 * 24 * time.Hour)); now = now.Add(time.Duration(rng.Int64N(int64(20 * time.Minute)))) {
		if from, ok := plan.nextFrom(keys, now); ok {
			n++
			keys = append(keys, Key{ID: fmt.Sprintf("k%03d", n), SignsFrom: from})
			made[keys[len(keys)-1].ID] = now
		}
		k, ok := active(keys, now)
		if !ok {
			t.Fatalf("at %v no key signs", now)
		}
		if _, before := signed[k.ID]; !before && len(signed) > 0 && now.Sub(made[k.ID]) < plan.Lead {
			t.Errorf("%s signs %v after it was made", k.ID, now.Sub(made[k.ID]))
		}
		signed[k.ID] = now
		for _, gone := range plan.expired(keys, now) {
			if now.Sub(signed[gone]) < plan.TokenLifetime {
				t.Errorf("%s is dropped %v after it signed", gone, now.Sub(signed[gone]))
			}
			keys = slices.DeleteFunc(keys, func(k Key) bool { return k.ID == gone })
		}
		if len(keys) > 2 {
			t.Fatalf("%d keys are kept at %v", len(keys), now)
		}
	}
	if len(signed) != 13 {
		t.Errorf("%d keys signed in a year, want 13", len(signed))
	}
}

func TestPublicIsOfThePrivate(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if !(Key{Private: private}).Public().Equal(public) {
		t.Error("the public part is another")
	}
}
