package positions_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
)

// BenchmarkTwentyThousandRooms opens 20,000 rooms of ten users each, with an admin in every room, and cuts the link to
// NATS once. It reports the memory of a room with its ten positions, and what the rooms read: when they open, and after
// the reconnect, when one user in ten has a newer position. Run it with -benchtime 1x.
func BenchmarkTwentyThousandRooms(b *testing.B) {
	const rooms, users = 20_000, 10
	for range b.N {
		nats := natstest.Start(b, natstest.WithTCP())
		proxy := natstest.NewProxy(b, nats.Addr())
		cfg := calm()
		cfg.Settle, cfg.Pace, cfg.Every = 2*time.Second, 2*time.Millisecond, time.Minute
		w := newWorld(b, cfg, func(t testing.TB) *bus.Bus { return nats.BusAt(t, "gateway", proxy.Addr()) })
		w.countOnly = true
		w.exec(b, `INSERT INTO tracking.latest_position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, activity, mock)
			SELECT 'c' || c, 'u' || u, 'd1', $1::timestamptz - u * interval '1 hour', $1::timestamptz - u * interval '1 hour', 0, 0, '', false
			FROM generate_series(0, 19999) c, generate_series(0, 9) u`, noon)
		w.exec(b, `ANALYZE tracking.latest_position`)
		before, goroutines := inUse(), runtime.NumGoroutine()
		start := time.Now()
		for c := range rooms {
			w.socket(b, fmt.Sprintf("c%d/boss", c))
		}
		w.until(b, "every room has its first picture", func() bool { _, rows := w.counts(); return rows >= rooms*users })
		b.ReportMetric(time.Since(start).Seconds(), "s/first-pictures")
		b.ReportMetric(float64(inUse()-before)/rooms, "B/room")
		b.ReportMetric(float64(runtime.NumGoroutine()-goroutines)/rooms, "goroutines/room")
		proxy.Down()
		w.exec(b, `UPDATE tracking.latest_position SET recorded_at = $1::timestamptz + interval '1 hour', received_at = $1::timestamptz + interval '1 hour'
			WHERE user_id = 'u3'`, noon)
		reads, rows := w.counts()
		start = time.Now()
		proxy.Up()
		w.until(b, "every room has the newer position", func() bool {
			for c := range rooms {
				if w.room(fmt.Sprintf("c%d", c)).Newer("u3", noon.Add(time.Hour)) {
					return false
				}
			}
			return true
		})
		took := time.Since(start).Seconds()
		totalReads, totalRows := w.counts()
		b.ReportMetric(took, "s/caught-up")
		b.ReportMetric(float64(totalReads-reads)/rooms, "reads/room")
		b.ReportMetric(float64(totalRows-rows)/float64(totalReads-reads), "rows/read")
		b.ReportMetric(float64(w.atOnce()), "reads-at-once")
	}
}

// inUse returns the bytes that the heap and the stacks use.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
