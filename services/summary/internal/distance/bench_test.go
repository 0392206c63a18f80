package distance_test

import (
	"syscall"
	"testing"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/distance"
)

// workday is eight hours of one person: visits of 50 minutes, and rides and walks between them.
func workday(seconds int64, fixes int) []track.Fix {
	m := begin(seconds)
	for i := 0; len(m.fixes) < fixes; i++ {
		m.stay(2_000).walk(4_000, 9, float64(i*77)).walk(300, 1.3, float64(i*77+40))
	}
	n := noise{sigma: 8, tau: 60, accuracy: 12, seed: 1}
	return n.add(m.fixes[:fixes])
}

func BenchmarkDay(b *testing.B) {
	for _, c := range []struct {
		name    string
		seconds int64
		fixes   int
	}{{"8640at10s", 10, 8_640}, {"28800at1s", 1, 28_800}, {"100000at1s", 1, 100_000}} {
		b.Run(c.name, func(b *testing.B) {
			fixes := map[string][]track.Fix{"phone": workday(c.seconds, c.fixes)}
			b.ReportAllocs()
			before := cpu(b)
			for b.Loop() {
				distance.Day(fixes, distance.Options{})
			}
			b.ReportMetric(float64(cpu(b)-before)/float64(b.N)/1e6, "cpu-ms/op")
		})
	}
}

// cpu returns the time that the process has had a processor, in ns: on a busy machine the time on the clock says little.
func cpu(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
