package notifier_test

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/notifier"
	"github.com/terreno/terreno/services/notifier/hooktest"
)

// asCaller makes this test binary the service, so that it can be killed. Its value is the time at which its clock stands still.
const asCaller = "NOTIFIER_TEST_AS_CALLER"

func init() {
	if now := os.Getenv(asCaller); now != "" {
		app.Main(name, func(c notifier.Config, deps app.Deps) (*app.Service, error) {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				return nil, err
			}
			deps.Clock = clock.NewManual(at)
			return notifier.New(c, deps)
		})
		os.Exit(0)
	}
}

// caller runs the service as a deployment does, with a clock that stands at noon. Its webhooks may reach a receiver.
func (w *world) caller(t *testing.T, r *hooktest.Receiver) (kill func()) {
	t.Helper()
	roots := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	_, address, _ := strings.Cut(w.nats.URL(name), "@")
	return apptest.Process(t, nil, asCaller+"="+noon.Format(time.RFC3339), "SSL_CERT_FILE="+roots, "TERRENO_WEBHOOKS_ALLOW=127.0.0.1/32",
		"TERRENO_NATS_URL="+strings.Replace(w.nats.URL(name), address, w.nats.Addr(), 1), "TERRENO_DATABASE_URL="+w.database.DSN(db.Role(name)),
		"TERRENO_JWKS_URL="+w.issuer.JWKSURL, "TERRENO_TOKEN_ISSUER="+w.issuer.Name, "TERRENO_TOKEN_AUDIENCE="+authtest.Audience, "TERRENO_LOG_LEVEL=error")
}

// The process dies while calls are on their way. The next one makes them again and all the others: none is lost, and only what was on
// its way comes twice.
func TestKilledWhileItCallsWebhooks(t *testing.T) {
	t.Parallel()
	const hooks, calls = 4, 10
	var mu sync.Mutex
	came, hanging, release := map[string]int{}, 0, make(chan struct{})
	dead := sync.OnceFunc(func() { close(release) })
	t.Cleanup(dead)
	r := hooktest.NewReceiver(t, func(_ http.ResponseWriter, req *http.Request) {
		mu.Lock()
		came[req.Header.Get("Terreno-Delivery")]++
		hang := len(came) > hooks*calls/2
		if hang {
			hanging++
		}
		mu.Unlock()
		if hang {
			<-release
		}
	})
	w := called(t, r, natstest.WithTCP())
	for i := range hooks {
		company := fmt.Sprint("c", i)
		w.company(t, company, "UTC")
		id, _ := w.addHook(t, company, r.URL, "")
		for range calls {
			w.post(t, boss(company), "/v1/webhooks/"+id+"/test", "").Is(t, http.StatusAccepted, "")
		}
	}
	kill := w.caller(t, r)
	apptest.Until(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return hanging > 0
	})
	kill()
	mu.Lock()
	flying := hanging
	mu.Unlock()
	dead()
	w.caller(t, r)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "notifier.webhook_delivery WHERE state = 'sent'") == hooks*calls
	})
	w.nats.Settled(t, stream.Webhook, stream.NotifierWebhook)
	mu.Lock()
	defer mu.Unlock()
	twice := 0
	for id, n := range came {
		if n > 2 {
			t.Errorf("%s came %d times", id, n)
		}
		twice += n - 1
	}
	// Beside those that hung, a few had been answered, and the process died before it noted that.
	if len(came) != hooks*calls || twice < flying || twice > flying+hooks*3 {
		t.Errorf("%d of %d calls came, %d of them twice; %d hung when the process died", len(came), hooks*calls, twice, flying)
	}
}
