package directory_test

import (
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// claims returns the claims of a token that is older than any load of the test, unless young is true.
func claims(u directory.User, young bool) auth.Claims {
	c := auth.Claims{Subject: u.ID, Company: "acme", Role: u.Role, IssuedAt: time.Now().Add(-time.Hour).Truncate(time.Second)}
	if young {
		c.IssuedAt = c.IssuedAt.Add(time.Hour)
	}
	return c
}

func wantVerdict(t *testing.T, d *directory.Directory, c auth.Claims, want *auth.Error) {
	t.Helper()
	err := d.Revoked(t.Context(), c)
	// A question takes 2 s at most. A busy machine takes longer now and then, and a client tries again.
	for tries := 1; errors.Is(err, auth.ErrUnavailable) && want != auth.ErrUnavailable && tries < 5; tries++ {
		err = d.Revoked(t.Context(), c)
	}
	if want == nil && err != nil || want != nil && !errors.Is(err, want) {
		t.Errorf("token of %s/%s as %s issued %v: %v, want %v", c.Company, c.Subject, c.Role, c.IssuedAt, err, want)
	}
}

func TestRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.company(t, directory.Company{ID: "globex", Zone: time.UTC, Suspended: true, Version: 1})
	w.user(t, "globex", ana())
	gone := ana()
	gone.ID, gone.Active = "gone", false
	w.user(t, "acme", gone)
	w.user(t, "", directory.User{ID: "root", Role: "platform_admin", Active: true, TokensValidFrom: noon, Version: 1})
	w.user(t, "orphaned", ana())
	d := w.loaded(t)
	as := func(change func(*auth.Claims)) auth.Claims {
		c := claims(ana(), false)
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		claims auth.Claims
		want   *auth.Error
	}{
		"good":                  {as(func(*auth.Claims) {}), nil},
		"issued at the instant": {as(func(c *auth.Claims) { c.IssuedAt = noon }), nil},
		"issued before it":      {as(func(c *auth.Claims) { c.IssuedAt = noon.Add(-time.Second) }), auth.ErrRevoked},
		"another role":          {as(func(c *auth.Claims) { c.Role = "admin" }), auth.ErrRevoked},
		"inactive":              {as(func(c *auth.Claims) { c.Subject = "gone" }), auth.ErrRevoked},
		"unknown user":          {as(func(c *auth.Claims) { c.Subject = "nobody" }), auth.ErrRevoked},
		"unknown company":       {as(func(c *auth.Claims) { c.Company = "initech" }), auth.ErrRevoked},
		"company without a row": {as(func(c *auth.Claims) { c.Company = "orphaned" }), auth.ErrRevoked},
		"suspended company":     {as(func(c *auth.Claims) { c.Company = "globex" }), auth.ErrSuspended},
		"platform admin":        {as(func(c *auth.Claims) { c.Company, c.Subject, c.Role = "", "root", "platform_admin" }), nil},
		"a user as platform":    {as(func(c *auth.Claims) { c.Company, c.Role = "", "platform_admin" }), auth.ErrRevoked},
	} {
		for _, young := range []bool{false, true} {
			claims := c.claims
			if young && !claims.IssuedAt.After(noon) {
				continue
			}
			if young {
				claims.IssuedAt = time.Now()
			}
			t.Run(name, func(t *testing.T) { wantVerdict(t, d, claims, c.want) })
		}
	}
}

func TestAYoungTokenIsNotRefusedBecauseNewsAreLate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.loaded(t)
	// identity created eva, promoted ana and added a company. None of the messages has arrived.
	eva, promoted := ana(), ana()
	eva.ID = "eva"
	promoted.Role, promoted.Version, promoted.TokensValidFrom = "admin", 2, time.Now().Truncate(time.Second)
	w.user(t, "acme", eva)
	w.user(t, "acme", promoted)
	w.company(t, directory.Company{ID: "initech", Zone: time.UTC, Version: 1})
	w.user(t, "initech", eva)

	if err := d.Judge(claims(eva, true)); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("Judge says %v of a user whose message may be late", err)
	}
	wantVerdict(t, d, claims(eva, false), auth.ErrRevoked) // It is older than the load, so the directory does not ask.
	if _, ok := d.User("acme", "eva"); ok {
		t.Error("an old token made the directory ask")
	}
	wantVerdict(t, d, claims(ana(), false), nil)
	wantVerdict(t, d, claims(eva, true), nil)
	wantVerdict(t, d, claims(promoted, true), nil)
	wantVerdict(t, d, claims(ana(), false), auth.ErrRevoked) // The directory keeps the answer for all tokens.
	elsewhere := claims(eva, true)
	elsewhere.Company = "initech"
	wantVerdict(t, d, elsewhere, nil)
}

func TestRevocationArrivesAsNews(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.loaded(t)
	token := claims(ana(), false)
	wantVerdict(t, d, token, nil)
	revoked := ana()
	revoked.Version, revoked.TokensValidFrom = 2, auth.ValidFrom(token.IssuedAt, time.Time{})
	w.tellUser(t, "acme", revoked)
	w.until(t, func() bool { u, _ := d.User("acme", "ana"); return u.Version == 2 })
	wantVerdict(t, d, token, auth.ErrRevoked)
	token.IssuedAt = auth.IssuedAt(token.IssuedAt, revoked.TokensValidFrom)
	wantVerdict(t, d, token, nil)

	w.tellCompany(t, directory.Company{ID: "acme", Zone: time.UTC, Suspended: true, Version: 2})
	w.until(t, func() bool { c, _ := d.Company("acme"); return c.Suspended })
	wantVerdict(t, d, token, auth.ErrSuspended)
}

func TestWithoutItsDatabaseNobodyIsRefusedUnknown(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := newWorldOn(t, pgtest.On(t, server, schemas()...))
	empty := directory.New(w.data.DB(t, "gateway"), w.nats.Bus(t, "gateway"), natstest.Log(t), prometheus.NewRegistry())
	wantVerdict(t, empty, claims(ana(), false), auth.ErrUnavailable)
	if empty.Ready(t.Context()) == nil {
		t.Error("ready before the first load")
	}
	reg := prometheus.NewRegistry()
	d := w.run(t, directory.New(w.data.DB(t, "gateway"), w.nats.Bus(t, "gateway"), natstest.Log(t), reg))
	w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	stop(t, server)
	eva, promoted := ana(), ana()
	eva.ID, promoted.Role = "eva", "admin"
	wantVerdict(t, d, claims(ana(), true), nil)
	wantVerdict(t, d, claims(eva, true), auth.ErrUnavailable)
	wantVerdict(t, d, claims(promoted, true), auth.ErrRevoked) // The directory judges a known user by what it knows.
	for range 300 {
		wantVerdict(t, d, claims(eva, true), auth.ErrUnavailable)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if asked := f.GetMetric()[0].GetCounter().GetValue(); f.GetName() == "directory_lookups_total" && (asked == 0 || asked > 200) {
			t.Errorf("300 young tokens made %v questions", asked)
		}
	}
}
