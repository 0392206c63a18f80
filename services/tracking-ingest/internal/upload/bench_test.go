package upload_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

// cpu is what the process has used, garbage collection included. On a busy machine it says more than the time that went by.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDecode reads 500 positions as phones write them, and the same with a member that only the careful reader passes over.
func BenchmarkDecode(b *testing.B) {
	for name, more := range map[string]string{"onepass": "", "carefully": `,"odometer":7`} {
		b.Run(name, func(b *testing.B) { benchmarkDecode(b, more) })
	}
}

func benchmarkDecode(b *testing.B, more string) {
	const fixes = 500
	positions := make([]string, fixes)
	for i := range positions {
		positions[i] = fmt.Sprintf(`{"recorded_at":%q,"lat":-12.04640%d,"lon":-77.04280%d,"accuracy_m":4.5,"altitude_m":120.25,`+
			`"speed_mps":1.25,"bearing_deg":90.5,"battery":0.87,"charging":false,"activity":"walking"`+more+`}`, at(-time.Duration(i)*time.Second), i, i)
	}
	body := post(positions...)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	began := cpu(b)
	for b.Loop() {
		u, err := upload.Decode(body, rules())
		if err != nil || len(u.Fixes) != fixes {
			b.Fatal(len(u.Fixes), err)
		}
	}
	b.ReportMetric(float64((cpu(b)-began).Nanoseconds())/float64(b.N)/fixes, "cpu-ns/fix")
}

func BenchmarkSplit(b *testing.B) {
	const fixes = 500
	u := day(fixes)
	b.ReportAllocs()
	began := cpu(b)
	for b.Loop() {
		if messages, err := u.Split("acme", "u1", now); err != nil || len(messages) != 1 {
			b.Fatal(len(messages), err)
		}
	}
	b.ReportMetric(float64((cpu(b)-began).Nanoseconds())/float64(b.N)/fixes, "cpu-ns/fix")
}
