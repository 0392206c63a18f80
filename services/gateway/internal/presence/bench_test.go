package presence_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/presence"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/store"
)

// nothing stands for what the benchmark leaves out: the directory, shifts and the database.
type nothing struct{}

func (nothing) User(string, string) (directory.User, bool)         { return directory.User{}, false }
func (nothing) Members(string, audience.Audience) []directory.User { return nil }
func (nothing) OnShift(string, string, time.Time) (on, known bool) { return false, false }

func (nothing) NextTurn(string, string, time.Time) time.Time                    { return time.Time{} }
func (nothing) Reload()                                                         {}
func (nothing) See(context.Context, map[store.Who]time.Time) error              { return nil }
func (nothing) Seen(context.Context, string, int) (map[string]time.Time, error) { return nil, nil }

type noRules struct{ nothing }

func (noRules) OnShift(context.Context) ([]string, error) { return nil, nil }

const (
	benchUsers     = 100_000
	benchCompanies = 2_000
	benchGateways  = 4
	// benchWindow is long beside the time between two digests, of which there is one more or less in it.
	benchWindow = time.Minute
	// Five of a hundred come back each minute.
	benchPause = time.Minute / (benchUsers * 5 / 100)
)

func spent() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// BenchmarkGossip is four gateways with 100,000 people of 2,000 companies, of whom 5 % reconnect each minute, at any of the gateways. The
// processor's time is that of all four and of the NATS server; sockets, the directory and the database are left out.
func BenchmarkGossip(b *testing.B) {
	nats := natstest.Start(b)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	before := heap()
	var all []*presence.Presence
	var numbers []*metrics.Presence
	for range benchGateways {
		m, err := metrics.NewPresence(prometheus.NewRegistry(), presence.EventOnline, presence.EventOffline, presence.EventList)
		if err != nil {
			b.Fatal(err)
		}
		p := presence.New(presence.Config{Digest: 10 * time.Second, Grace: 10 * time.Second}, presence.Deps{
			Bus: nats.Bus(b, "gateway"), People: nothing{}, Shifts: nothing{}, Store: noRules{}, Clock: clock.Wall(), Metrics: m,
			Log: slog.New(slog.DiscardHandler),
		})
		p.Use(hub.New(hub.Config{Streams: stream.Replayed(), Open: func(*hub.Room) hub.Feed { return nil }}))
		running.Go(func() { p.Run(ctx) })
		all, numbers = append(all, p), append(numbers, m)
	}
	company := func(u int) string { return fmt.Sprint("company", u%benchCompanies) }
	user := func(u int) string { return fmt.Sprintf("0192f3a4-%08d", u) }
	at := make([]int, benchUsers)
	for u := range at {
		at[u] = u % benchGateways
		all[at[u]].Present(company(u), user(u), true)
	}
	value := func(c func(*metrics.Presence) prometheus.Collector) (sum float64) {
		for _, m := range numbers {
			sum += testutil.ToFloat64(c(m))
		}
		return sum
	}
	users := func(m *metrics.Presence) prometheus.Collector { return m.Users }
	begun := time.Now()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	until := func(what func(*metrics.Presence) prometheus.Collector, want float64) {
		b.Helper()
		for deadline := time.Now().Add(2 * time.Minute); value(what) != want; <-look.C {
			if time.Now().After(deadline) {
				b.Fatalf("it is %v, not %v", value(what), want)
			}
		}
	}
	until(users, benchUsers*benchGateways)
	b.Logf("they know each other after %v, with %v mismatches and %v gaps", time.Since(begun).Round(time.Millisecond),
		value(func(m *metrics.Presence) prometheus.Collector { return m.Mismatches }), value(func(m *metrics.Presence) prometheus.Collector { return m.Gaps }))
	// They have begun together, so they are certain after a lease. Then nobody sends lists any more.
	until(func(m *metrics.Presence) prometheus.Collector { return m.Certain }, benchGateways)
	memory := (heap() - before) / benchUsers / benchGateways
	sent := func(m *metrics.Presence) prometheus.Collector { return m.Sent }
	received := func(m *metrics.Presence) prometheus.Collector { return m.Received }
	messages := func(m *metrics.Presence) prometheus.Collector { return m.Messages }
	tick := time.NewTicker(benchPause)
	defer tick.Stop()
	for b.Loop() {
		cpu, out, in, n, begun := spent(), value(sent), value(received), value(messages), time.Now()
		moves := 0
		for time.Since(begun) < benchWindow {
			for ; time.Duration(moves)*benchPause < time.Since(begun); moves++ {
				u := rand.IntN(benchUsers)
				all[at[u]].Present(company(u), user(u), false)
				at[u] = rand.IntN(benchGateways)
				all[at[u]].Present(company(u), user(u), true)
			}
			<-tick.C
		}
		window := time.Since(begun).Seconds()
		b.ReportMetric((value(sent)-out)/window, "sentB/s")
		b.ReportMetric((value(received)-in)/window, "deliveredB/s")
		b.ReportMetric((value(messages)-n)/window, "messages/s")
		b.ReportMetric(float64((spent()-cpu).Milliseconds())/window, "cpu-ms/s")
		b.ReportMetric(float64(moves)/window, "reconnects/s")
		b.ReportMetric(memory, "B/user")
	}
	if n := value(func(m *metrics.Presence) prometheus.Collector { return m.Mismatches }); n != 0 {
		b.Errorf("%v digests differed", n)
	}
}

// BenchmarkList encodes a list of 500 people, half of them online, and says how many bytes a person in it and a single change are on a socket.
func BenchmarkList(b *testing.B) {
	const at, id = "2026-11-30T12:34:56Z", "0192f3a4-5b6c-7d8e-9f00-112233445566"
	list := presence.List{Complete: true}
	for u := range 500 {
		is := presence.UserPresence{User: id, State: presence.Online, Since: at}
		if u%2 == 0 {
			is = presence.UserPresence{User: id, State: presence.Offline, LastSeen: at}
		}
		list.Users = append(list.Users, is)
	}
	size := func(event string, data any) float64 {
		return float64(len(protocol.Native(nil, protocol.Encode(event, data), "")))
	}
	var all float64
	for b.Loop() {
		all = size(presence.EventList, list)
	}
	b.ReportMetric(all/500, "B/person")
	b.ReportMetric(size(presence.EventOnline, presence.Change{User: id, At: at}), "B/online")
	b.ReportMetric(size(presence.EventOffline, presence.Change{User: id, At: at, LastSeen: at}), "B/offline")
}

// BenchmarkState is the states of 5,000 people, as a list of them takes.
func BenchmarkState(b *testing.B) {
	now := time.Unix(1_800_000_000, 0)
	c := presence.NewCore(presence.CoreConfig{ID: "a", Digest: 10 * time.Second, Grace: 10 * time.Second}, now)
	for u := range 5000 {
		c.Local(now, "acme", fmt.Sprint("u", u), u%2 == 0, 1)
	}
	b.ReportAllocs()
	for b.Loop() {
		for u := range 5000 {
			c.State(now, "acme", names[u])
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/5000, "ns/user")
}

var names = func() (list []string) {
	for u := range 5000 {
		list = append(list, fmt.Sprint("u", u))
	}
	return list
}()
