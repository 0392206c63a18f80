package gateway_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/freeport"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway"
)

// asGateway makes this test binary a gateway, so that it can be killed.
const asGateway = "GATEWAY_TEST_AS_GATEWAY"

func init() {
	if os.Getenv(asGateway) != "" {
		app.Main("gateway", gateway.New)
		os.Exit(0)
	}
}

// process is a gateway as a deployment runs it. stop kills it with SIGKILL.
func (w *world) process(t *testing.T, natsURL string, env ...string) *instance {
	t.Helper()
	ports, err := freeport.Pick(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	public, internal := fmt.Sprint("127.0.0.1:", ports[0]), fmt.Sprint("127.0.0.1:", ports[1])
	kill := apptest.Process(t, nil, append([]string{
		asGateway + "=1", "TERRENO_HTTP_ADDR=" + public, "TERRENO_INTERNAL_ADDR=" + internal, "TERRENO_NATS_URL=" + natsURL,
		"TERRENO_DATABASE_URL=" + w.data.DSN(db.Role("gateway")), "TERRENO_JWKS_URL=" + w.issuer.JWKSURL, "TERRENO_TOKEN_ISSUER=" + w.issuer.Name,
		"TERRENO_TOKEN_AUDIENCE=" + authtest.Audience, "TERRENO_LOG_LEVEL=error",
	}, env...)...)
	eventually(t, "the process is ready", func() error {
		a, err := httpxtest.Do(t.Context(), http.MethodGet, "http://"+internal+"/readyz", "", nil)
		if err == nil && a.Status != http.StatusOK {
			err = errNotYet
		}
		return err
	})
	return &instance{URL: "http://" + public, stop: kill}
}

// TestAKilledGatewaysPeopleAreOffline within its lease and the grace: those who were connected only there, and nobody else.
func TestAKilledGatewaysPeopleAreOffline(t *testing.T) {
	t.Parallel()
	// The lease is nine seconds, and the grace runs at the same time. A machine that stands still for a digest makes them begin anew, so twice
	// their time is allowed here; the property test is exact, with a clock of its own.
	const digest, grace = 3 * time.Second, 5 * time.Second
	nats := natstest.Start(t, natstest.WithTCP())
	w := newWorldOn(t, nats)
	for _, tenant := range []string{"acme", "beta"} {
		for _, user := range []string{"a1", "a2", "both", "late"} {
			w.user(t, tenant, directory.User{ID: user, Role: audience.RoleColaborador, Teams: []string{"north"}})
		}
	}
	a := w.process(t, nats.URL("gateway"), fmt.Sprint("TERRENO_GATEWAY_PRESENCE_DIGEST=", digest), fmt.Sprint("TERRENO_GATEWAY_PRESENCE_GRACE=", grace))
	b := w.gateway(t, func(s *settings) { s.PresenceDigest, s.PresenceGrace = digest, grace })
	b.certain(t, 1)
	w.watch(t, b, "acme/u1")
	w.watch(t, b, "acme/both")
	w.watch(t, b, "beta/a1")
	acme, beta := w.watch(t, b, "acme/sup"), w.watch(t, b, "beta/sup")
	acme.until(t, "a1 offline", "a2 offline", "u1 online", "both online")
	beta.until(t, "a1 online", "a2 offline", "both offline")
	// What a gateway says of its people comes in order: when the last one is known, the others are. u2 is of another team.
	for _, who := range []string{"acme/both", "beta/a1", "beta/both", "acme/u2", "acme/a1", "beta/a2", "acme/a2"} {
		_, user, _ := strings.Cut(who, "/")
		w.watch(t, a, who).until(t, user+" online")
	}
	acme.until(t, "a1 online", "a2 online")
	beta.until(t, "both online", "a2 online")
	acme.changes, beta.changes = nil, nil
	killed := time.Now()
	a.stop()
	acme.until(t, "a1 offline", "a2 offline")
	beta.until(t, "a2 offline", "both offline")
	if took := time.Since(killed); took > 2*(3*digest+grace) {
		t.Errorf("they are offline after %v", took)
	}
	// Whoever comes and goes now is offline after another grace, and so would be whoever was taken for gone.
	for _, late := range []*watcher{w.watch(t, b, "acme/late"), w.watch(t, b, "beta/late")} {
		acme.until(t, "late online")
		beta.until(t, "late online")
		_ = late.CloseNow()
	}
	acme.until(t, "late offline")
	beta.until(t, "late offline")
	for of, want := range map[*watcher][]string{
		acme: {"a1 offline", "a2 offline", "late offline", "late online"}, beta: {"a2 offline", "both offline", "late offline", "late online"},
	} {
		slices.Sort(of.changes)
		of.told(t, want...)
		if named := slices.Sorted(maps.Keys(of.named)); !slices.Equal(named, []string{"a1", "a2", "both", "late", "sup", "u1"}) {
			t.Errorf("%s heard of %v", of.who, named)
		}
	}
	for who, want := range map[string][]string{
		"acme/sup": {"a1 offline", "a2 offline", "both online", "late offline", "sup online", "u1 online"},
		"beta/sup": {"a1 online", "a2 offline", "both offline", "late offline", "sup online", "u1 offline"},
	} {
		// A gateway that stood still for a digest is not sure of anybody for a while.
		eventually(t, who+" reads who is online", func() error {
			if got := presenceOf(t, w.get(t, b, who, "/v1/presence")); !slices.Equal(got, want) {
				return fmt.Errorf("%v, want %v", got, want)
			}
			return nil
		})
	}
	if n := b.count(t, "gateway_presence_lost_gateways_total"); n != 1 {
		t.Errorf("%d gateways were lost", n)
	}
}
