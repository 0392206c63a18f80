package watch_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/terreno/internal/watch"
)

// sendPush sends a push to the fake, as notifier would.
func sendPush(t *testing.T, f *fcmtest.Server, credentials, ca, body string) {
	t.Helper()
	key, err := os.ReadFile(credentials)
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	base := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	defer base.CloseIdleConnections()
	account, err := google.JWTConfigFromJSON(key, "https://www.googleapis.com/auth/firebase.messaging")
	if err != nil {
		t.Fatal(err)
	}
	web := account.Client(context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: base}))
	resp, err := web.Post(f.URL()+"/v1/projects/"+fcmtest.Project+"/messages:send", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
}

func TestPushesAreShown(t *testing.T) {
	t.Parallel()
	f, err := fcmtest.New(fcmtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	credentials, ca, err := f.Files(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	push := func(body string) {
		sendPush(t, f, credentials, ca, `{"message":{"token":"`+strings.Repeat("t", 100)+`","notification":{"title":"Alerta","body":"`+body+`"},"data":{"kind":"panic","ref":"alert/a1"},"android":{"priority":"high"}}}`)
	}
	push("before")
	srv := installation(t, func(ctx context.Context, c *websocket.Conn) { <-ctx.Done() })
	out := &lines{seen: make(chan string, 100)}
	apptest.Start(t, func(ctx context.Context) error {
		return watch.Run(ctx, watch.Config{URL: srv.URL, Company: "demo", Login: "admin", Password: "demo", Out: out, Pause: time.Millisecond, Pushes: f.URL(), PushesCA: ca})
	})
	apptest.Until(t, func() bool { return strings.Contains(out.String(), `"before"`) })
	push("after")
	apptest.Until(t, func() bool { return strings.Contains(out.String(), `"after"`) })
	if got := out.String(); strings.Count(got, `"before"`) != 1 || !strings.Contains(got, "(panic alert/a1, urgent)") || strings.Contains(got, strings.Repeat("t", 50)) {
		t.Errorf("shown:\n%s", got)
	}
}
