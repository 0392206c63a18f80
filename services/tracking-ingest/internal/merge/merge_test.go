package merge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// shelf is a store that notes who is merged. The real one has its own tests.
type shelf struct {
	users  []store.Who
	merged []string
	// fails says what a merge of a user returns.
	fails map[string]error
	parts map[string]int
	made  int
	then  func(who store.Who)
}

func (s *shelf) Unmerged(_ context.Context, after store.Who, _ time.Time, limit int) ([]store.Who, error) {
	for i, u := range s.users {
		if u.Company > after.Company || u.Company == after.Company && u.User > after.User {
			return slices.Clone(s.users[i:min(len(s.users), i+limit)]), nil
		}
	}
	return nil, nil
}

func (s *shelf) Merge(ctx context.Context, who store.Who, before, keepFrom time.Time) (store.Merged, error) {
	if ctx.Err() != nil {
		return store.Merged{}, ctx.Err()
	}
	name := who.Company + "/" + who.User
	s.merged = append(s.merged, name)
	if s.then != nil {
		s.then(who)
	}
	if err := s.fails[name]; err != nil {
		if errors.Is(err, store.ErrNoPartition) {
			delete(s.fails, name)
		}
		return store.Merged{}, err
	}
	s.parts[name]--
	if !before.Equal(now.Truncate(time.Hour)) || !keepFrom.Equal(now.AddDate(0, 0, -10)) {
		return store.Merged{}, fmt.Errorf("merge before %v and from %v", before, keepFrom)
	}
	return store.Merged{Messages: 1, More: s.parts[name] > 0}, nil
}

func (s *shelf) EnsureSegments(context.Context) error {
	s.made++
	return nil
}

var now = time.Date(2026, 3, 8, 12, 10, 0, 0, time.UTC)

func shelfOf(users ...store.Who) *shelf {
	return &shelf{users: users, fails: map[string]error{}, parts: map[string]int{}}
}

func merger(t *testing.T, s *shelf) *Merger {
	return New(s, s, 10*24*time.Hour, natstest.Log(t), prometheus.NewRegistry())
}

func TestARunMergesEverybodyAndGoesOnWhereTheLastOneEnded(t *testing.T) {
	t.Parallel()
	s := shelfOf(store.Who{Company: "acme", User: "u1"}, store.Who{Company: "acme", User: "u2"}, store.Who{Company: "otra", User: "u1"})
	s.parts["acme/u2"] = 3
	m := merger(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	s.then = func(who store.Who) {
		if who.User == "u2" {
			s.then = nil
			cancel()
		}
	}
	if err := m.run(ctx, schedule.All, now); !errors.Is(err, context.Canceled) {
		t.Errorf("a run that was ended: %v", err)
	}
	s.merged = nil
	if err := m.run(t.Context(), schedule.All, now); err != nil {
		t.Fatal(err)
	}
	if want := []string{"acme/u2", "acme/u2", "otra/u1", "acme/u1", "acme/u2", "otra/u1"}; !slices.Equal(s.merged, want) {
		t.Errorf("merged %v, want %v", s.merged, want)
	}
	s.merged = nil
	if err := m.run(t.Context(), "acme", now); err != nil {
		t.Fatal(err)
	}
	if want := []string{"acme/u1", "acme/u2"}; !slices.Equal(s.merged, want) {
		t.Errorf("of acme alone: %v, want %v", s.merged, want)
	}
}

func TestARunThatHasNoTimeLeftIsNoFailure(t *testing.T) {
	t.Parallel()
	m := merger(t, shelfOf(store.Who{Company: "acme", User: "u1"}))
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if err := m.run(ctx, schedule.All, now); err != nil {
		t.Error(err)
	}
}

func TestOneUserWhoCannotBeMergedStopsNobody(t *testing.T) {
	t.Parallel()
	s := shelfOf(store.Who{Company: "acme", User: "u1"}, store.Who{Company: "acme", User: "u2"}, store.Who{Company: "otra", User: "u1"})
	s.fails["acme/u1"] = errors.New("could not read block 7")
	s.fails["acme/u2"] = fmt.Errorf("merge: %w", store.ErrNoPartition) // until the partitions are made
	m := merger(t, s)
	if err := m.run(t.Context(), schedule.All, now); err != nil {
		t.Fatal(err)
	}
	if n := testutil.ToFloat64(m.messages); n != 2 || s.made != 1 {
		t.Errorf("%v messages merged, partitions made %d times, want 2 and once", n, s.made)
	}
	// A database that is away is nobody's fault: the run ends and is tried again.
	s.fails["otra/u1"] = &pq.Error{Code: "57P01"}
	if err := m.run(t.Context(), schedule.All, now); err == nil {
		t.Error("a run without a database was called done")
	}
}

// A merge that times out looks like a database that is busy. It ends the run, and the next one begins with somebody else.
func TestOneUserWhoseMergeTimesOutStopsNobody(t *testing.T) {
	t.Parallel()
	s := shelfOf(store.Who{Company: "acme", User: "u1"}, store.Who{Company: "acme", User: "u2"}, store.Who{Company: "otra", User: "u1"})
	s.fails["acme/u1"] = &pq.Error{Code: "57014"}
	m := merger(t, s)
	for range 2 {
		if err := m.run(t.Context(), schedule.All, now); err == nil {
			t.Error("a run that was ended by the database was called done")
		}
	}
	if want := []string{"acme/u1", "acme/u2", "otra/u1", "acme/u1"}; !slices.Equal(s.merged, want) {
		t.Errorf("merged %v, want %v", s.merged, want)
	}
}
