package evaluate

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
)

// FuzzDecode: whatever lies in the stream, what is judged can be written down, in a state and in an alert.
func FuzzDecode(f *testing.F) {
	noon := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC).UnixMilli()
	for _, fixes := range [][]track.Fix{
		{{RecordedAt: noon, ReceivedAt: noon, Lat: 46_500_000, Lon: -740_800_000, Flags: track.HasAccuracy, Accuracy: 100}},
		{{RecordedAt: math.MinInt64}, {RecordedAt: noon, Lat: math.MaxInt32, Lon: math.MinInt32}, {RecordedAt: math.MaxInt64, Flags: track.AccuracyUnusable}},
	} {
		body, _, err := track.Encode("phone", fixes)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	for _, fixes := range [][]*terrenov1.Fix{
		nil,
		{{RecordedAtMs: noon, Lat: 4.65, Lon: -74.08, AccuracyM: proto.Float32(10)}},
		{{RecordedAtMs: noon, Lat: math.NaN(), Lon: math.Inf(1)}, {RecordedAtMs: math.MaxInt64}, {RecordedAtMs: math.MinInt64}},
	} {
		body, err := proto.Marshal(&terrenov1.PositionBatch{ReceivedAtMs: noon, Fixes: fixes})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte("no track"))
	to, err := subject.New("acme", "tracking", "ubicacion", "juan")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := decode(bus.Msg{Subject: to, Data: body})
		if err != nil {
			return
		}
		if u.Company != "acme" || u.User != "juan" {
			t.Errorf("of %+v", u.Who)
		}
		for _, fix := range u.fixes {
			if !(math.Abs(fix.Lat) <= 90) || !(math.Abs(fix.Lon) <= 360) || fix.At.Sub(fix.ReceivedAt) > ahead || fix.At.Year() < 1970 {
				t.Errorf("judged: %+v", fix)
			}
			if _, err := json.Marshal(fix); err != nil && !math.IsInf(fix.AccuracyM, 1) {
				t.Errorf("%+v: %v", fix, err)
			}
		}
	})
}

func TestSoundPositionsAreKept(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC).UnixMilli()
	to, err := subject.New("acme", "tracking", "ubicacion", "juan")
	if err != nil {
		t.Fatal(err)
	}
	body, _, err := track.Encode("phone", []track.Fix{
		{RecordedAt: noon - 90*24*3600_000, ReceivedAt: noon, Lat: -900_000_000, Lon: 1_800_000_000},
		{RecordedAt: noon + 120_000, ReceivedAt: noon, Lat: 900_000_000, Lon: -1_800_000_000, Accuracy: 50, Flags: track.HasAccuracy}, // a phone's clock may be ahead
		{RecordedAt: noon + 7200_000, ReceivedAt: noon},
	})
	if err != nil {
		t.Fatal(err)
	}
	before, err := proto.Marshal(&terrenov1.PositionBatch{DeviceId: "phone", ReceivedAtMs: noon, Fixes: []*terrenov1.Fix{
		{RecordedAtMs: noon - 90*24*3600_000, Lat: -90, Lon: 180},
		{RecordedAtMs: noon + 120_000, Lat: 90, Lon: -180, AccuracyM: proto.Float32(5)},
		{RecordedAtMs: noon + 7200_000},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for form, data := range map[string][]byte{"a track": body, "a message of the release before": before} {
		u, err := decode(bus.Msg{Subject: to, Data: data})
		if err != nil || len(u.fixes) != 2 || u.unsound != 1 || u.fixes[1].AccuracyM != 5 || u.fixes[0].AccuracyM != 0 || u.fixes[1].Device != "phone" {
			t.Errorf("%s: %+v, %v", form, u, err)
		}
	}
}
