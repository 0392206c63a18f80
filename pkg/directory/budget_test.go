package directory

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
)

// The budget of questions is spent. A verdict that a question could change is not final. A verdict that no question could
// change is final, and the directory does not ask. A question would panic here, because there is no database.
func TestASpentBudgetRefusesNobodyForGood(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
	d.lookups = &budget{}
	now := time.Now().Truncate(time.Millisecond)
	d.loaded, d.caughtUp = true, now
	d.learn(
		news{tenant: "acme", company: &Company{ID: "acme", Zone: time.UTC, Version: 1}},
		news{tenant: "acme", user: &userRow{id: "ana", role: "supervisor", active: true, validFrom: now.UnixMilli(), version: 1}},
	)
	promoted := auth.Claims{Subject: "ana", Company: "acme", Role: "admin", IssuedAt: now.Add(time.Second)}
	if err := d.Revoked(t.Context(), promoted); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("a young token of another role: %v, want auth.ErrUnavailable", err)
	}
	d.lookups = &budget{perSecond: 1}
	revoked := promoted
	revoked.Role, revoked.IssuedAt = "supervisor", now.Add(-time.Second)
	if err := d.Revoked(t.Context(), revoked); !errors.Is(err, auth.ErrRevoked) {
		t.Errorf("a young token from before the revocation: %v", err)
	}
}

func TestOneCompanyLeavesQuestionsToOthers(t *testing.T) {
	t.Parallel()
	b := &budget{perSecond: 20}
	now := time.Unix(1_000, 0)
	ask := func(company string, n int) (asked int) {
		for range n {
			if b.take(now, company) {
				asked++
			}
		}
		return asked
	}
	if a, g, all := ask("acme", 1000), ask("globex", 1000), b.asked; a != 10 || g != 5 || all != 15 {
		t.Errorf("acme asked %d times, globex %d, both %d", a, g, all)
	}
	if n := ask("initech", 1); n != 1 {
		t.Error("a company that had asked nothing was refused")
	}
	now = now.Add(time.Second)
	if n := ask("acme", 1000); n != 10 {
		t.Errorf("%d questions in the next second", n)
	}
}
