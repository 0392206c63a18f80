package socket_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	gatewaymetrics "github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/socket"
	"github.com/terreno/terreno/services/gateway/internal/tail"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// bench is a server of sockets as in production, whose clients are in another process. What comes before the rooms (NATS)
// is left out.
type bench struct {
	*socket.Server
	hub     *hub.Hub
	rooms   sync.Map
	clients *clients
}

func newBench(b *testing.B, sockets, companies int) *bench {
	b.Helper()
	m, err := gatewaymetrics.New(nil, []string{"alerta", "actividad", "chat"})
	if err != nil {
		b.Fatal(err)
	}
	w := &bench{}
	w.hub = hub.New(hub.Config{
		Streams: stream.Replayed(), Tail: tail.Config{Bytes: 1 << 20, Events: 100, TotalBytes: 1 << 20}, UserSockets: 20,
		CompanySockets: sockets, Positions: 50_000, Linger: time.Minute,
		Viewer: func(_, user string) (audience.Viewer, bool) {
			return audience.Viewer{User: user, Role: audience.RoleAdmin}, true
		},
		Open: func(r *hub.Room) hub.Feed {
			w.rooms.Store(r.Tenant, r)
			return noFeed{}
		},
	})
	for s := range w.hub.Domains() {
		w.hub.Start(s, cursor.Point{Epoch: 1})
	}
	w.Server = socket.New(socket.Config{
		MaxSockets: 50_000, MaxPending: 1000, AddressPending: 1000, QueueBytes: 256 << 10, AuthTimeout: 10 * time.Second,
		ResumeGrace: 5 * time.Second, Heartbeat: 25 * time.Second, PingEvery: 30 * time.Second, Recheck: time.Minute,
		FramesPerSecond: 20, FrameBurst: 60,
		Wire: wire.Options{
			Subprotocols: []string{socket.Subprotocol}, MaxFrame: 32 << 10, IdleTimeout: 55 * time.Second, WriteTimeout: 10 * time.Second,
			CloseTimeout: 2 * time.Second,
		},
	}, socket.Backend{
		Log: slog.New(slog.DiscardHandler), Metrics: m, Hub: w.hub, Ready: func() error { return nil },
		// The token is a company and a user.
		Verify: func(_ context.Context, token string) (auth.Claims, error) {
			company, user, _ := strings.Cut(strings.Clone(token), "/")
			return auth.Claims{Company: company, Subject: user, Role: audience.RoleAdmin, ExpiresAt: time.Now().Add(time.Hour)}, nil
		},
		Judge: func(auth.Claims) error { return nil },
		Resume: func(ctx context.Context, m *hub.Member, _ cursor.Cursor, _ bool) {
			_, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			w.hub.Attach(m)
			m.Queue.Uncork(nil)
		},
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := &http.Server{Handler: w.Server, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.Run(ctx) })
	w.clients = startClients(b, listener.Addr().String(), sockets, companies)
	b.Cleanup(func() {
		w.clients.stop()
		w.Drain(ctx)
		cancel()
		running.Wait()
		_ = server.Close()
	})
	return w
}

// cpu is the CPU time that this process, the server of the benchmark, has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// resident is the memory of this process, in bytes.
func resident(b *testing.B) int {
	b.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		b.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		b.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// BenchmarkFanOut sends positions of 1,000 users, at random moments, to all sockets of a company: 200x150 is 200 sockets and
// 150 positions a second. An operation is one position. It prints the CPU seconds of the server for a million deliveries,
// and how late they were. The delays are worth something only while nothing else runs on the machine.
func BenchmarkFanOut(b *testing.B) {
	for _, load := range []struct{ sockets, rate int }{{200, 100}, {200, 150}, {200, 200}, {200, 800}, {1000, 25}, {1000, 35}} {
		b.Run(fmt.Sprintf("%dx%d", load.sockets, load.rate), func(b *testing.B) {
			w := newBench(b, load.sockets, 1)
			found, _ := w.rooms.Load("c0")
			room := found.(*hub.Room)
			random := rand.New(rand.NewPCG(1, 2))
			w.clients.tally()
			before, due, sent := cpu(b), time.Now(), 0
			for b.Loop() {
				due = due.Add(time.Duration(random.ExpFloat64() / float64(load.rate) * float64(time.Second)))
				wait.For(b.Context(), time.Until(due))
				now := time.Now()
				user := fmt.Sprintf("user-%d", sent%1000)
				room.Position(hub.Position{
					User: user, At: now, Audience: audience.OfUser(user, nil),
					Event: &protocol.Event{Name: "tracking:ubicacion", Data: fmt.Appendf(nil,
						`{"sent":%d,"user_id":%q,"recorded_at":%q,"lat":4.65,"lon":-74.05,"accuracy_m":12.5,"speed_mps":3.2,"pad":%q}`,
						now.UnixNano(), user, now.Format(time.RFC3339Nano), strings.Repeat("x", 60))},
				})
				sent++
			}
			wait.For(b.Context(), 50*time.Millisecond)
			used, got := cpu(b)-before, w.clients.tally()
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(used.Seconds()*1e6/float64(got.Frames), "cpu-s/M")
			b.ReportMetric(float64(got.Frames)/float64(sent*load.sockets), "delivered")
			b.ReportMetric(float64(got.P50.Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(got.P99.Microseconds())/1000, "p99-ms")
		})
	}
}

// BenchmarkIdleSockets opens 10,000 sockets of 20 companies and lets them idle, one operation a second: they get latido and
// pings. Run it for at least 50 s, two heartbeats. It prints the memory of a socket, right after all are open and after
// collections of the garbage of their handshakes, and the CPU time of the server.
func BenchmarkIdleSockets(b *testing.B) {
	sockets := min(10_000, openFiles(b)-500)
	runtime.GC()
	empty, goroutines := resident(b), runtime.NumGoroutine()
	w := newBench(b, sockets, 20)
	each := func(n int) float64 { return float64(n) / float64(sockets) }
	early := resident(b)
	for range 3 {
		runtime.GC() // The runtime collects every two minutes by itself.
	}
	start, seconds := cpu(b), 0
	for b.Loop() {
		wait.For(b.Context(), time.Second)
		seconds++
	}
	used := cpu(b) - start
	samples := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(samples)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(each(early-empty), "early-rss/socket")
	b.ReportMetric(each(resident(b)-empty), "rss/socket")
	b.ReportMetric(each(int(samples[0].Value.Uint64())), "live/socket")
	b.ReportMetric(each(int(samples[1].Value.Uint64())), "stack/socket")
	b.ReportMetric(each(runtime.NumGoroutine()-goroutines), "goroutines/socket")
	b.ReportMetric(each(int(used.Nanoseconds()))/float64(seconds), "cpu-ns/socket/s")
	if w.Open() != sockets {
		b.Errorf("%d sockets are open", w.Open())
	}
}

// openFiles is how many files a process may have open.
func openFiles(b *testing.B) int {
	b.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	return int(min(limit.Cur, 1<<20))
}
