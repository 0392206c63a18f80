package clientjson_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// A client cannot tell a stored position from one that arrived live.
func TestAPositionReadsAsItsMessage(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	maybe := func(scale float64) *float32 {
		if r.IntN(3) == 0 {
			return nil
		}
		f := float32((r.Float64() - 0.5) * scale)
		return &f
	}
	for range 2000 {
		charging := r.IntN(2) == 0
		p := clientjson.Position{
			UserID: "u1", DeviceID: []string{"", "d<1>&é"}[r.IntN(2)], RecordedAt: clientjson.Instant(r.Int64N(4e12)),
			ReceivedAt: clientjson.Instant(r.Int64N(4e9) * 1000), Lat: (r.Float64() - 0.5) * 180, Lon: float64(r.IntN(3)-1) * 1e-7,
			AccuracyM: maybe(1e9), AltitudeM: maybe(1e25), SpeedMPS: maybe(1e-8), BearingDeg: maybe(360), Battery: maybe(1),
			Activity: []string{"", "walking"}[r.IntN(2)], Mock: r.IntN(2) == 0,
		}
		if r.IntN(2) == 0 {
			p.Charging = &charging
		}
		want, err := clientjson.Marshal(&terrenov1.Position{
			UserId: p.UserID, DeviceId: p.DeviceID, RecordedAt: stamp(p.RecordedAt), ReceivedAt: stamp(p.ReceivedAt), Lat: p.Lat,
			Lon: p.Lon, AccuracyM: p.AccuracyM, AltitudeM: p.AltitudeM, SpeedMps: p.SpeedMPS, BearingDeg: p.BearingDeg,
			Battery: p.Battery, Charging: p.Charging, Activity: p.Activity, Mock: p.Mock,
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.JSON(); err != nil || string(got) != string(want) {
			t.Fatalf("the JSON of the row is\n%s, that of the message is\n%s (%v)", got, want, err)
		}
	}
}

func stamp(i clientjson.Instant) *timestamppb.Timestamp { return timestamppb.New(i.Time()) }

func TestAnInstantIsReadFromAColumn(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 8, 12, 0, 0, 250e6, time.FixedZone("", 3600))
	var i clientjson.Instant
	if err := i.Scan(at); err != nil || !i.Time().Equal(at) {
		t.Errorf("%v is read as %v: %v", at, i.Time(), err)
	}
	if err := i.Scan(nil); err == nil {
		t.Error("a null column was accepted as an instant")
	}
}
