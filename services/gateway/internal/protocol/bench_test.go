package protocol_test

import (
	"strings"
	"testing"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// BenchmarkFrame measures what an event costs a socket before the write: its bytes are copied, and nothing is encoded.
func BenchmarkFrame(b *testing.B) {
	e := &protocol.Event{Name: "tracking:ubicacion", Data: []byte(`{"x":"` + strings.Repeat("a", 250) + `"}`)}
	var dst []byte
	b.ReportAllocs()
	for b.Loop() {
		dst = protocol.Native(dst[:0], e, "AQAAAAABAAAAAAIAAAAAAw")
	}
}
