package keyring_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/internal/keyring"
	"github.com/terreno/terreno/services/identity/internal/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var schedule = keyring.Schedule{Lifetime: 30 * 24 * time.Hour, Lead: 5 * time.Minute, TokenLifetime: 15 * time.Minute}

// world is two replicas' rings on one database, each with its JWKS, and somebody who verifies by the second's.
type world struct {
	data     *pgtest.Database
	clock    *clock.Manual
	rings    [2]*keyring.Ring
	urls     [2]string
	verifier *auth.Verifier
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{
		data:  pgtest.New(t, identity.Schema),
		clock: clock.NewManual(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)),
	}
	for i := range w.rings {
		w.rings[i] = keyring.NewRing(w.data.DB(t, "identity"), w.clock, schedule, natstest.Log(t))
		api := httpx.NewAPI("identity", httpx.Options{Log: natstest.Log(t), Metrics: prometheus.NewRegistry()})
		w.rings[i].Register(api.Huma)
		server := httptest.NewServer(api.Handler())
		t.Cleanup(server.Close)
		w.urls[i] = server.URL + "/.well-known/jwks.json"
	}
	var err error
	w.verifier, err = auth.NewVerifier(auth.Config{
		Issuers: []auth.Issuer{{Name: "terreno", JWKSURL: w.urls[1]}}, Audience: "terreno", Now: w.clock.Now,
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// sign issues a token on a replica and returns it with its key's id.
func (w *world) sign(t *testing.T, replica int) (token, kid string) {
	t.Helper()
	k, err := w.rings[replica].Signing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	terms := session.Terms{Issuer: "terreno", Audience: "terreno", Lifetime: schedule.TokenLifetime}
	token, err = terms.AccessToken(k.ID, k.Private, session.Account{Company: "acme", ID: "ana", Role: audience.RoleAdmin}, uuid.New(), w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return token, k.ID
}

// published returns the key ids of a replica's JWKS.
func (w *world) published(t *testing.T, replica int) (ids []string, raw string, header http.Header) {
	t.Helper()
	resp, err := http.Get(w.urls[replica])
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("JWKS: %s %s, %v", resp.Status, text, err)
	}
	var set struct {
		Keys []struct{ Kid string }
	}
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set.Keys {
		ids = append(ids, k.Kid)
	}
	return ids, string(text), resp.Header
}

func (w *world) tend(t *testing.T, replica int) {
	t.Helper()
	if err := w.rings[replica].Tend(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestNoTokenIsRefusedWhileKeysRotate(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.tend(t, 0)
	type issued struct {
		token string
		until time.Time
	}
	var tokens []issued
	kids := map[string]bool{}
	// Every minute, around two rotations, somebody on either replica gets a token, and all that are good are verified.
	w.clock.Advance(schedule.Lifetime - 30*time.Minute)
	for minute := range 120 {
		if minute == 60 {
			w.clock.Advance(schedule.Lifetime - time.Hour)
		}
		w.tend(t, minute%2)
		token, kid := w.sign(t, minute%2)
		kids[kid] = true
		tokens = append(tokens, issued{token, w.clock.Now().Add(schedule.TokenLifetime)})
		for _, i := range tokens {
			if !w.clock.Now().Before(i.until) {
				continue
			}
			if _, err := w.verifier.Verify(t.Context(), i.token); err != nil {
				t.Fatalf("minute %d: a token that is good until %v is refused: %v", minute, i.until, err)
			}
		}
		w.clock.Advance(time.Minute)
	}
	if len(kids) != 3 {
		t.Errorf("%d keys signed, want 3", len(kids))
	}
	if ids, _, _ := w.published(t, 0); len(ids) != 1 {
		t.Errorf("keys %v are published after all that they signed has ended", ids)
	}
}

func TestAKeyIsPublishedEverywhereBeforeItSigns(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.tend(t, 0)
	_, first := w.sign(t, 1)
	if err := w.rings[0].Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ids, _, _ := w.published(t, 0); len(ids) != 2 {
		t.Errorf("the replica that made it publishes %v", ids)
	}
	w.clock.Advance(time.Minute)
	ids, _, _ := w.published(t, 1)
	if len(ids) != 2 {
		t.Errorf("a minute later the other publishes %v", ids)
	}
	w.clock.Advance(schedule.Lead - time.Minute - time.Second)
	if _, kid := w.sign(t, 1); kid != first {
		t.Error("it signs before its time")
	}
	w.clock.Advance(time.Second)
	for replica := range w.rings {
		if _, kid := w.sign(t, replica); kid == first || !slices.Contains(ids, kid) {
			t.Errorf("replica %d signs with %s", replica, kid)
		}
	}
}

func TestReplicasThatStartTogetherMakeOneKey(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if err := w.rings[i%2].Tend(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if ids, _, _ := w.published(t, 0); len(ids) != 1 {
		t.Errorf("keys %v, want one", ids)
	}
}

func TestTheJWKSIsPublicAndNothingMore(t *testing.T) {
	t.Parallel()
	w := setup(t)
	// An empty set would say that no token is good, and would be kept for a minute.
	resp, err := http.Get(w.urls[0])
	if err != nil {
		t.Fatal(err)
	}
	if _ = resp.Body.Close(); resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("before the first key: %s", resp.Status)
	}
	if _, err := w.rings[0].Signing(t.Context()); !errors.Is(err, keyring.ErrNoKey) {
		t.Errorf("before the first key: %v", err)
	}
	w.tend(t, 0)
	_, raw, header := w.published(t, 0)
	if header.Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("Cache-Control %q", header.Get("Cache-Control"))
	}
	var set struct{ Keys []map[string]string }
	if err := json.Unmarshal([]byte(raw), &set); err != nil {
		t.Fatal(err)
	}
	k := set.Keys[0]
	if len(k) != 6 || k["kty"] != "OKP" || k["crv"] != "Ed25519" || k["alg"] != "EdDSA" || k["use"] != "sig" || len(k["x"]) != 43 {
		t.Errorf("key %v", k)
	}
}

func TestKeysLastSeenServeWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.tend(t, 0)
	w.published(t, 1)
	if _, err := w.data.Admin(t).Exec(`ALTER TABLE identity.signing_key RENAME TO away`); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Hour)
	if ids, _, _ := w.published(t, 1); len(ids) != 1 {
		t.Errorf("keys %v", ids)
	}
	if err := w.rings[1].Tend(t.Context()); err == nil {
		t.Error("tending without a database reports nothing")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := keyring.NewRing(w.data.DB(t, "identity"), w.clock, schedule, natstest.Log(t)).Published(ctx); err == nil {
		t.Error("a ring that never saw a key has some")
	}
}
