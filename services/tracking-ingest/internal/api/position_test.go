package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// huma writes the list and Position.JSON writes what a socket delivers. Clients must not be able to tell them apart.
func TestAPositionReadsAsOnTheSocket(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 6))
	for range 2000 {
		f := track.Fix{
			RecordedAt: r.Int64N(4e12), ReceivedAt: r.Int64N(4e12), Lat: int32(r.IntN(18e8+1) - 9e8), Lon: int32(r.IntN(300) - 150),
			Activity: []string{"", "in_vehicle", `"<&>` + "ñ\u2028"}[r.IntN(3)],
		}
		for _, set := range []func(){
			func() { f.SetAccuracyM(r.Float64() * track.WorstAccuracyM) },
			func() { f.SetAltitudeM(r.NormFloat64() * 1e4) },
			func() { f.SetSpeedMPS(r.Float64() * 1000) },
			func() { f.SetBearingDeg(r.Float64() * 360) },
			func() { f.SetBattery(r.Float64()) },
			func() { f.SetCharging(r.IntN(2) == 0) },
			func() { f.Flags |= track.Mock },
		} {
			if r.IntN(3) > 0 {
				set()
			}
		}
		if !f.Has(track.HasAccuracy) && r.IntN(2) == 0 {
			f.Flags |= track.AccuracyUnusable
		}
		if r.IntN(4) == 0 {
			f.RecordedAt -= f.RecordedAt % 1000
		}
		p := clientjson.PositionOf("u1", `Moto "G"`, &f)
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

// The list writes the bytes that encoding/json would.
func TestAListWritesItself(t *testing.T) {
	t.Parallel()
	f := track.Fix{RecordedAt: 1, Activity: "<ñ>"}
	for _, n := range []int{0, 1, 2, 1000} {
		for _, next := range []string{"", "eyJ1IjoiYSJ9"} {
			list := positionList{Positions: make([]Position, n), Next: next}
			for i := range list.Positions {
				list.Positions[i] = clientjson.PositionOf("u1", "phone", &f)
			}
			var got, want bytes.Buffer
			enc := json.NewEncoder(&want)
			enc.SetEscapeHTML(false)
			if err := errors.Join(list.WriteJSON(&got), enc.Encode(list)); err != nil || got.String() != want.String() {
				t.Errorf("%d positions, next %q: %v\ngot  %.300s\nwant %.300s", n, next, err, got.String(), want.String())
			}
		}
	}
	if err := (positionList{Positions: []Position{{Lat: math.NaN()}}}).WriteJSON(io.Discard); err == nil {
		t.Error("a number that is none was written")
	}
}
