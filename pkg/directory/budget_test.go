package directory

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/terreno/terreno/pkg/auth"
)

// With the budget spent, a verdict that a question could change is not final; one that none could change is, unasked. A
// question would panic here: there is no database.
func TestASpentBudgetRefusesNobodyForGood(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
	d.lookups = rate.NewLimiter(0, 0)
	d.loaded = time.Now()
	d.held.companies["acme"] = Company{ID: "acme", Zone: time.UTC, Version: 1}
	d.held.users[userKey{"acme", "ana"}] = User{ID: "ana", Role: "supervisor", Active: true, TokensValidFrom: d.loaded, Version: 1}
	promoted := auth.Claims{Subject: "ana", Company: "acme", Role: "admin", IssuedAt: d.loaded.Add(time.Second)}
	if err := d.Revoked(promoted); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("a young token of another role: %v, want to be asked again", err)
	}
	d.lookups = rate.NewLimiter(rate.Inf, 1)
	revoked := promoted
	revoked.Role, revoked.IssuedAt = "supervisor", d.loaded.Add(-time.Second)
	if err := d.Revoked(revoked); !errors.Is(err, auth.ErrRevoked) {
		t.Errorf("a young token from before the revocation: %v", err)
	}
}
