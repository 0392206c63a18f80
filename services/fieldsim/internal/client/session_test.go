package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/servertest"
)

func TestTokensAreRefreshedBeforeTheyExpire(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{Password: "secret", TokenLife: 10 * time.Minute})
		w := setup(servertest.Listen(t, server))
		phone := w.client.Phone("campo01", "d")
		for i := range 60 { // one upload a minute
			if err := phone.Send(t.Context(), fixes(i + 1)[i:]); err != nil {
				t.Fatal(err)
			}
			<-time.After(time.Minute)
		}
		r := w.ledger.Report()
		if r.Logins != 1 || r.Refreshes != 6 || r.Retries != 0 {
			t.Errorf("report %+v, want 1 login, a refresh every 9 minutes and no 401", r)
		}
		for e := range r.Ledger() {
			if e.User != servertest.UserOf("campo01") {
				t.Fatalf("user %q in the ledger, want the token's subject", e.User)
			}
		}
	})
}

// routes has a script for each path: it answers with the next step and repeats the last one. It records the order of the
// requests.
type routes struct {
	steps map[string][]func(http.ResponseWriter, *http.Request)

	mu   sync.Mutex
	came []string
	n    map[string]int
}

func (s *routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	s.mu.Lock()
	if s.n == nil {
		s.n = map[string]int{}
	}
	s.n[path]++
	steps := s.steps[path]
	step := steps[min(s.n[path], len(steps))-1]
	if path == "auth/refresh" {
		path += " " + string(body)
	}
	s.came = append(s.came, strings.TrimPrefix(path, "auth/"))
	s.mu.Unlock()
	step(w, r)
}

func tokensOf(n int) func(http.ResponseWriter, *http.Request) {
	return reply(200, fmt.Sprintf(`{"access_token":"t%d","refresh_token":"r%d","expires_in":900}`, n, n))
}

func TestAPhoneRenewsItsTokensAfterA401(t *testing.T) {
	t.Parallel()
	type steps = []func(http.ResponseWriter, *http.Request)
	denied, accepted, busy := reply(401, `{"code":"token_expired"}`), reply(202, `{"accepted":1,"rejected":[]}`), reply(503, `{}`)
	const refresh1 = `refresh {"refresh_token":"r1"}`
	for name, tc := range map[string]struct {
		positions, refresh steps
		want               []string
		waits              bool
	}{
		"a refresh is enough": {
			steps{denied, accepted},
			steps{tokensOf(9)},
			[]string{"login", "positions", refresh1, "positions"},
			false,
		},
		"after a second 401 a new login": {
			steps{denied, denied, accepted},
			steps{tokensOf(9)},
			[]string{"login", "positions", refresh1, "positions", "login", "positions"},
			false,
		},
		"after a third 401 a wait": {
			steps{denied, denied, denied, denied, accepted},
			steps{tokensOf(9)},
			[]string{"login", "positions", refresh1, "positions", "login", "positions", "login", "positions", "login", "positions"},
			true,
		},
		"the refresh token is not known": {
			steps{denied, accepted},
			steps{reply(401, `{}`)},
			[]string{"login", "positions", refresh1, "login", "positions"},
			false,
		},
		"a refresh whose response was lost is not repeated": {
			steps{denied, accepted},
			steps{cut, denied},
			[]string{"login", "positions", refresh1, "login", "positions"},
			false,
		},
		"a refresh with an internal error is not repeated": {
			steps{denied, accepted},
			steps{reply(500, `{}`)},
			[]string{"login", "positions", refresh1, "login", "positions"},
			false,
		},
		"a refresh whose response was lost is not repeated after a login that has to wait": {
			steps{denied, accepted},
			steps{cut, denied},
			[]string{"login", "positions", refresh1, "login", "login", "positions"},
			true,
		},
		"a refresh that the server did not process is repeated": {
			steps{denied, accepted},
			steps{busy, reply(429, `{}`), tokensOf(9)},
			[]string{"login", "positions", refresh1, refresh1, refresh1, "positions"},
			true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				logins := steps{tokensOf(1), tokensOf(2), tokensOf(3), tokensOf(4)}
				if strings.HasSuffix(name, "a login that has to wait") {
					logins[1] = busy
				}
				s := &routes{steps: map[string][]func(http.ResponseWriter, *http.Request){
					"auth/login": logins, "auth/refresh": tc.refresh, "positions": tc.positions,
				}}
				w := setup(servertest.Listen(t, s))
				began := time.Now()
				if err := w.client.Phone("campo01", "d").Send(t.Context(), fixes(1)); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(s.came, tc.want) {
					t.Errorf("the requests were\n%q, want\n%q", s.came, tc.want)
				}
				if waited := time.Since(began) > 0; waited != tc.waits {
					t.Errorf("took %v, want a wait: %v", time.Since(began), tc.waits)
				}
			})
		})
	}
}

func TestALoginIsRetriedUntilTheServerAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type steps = []func(http.ResponseWriter, *http.Request)
		s := &routes{steps: map[string][]func(http.ResponseWriter, *http.Request){
			"auth/login": steps{cut, reply(429, `{}`, "Retry-After", "60"), reply(404, ``), reply(413, ``), reply(200, `{"access_token":"t","expires_in":0}`), tokensOf(1)},
			"positions":  {reply(202, `{"accepted":1,"rejected":[]}`)},
		}}
		w := setup(servertest.Listen(t, s))
		began := time.Now()
		if err := w.client.Phone("campo01", "d").Send(t.Context(), fixes(1)); err != nil {
			t.Fatal(err)
		}
		if r := w.ledger.Report(); r.Uploads != 1 || r.Requests != 1 || r.Retries != 0 || r.Logins != 1 || time.Since(began) < time.Minute {
			t.Errorf("report %+v after %v: the logins must not count as retries of the upload", r, time.Since(began))
		}
	})
}

func TestSendReturnsARefusedLoginToItsCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{Password: "another"})
		w := setup(servertest.Listen(t, server))
		phone := w.client.Phone("campo01", "d")
		err := phone.Send(t.Context(), fixes(1))
		if !errors.Is(err, client.ErrLoginRefused) || !strings.Contains(err.Error(), "campo01") || !strings.Contains(err.Error(), "credentials_invalid") {
			t.Fatalf("error %v", err)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error contains the password: %v", err)
		}
		if r := w.ledger.Report(); r.Uploads != 0 || len(r.Refused) != 0 || r.Requests != 0 {
			t.Errorf("report %+v, want the upload neither sent nor refused", r)
		}
	})
}

func TestLoginsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := servertest.New(servertest.Options{Password: "secret", LoginTook: 500 * time.Millisecond})
		w := setup(servertest.Listen(t, server), func(o *client.Options) { o.Parallel = 40 })
		began := time.Now()
		var phones sync.WaitGroup
		for i := range 40 {
			phones.Go(func() {
				if err := w.client.Phone(fmt.Sprintf("campo%02d", i), "d").Send(t.Context(), fixes(1)); err != nil {
					t.Error(err)
				}
			})
		}
		phones.Wait()
		if n := server.Notes(); n.MostLogins != 4 || n.Logins != 40 || time.Since(began) != 5*time.Second {
			t.Errorf("%+v in %v, want 40 logins, 4 at a time", n, time.Since(began))
		}
	})
}

// This keeps the client's promise with all faults of the server at once.
func TestEveryUploadIsAcknowledgedOnceByAFaultyServer(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { sendToFaultyServer(t, seed) })
		})
	}
}

func sendToFaultyServer(t *testing.T, seed uint64) {
	server := servertest.New(servertest.Options{
		Seed: seed, Refuse: 0.15, Cut: 0.1, LoseAnswer: 0.1, HalfAnswer: 0.1, Deny: 0.1, Slow: 0.1, SlowFor: time.Minute, AuthToo: true,
		Password: "secret", TokenLife: 5 * time.Minute, LoginTook: 300 * time.Millisecond,
		Reject: func(lat, _ float64) string {
			if int(lat)%7 == 3 {
				return "seventh"
			}
			return ""
		},
	})
	w := setup(servertest.Listen(t, server))
	ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour) // On the fake clock, a hang fails the test at once.
	defer cancel()
	const uploads, each = 20, 7
	var phones sync.WaitGroup
	for i := range 10 {
		phones.Go(func() {
			phone := w.client.Phone(fmt.Sprintf("campo%02d", i), fmt.Sprint("sim-", i))
			for u := range uploads {
				if err := phone.Send(ctx, fixes(uploads * each)[u*each:(u+1)*each]); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	phones.Wait()
	r, came := w.ledger.Report(), 0
	for _, u := range server.Uploads() {
		came += u.Came
		if u.Answered != 1 {
			t.Errorf("an upload of %s was answered %d times in %d requests, want once", u.User, u.Answered, u.Came)
		}
	}
	accepted, rejected := 10*uploads*(each-1), 10*uploads
	if r.Uploads != 10*uploads || r.Accepted != accepted || !maps.Equal(r.Rejected, map[string]int{"seventh": rejected}) || len(r.Refused) != 0 {
		t.Errorf("report %+v", r)
	}
	got := map[servertest.Key]servertest.Place{}
	for e := range r.Ledger() {
		got[servertest.Key{User: e.User, Device: e.Device, RecordedAtMS: e.RecordedAtMS}] = servertest.Place{Lat: e.Lat, Lon: e.Lon}
	}
	if !maps.Equal(got, server.Stored()) || len(got) != accepted {
		t.Errorf("the ledger has %d positions and the server %d, want the same %d", len(got), len(server.Stored()), accepted)
	}
	if r.Retries < uploads || r.Requests < came || r.Requests-r.Retries != r.Uploads {
		t.Errorf("%d requests, %d retries, %d received by the server: too few faults happened", r.Requests, r.Retries, came)
	}
}
