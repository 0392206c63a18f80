package upload_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

func BenchmarkDecode(b *testing.B) {
	const fixes = 500
	positions := make([]string, fixes)
	for i := range positions {
		positions[i] = fmt.Sprintf(`{"recorded_at":%q,"lat":-12.04640%d,"lon":-77.04280%d,"accuracy_m":4.5,"altitude_m":120.25,`+
			`"speed_mps":1.25,"bearing_deg":90.5,"battery":0.87,"charging":false,"activity":"walking"}`, at(-time.Duration(i)*time.Second), i, i)
	}
	body := post(positions...)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		u, err := upload.Decode(body, rules())
		if err != nil || len(u.Fixes) != fixes {
			b.Fatal(len(u.Fixes), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/fixes, "ns/fix")
}

func BenchmarkSplit(b *testing.B) {
	const fixes = 500
	u := day(fixes)
	b.ReportAllocs()
	for b.Loop() {
		if messages, err := u.Split("acme", "u1", now); err != nil || len(messages) != 1 {
			b.Fatal(len(messages), err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/fixes, "ns/fix")
}
