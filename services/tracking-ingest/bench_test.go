package trackingingest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

// BenchmarkOneFixAPost is what a phone costs that posts each fix by itself, as OsmAnd, Traccar Client and OwnTracks do: a request
// of a connection that stays, the handler, and the publish into a stream of the real server, which is counted as well. The client
// writes the same bytes again and again with other instants, and is counted too: it takes little.
func BenchmarkOneFixAPost(b *testing.B) {
	database := pgtest.New(b, schemas()...)
	log := slog.New(slog.DiscardHandler)
	issuer := authtest.New(b)
	bus := natstest.Start(b, natstest.WithMaxBytes(stream.Tracking, 2<<30)).Bus(b, "tracking-ingest")
	pool := database.DB(b, "tracking-ingest")
	service, err := trackingingest.New(limits(), app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: clock.NewManual(noon), Bus: bus, DB: pool, Auth: issuer.Verifier(b, nil),
		Directory: directory.New(pool, bus, log, nil), DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(service.Handler)
	b.Cleanup(server.Close)
	conn, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	token := issuer.Token(b, worker("acme", "ana", "norte"))
	answers := bufio.NewReader(conn)
	var request bytes.Buffer
	b.ReportAllocs()
	b.ResetTimer()
	began := used(b)
	for i := range b.N {
		at := noon.Add(-time.Duration(i) * time.Millisecond).Format("2006-01-02T15:04:05.000Z")
		body := fmt.Sprintf(`{"device_id":"phone","positions":[{"recorded_at":%q,"lat":-12.0464,"lon":-77.0428,"accuracy_m":4.7,"altitude_m":120,`+
			`"speed_mps":1.25,"bearing_deg":271.5,"battery":0.87,"charging":false,"activity":"walking"}]}`, at)
		request.Reset()
		fmt.Fprintf(&request, "POST /v1/positions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			token, len(body), body)
		if _, err := conn.Write(request.Bytes()); err != nil {
			b.Fatal(err)
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil || answer.StatusCode != http.StatusAccepted {
			b.Fatal(answer, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((used(b)-began).Microseconds())/float64(b.N), "cpu-us/fix")
}

// used is the processor time of the process, NATS server and client included.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
