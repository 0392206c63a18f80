package writer

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

// BenchmarkWriter stores batches as the consumer hands them over: 200 messages of 50 fixes, from 200 users.
func BenchmarkWriter(b *testing.B) {
	w := setup(b)
	writer := w.writer(b)
	const users, each = 200, 50
	from := noon.Add(-9 * day)
	for b.Loop() {
		b.StopTimer()
		ms := make([]bus.Msg, users)
		for i := range ms {
			ms[i] = message(b, fmt.Sprintf("user-%03d", i), from, each)
		}
		from = from.Add(each * time.Minute)
		b.StartTimer()
		if err := writer.handle(b.Context(), ms); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*users*each/b.Elapsed().Seconds(), "rows/s")
}

func message(b *testing.B, user string, from time.Time, n int) bus.Msg {
	b.Helper()
	to, err := subject.New("acme", "tracking", "ubicacion", user)
	if err != nil {
		b.Fatal(err)
	}
	packed, err := upload.Upload{DeviceID: "phone", Fixes: fixes(from, n)}.Split("acme", user, noon)
	if err != nil || len(packed) != 1 {
		b.Fatal(len(packed), err)
	}
	return bus.Msg{Subject: to, Data: packed[0].Body}
}
