package trackingingest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

type page struct {
	Positions []struct {
		UserID     string    `json:"user_id"`
		RecordedAt time.Time `json:"recorded_at"`
		Lat        float64   `json:"lat"`
	}
	Next string
}

func (w *world) page(t *testing.T, who auth.Claims, path string) (p page) {
	t.Helper()
	a := w.get(t, who, path)
	if err := json.Unmarshal([]byte(a.Text), &p); err != nil || a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, a.Status, a.Text)
	}
	return p
}

func (p page) users() string {
	var ids []string
	for _, x := range p.Positions {
		ids = append(ids, x.UserID)
	}
	return strings.Join(ids, " ")
}

// Equal users, equal devices, equal batches: only the token's company tells them apart.
func TestNothingCrossesBetweenCompanies(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.start(t)
	body := upload("d", walk(noon, 20)...)
	for _, company := range []string{"acme", "otra"} {
		w.user(t, company, "ana", "{norte}")
		w.accept(t, worker(company, "ana", "norte"), body, 20, 0)
	}
	w.accept(t, worker("otra", "eva", "norte"), body, 20, 0)
	w.settled(t)
	if n := trackingtest.Count(t, w.admin, ""); n != 60 {
		t.Errorf("%d positions, want 60", n)
	}
	const playback = "/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z"
	for company, want := range map[string]string{"acme": "ana", "otra": "ana eva", "nadie": ""} {
		boss := claims(company, "boss", audience.RoleAdmin)
		if got := w.page(t, boss, "/v1/positions/latest").users(); got != want {
			t.Errorf("%s sees %q, want %q", company, got, want)
		}
		if company != "nadie" {
			if p := w.page(t, boss, "/v1/users/ana"+playback); len(p.Positions) != 20 {
				t.Errorf("%s plays %d positions back, want 20", company, len(p.Positions))
			}
		}
	}
	w.get(t, claims("acme", "boss", audience.RoleAdmin), "/v1/users/eva"+playback).Is(t, http.StatusNotFound, "not_found")
	w.get(t, claims("nadie", "boss", audience.RoleAdmin), "/v1/users/ana"+playback).Is(t, http.StatusNotFound, "not_found")
}

func TestEachRoleSeesItsOwn(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.start(t)
	for user, teams := range map[string]string{"ana": "{norte}", "eva": "{sur}", "leo": "{}"} {
		w.user(t, "acme", user, teams)
		w.accept(t, worker("acme", user), upload("d", at(noon)), 1, 0)
	}
	w.user(t, "acme", "sol", "{sur,norte}")
	w.settled(t)
	for name, c := range map[string]struct {
		who    auth.Claims
		latest string
	}{
		"colaborador": {worker("acme", "ana", "norte", "sur"), "ana"},
		"supervisor":  {claims("acme", "sol", audience.RoleSupervisor), "ana eva"},
		"admin":       {claims("acme", "boss", audience.RoleAdmin), "ana eva leo"},
	} {
		if got := w.page(t, c.who, "/v1/positions/latest").users(); got != c.latest {
			t.Errorf("%s sees %q, want %q", name, got, c.latest)
		}
		for _, user := range []string{"ana", "eva", "leo"} {
			a := w.get(t, c.who, "/v1/users/"+user+"/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z")
			if sees := strings.Contains(c.latest, user); sees != (a.Status == http.StatusOK) {
				t.Errorf("%s asks for %s: %d %s", name, user, a.Status, a.Text)
			}
		}
	}
	if got := w.page(t, claims("acme", "boss", audience.RoleAdmin), "/v1/positions/latest?team=sur").users(); got != "eva" {
		t.Errorf("team sur is %q, want eva", got)
	}
	nobody := claims("", "root", audience.RolePlatformAdmin)
	w.get(t, nobody, "/v1/positions/latest").Is(t, http.StatusForbidden, "forbidden")
	w.get(t, nobody, "/v1/users/ana/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z").Is(t, http.StatusForbidden, "forbidden")
}

func TestListsGoPageByPage(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.start(t)
	for _, user := range []string{"u1", "u2", "u3"} {
		w.accept(t, worker("acme", user), upload("d", walk(noon, 25)...), 25, 0)
	}
	w.settled(t)
	boss := claims("acme", "boss", audience.RoleAdmin)
	walkPages := func(path string) (sizes []int, instants []time.Time, users []string) {
		for cursor := ""; ; {
			p := w.page(t, boss, path+cursor)
			sizes = append(sizes, len(p.Positions))
			for _, x := range p.Positions {
				instants, users = append(instants, x.RecordedAt), append(users, x.UserID)
			}
			if p.Next == "" {
				return sizes, instants, users
			}
			cursor = "&cursor=" + p.Next
		}
	}
	if sizes, _, users := walkPages("/v1/positions/latest?limit=2"); !slices.Equal(sizes, []int{2, 1}) || strings.Join(users, " ") != "u1 u2 u3" {
		t.Errorf("latest: pages %v of %v", sizes, users)
	}
	sizes, instants, _ := walkPages("/v1/users/u2/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z&limit=10")
	if !slices.Equal(sizes, []int{10, 10, 5}) {
		t.Errorf("playback: pages %v", sizes)
	}
	for i := 1; i < len(instants); i++ {
		if instants[i].Sub(instants[i-1]) != time.Second {
			t.Errorf("position %d comes %v after the one before", i, instants[i].Sub(instants[i-1]))
		}
	}
	if sizes, _, _ := walkPages("/v1/users/u2/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z&limit=25"); !slices.Equal(sizes, []int{25}) {
		t.Errorf("a page that is just full: %v", sizes)
	}
	if sizes, _, _ := walkPages("/v1/users/u2/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z&device=other"); !slices.Equal(sizes, []int{0}) {
		t.Errorf("another device: %v", sizes)
	}
}

func TestAWrongQuestionIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	boss := claims("acme", "boss", audience.RoleAdmin)
	for path, code := range map[string]string{
		"/v1/positions/latest?limit=1001":                                                                         "422 validation_failed",
		"/v1/positions/latest?cursor=%21":                                                                         "400 cursor_invalid",
		"/v1/users/ana/positions":                                                                                 "422 validation_failed",
		"/v1/users/ana/positions?from=yesterday&to=today":                                                         "422 validation_failed",
		"/v1/users/ana/positions?from=2026-03-08T00:00:00Z&to=2026-03-08T00:00:00Z":                               "422 range_invalid",
		"/v1/users/ana/positions?from=2026-03-08T00:00:00Z&to=2026-04-08T00:00:01Z":                               "422 range_too_long",
		"/v1/users/ana/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z&limit=5001":                    "422 validation_failed",
		"/v1/users/ana/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z&cursor=x":                      "400 cursor_invalid",
		"/v1/users/ana/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z":                               "404 not_found",
		"/v1/users/ana%3E/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z":                            "404 not_found",
		"/v1/users/" + strings.Repeat("a", 5000) + "/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z": "404 not_found",
	} {
		a := w.get(t, boss, path)
		if got := fmt.Sprint(a.Status, " ", a.Code()); got != code {
			t.Errorf("%.120s: %s, want %s", path, a.Text, code)
		}
	}
}

func TestReadingWithoutADatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	if _, err := w.admin.ExecContext(t.Context(), `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT 0', current_database()); END $$`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	boss := claims("acme", "boss", audience.RoleAdmin)
	w.get(t, boss, "/v1/positions/latest").Is(t, http.StatusServiceUnavailable, "unavailable")
	w.accept(t, worker("acme", "ana"), upload("d", at(noon)), 1, 0) // which does not need it
}
