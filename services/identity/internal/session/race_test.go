package session_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/turns"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/internal/keyring"
	"github.com/terreno/terreno/services/identity/internal/password"
	"github.com/terreno/terreno/services/identity/internal/session"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const secret = "una clave de prueba"

// between is a clock that, when the service looks at it for the first time, lets somebody else act. Login looks between
// checking the password and storing the session.
type between struct {
	*clock.Manual
	act func()
}

func (b *between) Now() time.Time {
	if act := b.act; act != nil {
		b.act = nil
		act()
	}
	return b.Manual.Now()
}

type world struct {
	admin   *sqlx.DB
	clock   *between
	service *session.Service
	results *prometheus.CounterVec
}

// setup has one company with one user, ana.
func setup(t *testing.T) *world {
	t.Helper()
	data := pgtest.New(t, identity.Schema)
	pool, wall := data.DB(t, "identity"), clock.NewManual(time.Date(2026, 3, 2, 12, 0, 0, 5e8, time.UTC))
	hasher, err := password.NewHasher(password.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}, 2)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hasher.Hash(t.Context(), "", secret)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{admin: data.Admin(t), clock: &between{Manual: wall}}
	w.sql(t, `INSERT INTO identity.company (id_empresa, name, zone) VALUES ('acme', 'Acme', 'UTC')`)
	w.sql(t, `INSERT INTO identity.users (id_empresa, id, name, role, password_hash) VALUES ('acme', 'ana', 'Ana', 'colaborador', $1)`, hash)
	w.sql(t, `INSERT INTO identity.user_login (id_empresa, key, user_id) VALUES ('acme', 'ana', 'ana')`)
	ring := keyring.NewRing(pool, wall, keyring.Schedule{Lifetime: time.Hour, Lead: time.Minute, TokenLifetime: time.Minute}, slog.New(slog.DiscardHandler))
	if err := ring.Tend(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.results = session.NewResults(prometheus.NewRegistry())
	relay := outbox.NewRelay(pool, nil, "identity", slog.New(slog.DiscardHandler), nil) // nothing runs it
	w.service = &session.Service{
		Store: session.NewStore(pool, change.New(pool, relay, "identity", wall), time.Minute), Guard: throttle.NewGuard(pool, wall), Passwords: hasher, Turns: turns.New(4), Keys: ring, Wall: w.clock,
		Terms:           session.Terms{Issuer: "terreno", Audience: "terreno", Lifetime: time.Minute},
		RefreshLifetime: 24 * time.Hour, Log: slog.New(slog.DiscardHandler), Results: w.results,
	}
	return w
}

func (w *world) sql(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := w.admin.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

func (w *world) login(t *testing.T) (session.Tokens, error) {
	t.Helper()
	return w.service.Login(t.Context(), session.Credentials{Company: "acme", Login: "ana", Password: secret, Address: "203.0.113.7"})
}

// A session must not begin with a password that was changed while it was being checked.
func TestARevocationDuringALoginWins(t *testing.T) {
	t.Parallel()
	for what, statement := range map[string]string{
		"a revocation":   `UPDATE identity.users SET tokens_valid_from = '2026-03-02T12:00:01Z'`,
		"a deactivation": `UPDATE identity.users SET active = false`,
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.clock.act = func() { w.sql(t, statement) }
			if tokens, err := w.login(t); !errors.Is(err, session.ErrLoginFailed) {
				t.Errorf("signed in with %+v, %v", tokens, err)
			}
			if n := pgtest.Count(t, w.admin, "identity.session_family"); n != 0 {
				t.Errorf("%d sessions were begun", n)
			}
		})
	}
}

// What a refresh does not change stays as it was, in whichever order two of them come.
func TestARevocationDuringARefreshWins(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tokens, err := w.login(t)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.act = func() { w.sql(t, `UPDATE identity.users SET tokens_valid_from = '2026-03-02T12:00:01Z'`) }
	if _, err := w.service.Refresh(t.Context(), tokens.Refresh); !errors.Is(err, session.ErrRefreshRevoked) {
		t.Errorf("refreshed: %v", err)
	}
}

// A revocation that is under way when the refresh begins, and not committed yet.
func TestARefreshWaitsForARevocation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tokens, err := w.login(t)
	if err != nil {
		t.Fatal(err)
	}
	revocation, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := revocation.Exec(`UPDATE identity.users SET tokens_valid_from = '2026-03-02T12:00:01Z'`); err != nil {
		t.Fatal(err)
	}
	refreshed := make(chan error, 1)
	go func() {
		_, err := w.service.Refresh(context.WithoutCancel(t.Context()), tokens.Refresh)
		refreshed <- err
	}()
	for waits := false; !waits && len(refreshed) == 0; {
		// The server waits a little before it answers, so that asking is not a busy loop.
		err := w.admin.Get(&waits, `SELECT count(*) > 0 AND pg_sleep(0.01) IS NOT NULL FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := revocation.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-refreshed; !errors.Is(err, session.ErrRefreshRevoked) {
		t.Errorf("refreshed: %v", err)
	}
}

func TestOnlyHashesOfTwoGenerationsAreKept(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tokens, err := w.login(t)
	for range 10 {
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Hour)
		tokens, err = w.service.Refresh(t.Context(), tokens.Refresh)
	}
	if n := pgtest.Count(t, w.admin, "identity.refresh_token"); n != 2 {
		t.Errorf("%d tokens are kept, want the last used and the next", n)
	}
	if n := pgtest.Count(t, w.admin, fmt.Sprintf("identity.refresh_token WHERE encode(hash, 'escape') LIKE '%%%s%%'", tokens.Refresh[len(tokens.Refresh)-20:])); n != 0 {
		t.Error("a token is kept as it is")
	}
}

func TestSweepForgetsSessionsThatEnded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.login(t); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(23 * time.Hour)
	kept, err := w.login(t)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(2 * time.Hour)
	if err := w.service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if families, tokens := pgtest.Count(t, w.admin, "identity.session_family"), pgtest.Count(t, w.admin, "identity.refresh_token"); families != 1 || tokens != 1 {
		t.Errorf("%d sessions with %d tokens are left, want one with one", families, tokens)
	}
	if _, err := w.service.Refresh(t.Context(), kept.Refresh); err != nil {
		t.Errorf("the session that is left: %v", err)
	}
}

// A login that came to nothing because of us is not held against anybody.
func TestAnOverloadDoesNotThrottle(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.sql(t, `UPDATE identity.users SET password_hash = 'not a hash'`)
	for range 10 {
		_, err := w.login(t)
		if _, throttled := errors.AsType[*throttle.WaitError](err); err == nil || throttled {
			t.Fatalf("login: %v", err)
		}
	}
}
