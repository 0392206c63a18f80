package store_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/gateway/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 8, 12, 0, 30, 0, time.UTC)

// TestLastSeenOnlyMovesForward, whoever writes it and how often, to the minute, and each company reads its own.
func TestLastSeenOnlyMovesForward(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, gateway.Schema)
	s := store.New(data.DB(t, "gateway"))
	for _, at := range []time.Time{noon, noon.Add(-time.Hour), noon.Add(20 * time.Second), noon.Add(time.Hour), noon} {
		if err := s.See(t.Context(), map[store.Who]time.Time{{Company: "acme", User: "u1"}: at, {Company: "beta", User: "u1"}: at.Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]time.Time{"u1": noon.Add(time.Hour).Truncate(time.Minute)}
	for what, read := range map[string]func() (map[string]time.Time, error){
		"of all":  func() (map[string]time.Time, error) { return s.Seen(t.Context(), "acme", 10) },
		"of some": func() (map[string]time.Time, error) { return s.SeenOf(t.Context(), "acme", []string{"u1", "u2"}) },
	} {
		if got, err := read(); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
}

// TestWhoHasLongGoneIsForgotten: the oldest rows alone, and no more of them than asked for.
func TestWhoHasLongGoneIsForgotten(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, gateway.Schema)
	s := store.New(data.DB(t, "gateway"))
	seen := map[store.Who]time.Time{}
	for day := range 10 {
		seen[store.Who{Company: "acme", User: fmt.Sprint("u", day)}] = noon.AddDate(0, 0, day)
	}
	if err := s.See(t.Context(), seen); err != nil {
		t.Fatal(err)
	}
	for _, want := range []int64{3, 1, 0} {
		if n, err := s.Forget(t.Context(), noon.AddDate(0, 0, 4).Truncate(time.Minute), 3); err != nil || n != want {
			t.Errorf("%d are forgotten, want %d, %v", n, want, err)
		}
	}
	left, err := s.Seen(t.Context(), "acme", 10)
	if users := slices.Sorted(maps.Keys(left)); err != nil || !slices.Equal(users, []string{"u4", "u5", "u6", "u7", "u8", "u9"}) {
		t.Errorf("left are %v, %v", users, err)
	}
}
