package identity

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// from signs in from an address.
func (w *world) from(t *testing.T, address, company, login, password string) answer {
	t.Helper()
	return w.attempt(t, company, login, password, "X-Forwarded-For", address)
}

// guesses gets as many wrong passwords looked at as a second of every minute allows, for an hour, from addresses in turn.
func (w *world) guesses(t *testing.T, company, login string, addresses ...string) (looked int) {
	t.Helper()
	for range 60 {
		for _, address := range addresses {
			for range 5 {
				if w.from(t, address, company, login, "adivina").Status == http.StatusUnauthorized {
					looked++
				}
			}
		}
		w.clock.Advance(time.Minute)
	}
	return looked
}

// One attacker keeps nobody out, wherever they are: the platform's admin neither.
func TestFiveWrongPasswordsAMinuteLockNobodyOut(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador, body{"email": "ana@acme.example"})
	for _, victim := range [][2]string{{"acme", "ana"}, {"", "ana@acme.example"}, {"", rootLogin}} {
		looked := w.guesses(t, victim[0], victim[1], "203.0.113.66")
		if looked > 16 {
			t.Errorf("%q: %d guesses were looked at in an hour", victim[1], looked)
		}
		w.from(t, "198.51.100.1", victim[0], victim[1], secret).Is(t, http.StatusOK, "")
		w.from(t, "203.0.113.66", victim[0], victim[1], "adivina").Is(t, http.StatusTooManyRequests, "login_throttled")
	}
}

// Many attackers keep somebody out of new places only, and get few guesses in all.
func TestABotnetIsBoundedAndTheKnownAddressGetsIn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador, body{"email": "ana@acme.example"})
	const office, laptop = "198.51.100.1", "2001:db8:7:1::5"
	w.from(t, office, "acme", "ana", secret).Is(t, http.StatusOK, "")
	w.from(t, laptop, "acme", "ana", secret).Is(t, http.StatusOK, "")
	var botnet []string
	for i := range 10 {
		botnet = append(botnet, fmt.Sprint("203.0.113.", i), fmt.Sprintf("2001:db8:%x::1", 256+i))
	}
	looked := 0
	for _, login := range []string{"ana", "ana@acme.example"} { // another name buys the name's guesses, not the account's
		for _, address := range botnet {
			for range 5 {
				if w.from(t, address, "acme", login, "adivina").Status == http.StatusUnauthorized {
					looked++
				}
			}
		}
	}
	if looked > 2*40 {
		t.Errorf("%d guesses were looked at at once", looked)
	}
	w.from(t, "192.0.2.1", "acme", "ana", secret).Is(t, http.StatusTooManyRequests, "login_throttled")
	w.from(t, office, "acme", "ana", secret).Is(t, http.StatusOK, "")
	w.from(t, office, "acme", "ana@acme.example", secret).Is(t, http.StatusOK, "")
	w.from(t, office, "", "ana@acme.example", secret).Is(t, http.StatusOK, "")
	w.from(t, "2001:db8:7:1:ffff::9", "acme", "ana", secret).Is(t, http.StatusOK, "") // the same /64
	// The known address is no way round: whoever shares it guesses there as slowly as anywhere.
	for range 5 {
		w.from(t, office, "acme", "ana", "adivina").Is(t, http.StatusUnauthorized, "login_failed")
	}
	w.from(t, office, "acme", "ana", "adivina").Is(t, http.StatusTooManyRequests, "login_throttled")
	if n := pgtest.Count(t, w.data.Admin(t), "identity.login_attempt"); n > 6*(2*len(botnet)+4) {
		t.Errorf("%d counters for %d addresses", n, len(botnet))
	}
}

func TestAnOfficeWithManyUnknownLogins(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador)
	for _, office := range []string{"203.0.113.7", "2001:db8:1:2::7"} {
		for i := range 50 {
			w.from(t, office, "acme", fmt.Sprint("nadie", i), "adivina").Is(t, http.StatusUnauthorized, "login_failed")
		}
		w.from(t, office, "acme", "ana", secret).Is(t, http.StatusOK, "")
	}
}

func TestOneAddressTriesManyLogins(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	w.user(t, admin, "bea", audience.RoleColaborador)
	w.from(t, "203.0.113.7", "acme", "bea", secret).Is(t, http.StatusOK, "")
	for i := range 100 {
		w.from(t, "203.0.113.7", "acme", fmt.Sprint("nadie", i), "adivina").Is(t, http.StatusUnauthorized, "login_failed")
	}
	a := w.from(t, "198.51.100.1, 203.0.113.7", "acme", "ana", secret).Is(t, http.StatusTooManyRequests, "login_throttled")
	if s, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || s != 1 {
		t.Errorf("Retry-After %q, want 1 s", a.Header.Get("Retry-After"))
	}
	w.from(t, "203.0.113.7", "acme", "bea", secret).Is(t, http.StatusOK, "") // who works there
	w.from(t, "203.0.113.8", "acme", "ana", secret).Is(t, http.StatusOK, "")
	w.clock.Advance(time.Minute)
	w.from(t, "203.0.113.7", "acme", "ana", secret).Is(t, http.StatusOK, "")
}

// A morning on which everybody signs in at once: who does not get in is told when to come again.
func TestFiftyLoginsAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *Config) { c.PasswordMemoryKiB, c.PasswordsAtOnce = 4<<10, 2 })
	admin := w.company(t, "acme")
	for i := range 50 {
		w.user(t, admin, fmt.Sprint("u", i), audience.RoleColaborador)
	}
	var all sync.WaitGroup
	answers := make([]answer, 50)
	for i := range answers {
		all.Go(func() {
			var err error
			answers[i], err = w.try(t.Context(), "POST", "/v1/auth/login", "", body{"company": "acme", "login": fmt.Sprint("u", i), "password": secret})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	in := 0
	for _, a := range answers {
		switch {
		case a.Status == http.StatusOK:
			in++
		case a.Status != http.StatusTooManyRequests && a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "":
			t.Errorf("%d %s %v", a.Status, a.Text, a.Header)
		}
	}
	if in == 0 {
		t.Error("nobody got in")
	}
	t.Logf("%d of 50 got in", in)
}

// One address that guesses as fast as it can delays nobody elsewhere: the addresses take turns, for the hashes and for the
// connections to the database.
func TestAFloodOfLoginsDelaysNobodyElsewhere(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *Config) { c.PasswordMemoryKiB, c.PasswordsAtOnce = 8<<10, 2 })
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador)
	const guesses, office = 60, "198.51.100.1" // fewer than one address has places
	// Nobody goes on until all are in line, and ana is the last.
	hold, err := w.data.Admin(t).Beginx()
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`LOCK TABLE identity.login_attempt IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	until := func(list *[]string, n int) {
		t.Helper()
		apptest.Until(t, func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(*list) == n
		})
	}
	for i := range guesses {
		all.Go(func() {
			// Two addresses of one customer's network.
			address := fmt.Sprintf("2001:db8:66:%d::1", i%2)
			_, err := w.try(t.Context(), "POST", "/v1/auth/login", "",
				body{"company": "acme", "login": fmt.Sprint("nadie", i), "password": "adivina"}, "X-Forwarded-For", address)
			if err != nil {
				t.Error(err)
			}
		})
	}
	until(&w.came, guesses)
	all.Go(func() {
		a, err := w.try(t.Context(), "POST", "/v1/auth/login", "", body{"company": "acme", "login": "ana", "password": secret}, "X-Forwarded-For", office)
		if err != nil || a.Status != http.StatusOK {
			t.Errorf("%d %s, %v", a.Status, a.Text, err)
		}
	})
	until(&w.came, guesses+1)
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	until(&w.answered, guesses+1)
	if n := slices.Index(w.answered, office); n > guesses/2 {
		t.Errorf("%d guesses came first", n)
	}
}
