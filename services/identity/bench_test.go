package identity

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// BenchmarkDirectoryOfAMillion loads 1,000,000 users of 20,000 companies from identity's real schema: seconds in all,
// seconds of processor time of this process and of PostgreSQL, megabytes of heap after it and at its peak.
func BenchmarkDirectoryOfAMillion(b *testing.B) {
	data := pgtest.New(b, Schema, db.Schema{Service: "gateway"})
	admin := data.Admin(b)
	for _, statement := range []string{
		`INSERT INTO identity.company (id_empresa, name, zone) SELECT 'company' || c, 'Empresa ' || c, 'America/Bogota' FROM generate_series(1, 20000) c`,
		// Two supervisors in two teams each, an admin, the rest in one of five teams. Ids are as identity makes them.
		`INSERT INTO identity.users (id_empresa, id, name, role, tokens_valid_from, version, teams)
SELECT 'company' || c, gen_random_uuid(), 'Persona ' || u, CASE WHEN u = 1 THEN 'admin' WHEN u < 4 THEN 'supervisor' ELSE 'colaborador' END, '2026-03-08', 3,
    CASE WHEN u = 1 THEN '{}' WHEN u < 4 THEN ARRAY['team1', 'team2'] ELSE ARRAY['team' || u % 5] END
FROM generate_series(1, 20000) c, generate_series(1, 50) u`,
		`VACUUM ANALYZE identity.users`,
	} {
		if _, err := admin.Exec(statement); err != nil {
			b.Fatal(err)
		}
	}
	// Seconds of processor time of the service's connections.
	busy := func() (s float64) {
		var pids []int
		if err := admin.Select(&pids, `SELECT pid FROM pg_stat_activity WHERE usename = 'terreno_gateway' AND datname = current_database()`); err != nil {
			b.Fatal(err)
		}
		for _, pid := range pids {
			stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
			if err != nil {
				b.Fatal(err)
			}
			fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
			for _, ticks := range fields[11:13] { // of user and system
				n, err := strconv.ParseFloat(ticks, 64)
				if err != nil {
					b.Fatal(err)
				}
				s += n / 100
			}
		}
		return s
	}
	pool, bus := data.DB(b, "gateway"), natstest.Start(b).Bus(b, "gateway")
	for b.Loop() {
		before, began, base := busy(), time.Now(), heap()
		own := processorTime(b)
		peak, stop := watchHeap()
		d := directory.New(pool, bus, slog.New(slog.DiscardHandler), nil)
		ctx, cancel := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		for d.Ready(ctx) != nil {
			<-time.After(5 * time.Millisecond)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/load")
		b.ReportMetric(processorTime(b)-own, "cpu-s/load")
		b.ReportMetric(busy()-before, "postgres-cpu-s/load")
		stop()
		b.ReportMetric(float64(peak.Load()-base)/1e6, "MB-peak")
		b.ReportMetric(float64(heap()-base)/1e6, "MB-held")
		cancel()
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
		if len(d.Companies()) != 20_000 {
			b.Fatalf("%d companies", len(d.Companies()))
		}
	}
}

func processorTime(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func watchHeap() (peak *atomic.Uint64, stop func()) {
	peak = &atomic.Uint64{}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return peak, func() {
		close(done)
		<-ended
	}
}
