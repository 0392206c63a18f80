package writer

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

// BenchmarkWriter stores batches as the consumer hands them over: 200 messages of 48 fixes, from 200 users. No message crosses a UTC
// midnight, and each nine days the users take new phones: however long it runs, no fix is older or newer than the writer takes.
func BenchmarkWriter(b *testing.B) {
	w := setup(b)
	writer := w.writer(b)
	const users, each = 200, 48
	const aDay, days = 24 * 60 / each, 9
	first := noon.Truncate(day).Add(-days * day)
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		ms := make([]bus.Msg, users)
		for i := range ms {
			ms[i] = message(b, fmt.Sprintf("user-%03d", i), fmt.Sprintf("phone-%d", round/(aDay*days)), first.Add(time.Duration(round%(aDay*days))*each*time.Minute), each)
		}
		b.StartTimer()
		if err := writer.handle(b.Context(), ms); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*users*each/b.Elapsed().Seconds(), "rows/s")
}

func message(b *testing.B, user, device string, from time.Time, n int) bus.Msg {
	b.Helper()
	to, err := subject.New("acme", "tracking", "ubicacion", user)
	if err != nil {
		b.Fatal(err)
	}
	packed, err := upload.Upload{DeviceID: device, Fixes: fixes(from, n)}.Split("acme", user, noon)
	if err != nil || len(packed) != 1 {
		b.Fatal(len(packed), err)
	}
	return bus.Msg{Subject: to, Data: packed[0].Body}
}
