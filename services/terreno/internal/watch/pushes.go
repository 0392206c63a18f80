package watch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/terreno/internal/client"
)

const (
	// pollFor is how long the fake may keep a request when it has received nothing.
	pollFor = 10 * time.Second
	// maxPushes bounds an answer of the fake.
	maxPushes = 16 << 20
)

// beDevice registers a push token for the user, so that there is a device to which pushes can go.
func (w *watcher) beDevice(ctx context.Context, a *client.Session) {
	token := strings.Join([]string{"terreno-watch", w.Company, w.Login}, ".")
	device := map[string]string{"platform": "web", "app": "terreno watch"}
	if err := a.Do(ctx, http.MethodPut, "/v1/push-tokens/"+token, nil, device, nil); err != nil {
		w.line("%s of %s is no device for pushes: %v", w.Login, w.Company, err)
	}
}

// showPushes prints what the fake received, from the beginning, until ctx ends.
func (w *watcher) showPushes(ctx context.Context) {
	web, err := pushClient(w.PushesCA)
	if err != nil {
		w.line("pushes are not shown: %v", err)
		return
	}
	defer web.CloseIdleConnections()
	last := 0
	for ctx.Err() == nil {
		list, err := w.poll(ctx, web, last)
		if err != nil {
			// The socket says that the installation is away.
			wait.For(ctx, w.Pause)
			continue
		}
		for _, p := range list {
			last = p.Number
			w.line("%-22s %s", "push", pushText(p))
		}
	}
}

func pushClient(ca string) (*http.Client, error) {
	pem, err := os.ReadFile(ca)
	if err != nil {
		return nil, fmt.Errorf("read the certificate of the fake: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Client{
		Timeout:   pollFor + 10*time.Second,
		Transport: &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	}, nil
}

func pushText(m fcmtest.Message) string {
	urgency := ""
	if m.Urgent() {
		urgency = ", urgent"
	}
	ref := strings.TrimSpace(m.Data["kind"] + " " + m.Data["ref"])
	return fmt.Sprintf("%s  %q  %s (%s%s)", shorten(m.Token), m.Notification.Body, m.Notification.Title, ref, urgency)
}

// shorten keeps a line readable: real tokens are long.
func shorten(token string) string {
	if len(token) > 40 {
		return token[:40] + "..."
	}
	return token
}

func (w *watcher) poll(ctx context.Context, web *http.Client, after int) ([]fcmtest.Message, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/received?after=%d&wait_ms=%d", w.Pushes, after, pollFor.Milliseconds()), nil)
	if err != nil {
		return nil, err
	}
	resp, err := web.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct{ Received []fcmtest.Message }
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxPushes)).Decode(&answer); err != nil {
		return nil, fmt.Errorf("read what the fake received: %w", err)
	}
	return answer.Received, nil
}
