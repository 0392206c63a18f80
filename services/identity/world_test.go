package identity

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const (
	rootLogin = "root@terreno.example"
	secret    = "una clave de prueba"
	patience  = 2 * time.Minute
)

// world is an installation with nothing but identity, and somebody at its HTTP side. Its wall clock and its domain time are
// moved by hand.
type world struct {
	data      *pgtest.Database
	nats      *natstest.Server
	clock     *clock.Manual
	domain    *clock.Manual
	url       string
	verifier  *auth.Verifier
	directory *directory.Directory
	proxies   httpx.Proxies
	heard     *natstest.Ear // of the directory's news

	// came and answered are the addresses of requests with X-Forwarded-For, in the order in which they came and were answered.
	mu             sync.Mutex
	came, answered []string
}

// note runs the service's handler, and notes who came and who was answered.
func (w *world) note(h http.Handler, rw http.ResponseWriter, r *http.Request) {
	add := func(to *[]string) {
		if from := r.Header.Get("X-Forwarded-For"); from != "" {
			w.mu.Lock()
			defer w.mu.Unlock()
			*to = append(*to, from)
		}
	}
	add(&w.came)
	h.ServeHTTP(rw, r)
	add(&w.answered)
}

// shop is another service with a log of changes.
var shop = db.Schema{
	Name: "shop", Service: "shop", Snippets: []db.Snippet{change.LogSnippet},
	Migrations: fstest.MapFS{"0001_log.sql": {Data: []byte(`{{change_log}}`)}},
}

// setup starts one replica; change may change its configuration.
func setup(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	w := &world{
		data: pgtest.New(t, Schema, schedule.Schema, db.Schema{Service: "gateway"}, shop), nats: natstest.Start(t),
		clock:  clock.NewManual(time.Now().Truncate(time.Second).Add(300 * time.Millisecond)),
		domain: clock.NewManual(time.Date(2026, 3, 7, 12, 0, 0, 0, time.UTC)), proxies: apptest.Loopback,
	}
	w.heard = w.nats.Listen(t, "gateway", "dir.*.directorio.*.*")
	w.url = w.replica(t, change...)
	return w
}

// replica starts one more and returns its address.
func (w *world) replica(t *testing.T, change ...func(*Config)) string {
	t.Helper()
	var handler http.Handler
	url := serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.note(handler, rw, r) }))
	pool, b, metrics, log := w.data.DB(t, name), w.nats.Bus(t, name), prometheus.NewRegistry(), natstest.Log(t)
	dir := directory.New(pool, b, log, metrics)
	verifier, err := auth.NewVerifier(auth.Config{
		Issuers:  []auth.Issuer{{Name: "terreno", JWKSURL: url + "/.well-known/jwks.json"}},
		Audience: "terreno", Now: w.clock.Now,
	}, http.DefaultClient, dir.Revoked)
	if err != nil {
		t.Fatal(err)
	}
	service, err := build(testConfig(t, change...), app.Deps{
		Log: log, Metrics: metrics, Clock: w.domain, Bus: b, DB: pool, Auth: verifier, Directory: dir, Proxies: w.proxies,
	}, w.clock)
	if err != nil {
		t.Fatal(err)
	}
	handler = service.Handler
	w.verifier, w.directory = verifier, dir
	apptest.Run(t, service, &app.Service{Name: name, Runners: []app.Runner{{Name: "directory", Run: dir.Run}}})
	for _, c := range append(service.Checks, app.Check{Ready: dir.Ready}) {
		apptest.Until(t, func() bool { return c.Ready(t.Context()) == nil })
	}
	return url
}

func testConfig(t *testing.T, change ...func(*Config)) Config {
	t.Helper()
	var c Config
	_, err := config.Load(&c, []string{
		"TERRENO_PASSWORD_MEMORY_KIB=64", "TERRENO_PASSWORD_PASSES=1", "TERRENO_PASSWORD_LANES=1",
		"TERRENO_ADMIN_LOGIN=" + rootLogin, "TERRENO_ADMIN_PASSWORD=" + secret,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

type (
	body   = httpxtest.Body
	answer = httpxtest.Answer
)

// send sends a request; header is pairs of name and value.
func (w *world) send(t *testing.T, method, path, token string, content any, header ...string) answer {
	t.Helper()
	a, err := w.try(t.Context(), method, path, token, content, header...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) try(ctx context.Context, method, path, token string, content any, header ...string) (answer, error) {
	url := path
	if strings.HasPrefix(path, "/") {
		url = w.url + path
	}
	return httpxtest.Do(ctx, method, url, token, content, header...)
}

// tokens are what login and refresh answer.
type tokens struct{ access, refresh string }

func tokensOf(t *testing.T, a answer) tokens {
	t.Helper()
	a.Is(t, http.StatusOK, "")
	return tokens{a.Body["access_token"].(string), a.Body["refresh_token"].(string)}
}

func (w *world) login(t *testing.T, company, login string) tokens {
	t.Helper()
	return tokensOf(t, w.attempt(t, company, login, secret))
}

func (w *world) attempt(t *testing.T, company, login, password string, header ...string) answer {
	t.Helper()
	in := body{"login": login, "password": password}
	if company != "" {
		in["company"] = company
	}
	return w.send(t, "POST", "/v1/auth/login", "", in, header...)
}

func (w *world) refresh(t *testing.T, token string) answer {
	t.Helper()
	return w.send(t, "POST", "/v1/auth/refresh", "", body{"refresh_token": token})
}

// root is a token of the platform admin.
func (w *world) root(t *testing.T) string {
	t.Helper()
	return w.login(t, "", rootLogin).access
}

// company makes a company whose admin has the id and login "admin", and returns a token of the admin.
func (w *world) company(t *testing.T, id string) string {
	t.Helper()
	w.send(t, "POST", "/v1/companies", w.root(t), body{
		"id": id, "name": "Empresa " + id, "zone": "America/Mexico_City",
		"admin": body{"id": "admin", "name": "Admin de " + id, "payroll_number": "admin", "password": secret},
	}).Is(t, http.StatusCreated, "")
	return w.login(t, id, "admin").access
}

// user makes a user whose login is its id.
func (w *world) user(t *testing.T, admin, id, role string, more ...body) answer {
	t.Helper()
	in := body{"id": id, "name": "Persona " + id, "payroll_number": id, "role": role, "password": secret}
	for _, m := range more {
		maps.Copy(in, m)
	}
	return w.send(t, "POST", "/v1/users", admin, in).Is(t, http.StatusCreated, "")
}

func (w *world) team(t *testing.T, admin, id string, users ...string) {
	t.Helper()
	w.send(t, "POST", "/v1/teams", admin, body{"id": id, "name": "Equipo " + id}).Is(t, http.StatusCreated, "")
	if len(users) > 0 {
		w.send(t, "PUT", "/v1/teams/"+id+"/members", admin, body{"users": users}).Is(t, http.StatusOK, "")
	}
}

// news returns the bodies heard on a subject, up to the first for which last holds.
func (w *world) news(t *testing.T, subject string, last func(body) bool) []body {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var all []body
	for {
		m, err := w.heard.NextMsgWithContext(ctx)
		if err != nil {
			t.Fatalf("waiting for news on %s: %v; heard %v", subject, err, all)
		}
		if m.Subject != subject {
			continue
		}
		var b body
		if err := json.Unmarshal(m.Data, &b); err != nil {
			t.Fatalf("news %s: %v", m.Data, err)
		}
		if all = append(all, b); last(b) {
			return all
		}
	}
}

// refused waits until the directory knows that a token is no good, and returns the code.
func (w *world) refused(t *testing.T, token string) string {
	t.Helper()
	var err error
	apptest.Until(t, func() bool {
		_, err = w.verifier.Verify(t.Context(), token)
		return err != nil && !errors.Is(err, auth.ErrUnavailable)
	})
	e, _ := errors.AsType[*auth.Error](err)
	return e.Code
}
