package directory

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/terreno/terreno/pkg/auth"
)

// The budget of questions is spent. A verdict that a question could change is not final. A verdict that no question could
// change is final, and the directory does not ask. A question would panic here, because there is no database.
func TestASpentBudgetRefusesNobodyForGood(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
	d.lookups = rate.NewLimiter(0, 0)
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
	d.lookups = rate.NewLimiter(rate.Inf, 1)
	revoked := promoted
	revoked.Role, revoked.IssuedAt = "supervisor", now.Add(-time.Second)
	if err := d.Revoked(t.Context(), revoked); !errors.Is(err, auth.ErrRevoked) {
		t.Errorf("a young token from before the revocation: %v", err)
	}
}
