package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/services/notifier/fcmtest"
)

// BenchmarkPushes compares the whole way of a push, from the stream through PostgreSQL to FCM and back into PostgreSQL, with a bare loop
// of HTTP/2 requests to the same fake, with as many requests at once. FCM takes some tens of milliseconds for an answer.
func BenchmarkPushes(b *testing.B) {
	for _, latency := range []time.Duration{20 * time.Millisecond, 50 * time.Millisecond} {
		b.Run(latency.String(), func(b *testing.B) {
			const n = 6000
			for range b.N {
				w := setup(b, fcmtest.Options{Latency: latency})
				w.rows(b, "b", n, noon.Add(time.Hour))
				w.publish(b, "push", "b", n)
				bare := w.bare(b, n)
				before, begun := w.fake.Total(), time.Now()
				stop := apptest.Start(b, w.pusher(b, w.client(b, time.Minute), Settings{}).Run)
				until(b, func() bool { return w.fake.Total() == before+n && w.count(b, "queued") == 0 })
				took := time.Since(begun)
				stop()
				b.ReportMetric(float64(n)/took.Seconds(), "pushes/s")
				b.ReportMetric(float64(n)/bare.Seconds(), "bare/s")
				b.ReportMetric(bare.Seconds()/took.Seconds(), "ratio")
			}
		})
	}
}

// bare sends n requests with the body of a push.
func (w *world) bare(b *testing.B, n int) time.Duration {
	b.Helper()
	folder := b.TempDir()
	if _, _, err := w.fake.Files(folder); err != nil {
		b.Fatal(err)
	}
	read := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(read("ca.pem"))
	base := &http.Transport{ForceAttemptHTTP2: true, MaxConnsPerHost: 4, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	defer base.CloseIdleConnections()
	account, err := google.JWTConfigFromJSON(read("credentials.json"), "https://www.googleapis.com/auth/firebase.messaging")
	if err != nil {
		b.Fatal(err)
	}
	client := account.Client(context.WithValue(b.Context(), oauth2.HTTPClient, &http.Client{Transport: base}))
	url := fmt.Sprintf("%s/v1/projects/%s/messages:send", w.fake.URL(), fcmtest.Project)
	post := func(i int) error {
		body := fmt.Appendf(nil, `{"message":{"token":"token-%d","notification":{"title":"Title","body":"Body"},"data":{"notification_id":"x%d","kind":"test","ref":""}}}`, i, i)
		resp, err := client.Post(url, "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		defer func() { _ = resp.Body.Close() }()
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	}
	if err := post(0); err != nil {
		b.Fatal(err)
	}
	begun := time.Now()
	numbers := make(chan int)
	var all sync.WaitGroup
	for range sends {
		all.Go(func() {
			for i := range numbers {
				if err := post(i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	all.Wait()
	return time.Since(begun)
}
