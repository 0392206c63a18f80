package api

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

// huma writes the list and Position.JSON writes what a socket delivers. Clients must not be able to tell them apart.
func TestAPositionReadsAsOnTheSocket(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 6))
	float := func(scale float64) *float32 {
		if r.IntN(3) == 0 {
			return nil
		}
		return proto.Float32(float32(r.NormFloat64() * scale))
	}
	for range 2000 {
		f := &terrenov1.Fix{
			RecordedAtMs: r.Int64N(4e12), Lat: r.NormFloat64() * 30, Lon: r.NormFloat64() * 1e-9,
			AccuracyM: float(10), AltitudeM: float(1e4), SpeedMps: float(1e-8), BearingDeg: float(100), Battery: float(1),
			Activity: []string{"", "in_vehicle", `"<&>` + "ñ\u2028"}[r.IntN(3)], Mock: r.IntN(2) == 0,
		}
		if r.IntN(2) == 0 {
			f.Charging = proto.Bool(r.IntN(2) == 0)
		}
		if r.IntN(4) == 0 {
			f.RecordedAtMs -= f.RecordedAtMs % 1000
		}
		if r.IntN(10) == 0 {
			f.Lat = float64(r.IntN(3) - 1)
		}
		p := upload.Position("u1", `Moto "G"`, f, clientjson.Instant(r.Int64N(4e12)))
		want, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		list := positionsOf([]store.Position{{Company: "acme", Position: p}})
		var got strings.Builder
		enc := json.NewEncoder(&got)
		enc.SetEscapeHTML(false) // as huma writes
		if err := enc.Encode(list[0]); err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSuffix(got.String(), "\n"); got != string(want) {
			t.Fatalf("row    %s\nsocket %s", got, want)
		}
	}
}
