package clientjson_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
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

// byEncodingJSON is what AppendJSON must write.
func byEncodingJSON(p clientjson.Position) (string, error) {
	var line strings.Builder
	to := json.NewEncoder(&line)
	to.SetEscapeHTML(false)
	err := to.Encode(p)
	return strings.TrimSuffix(line.String(), "\n"), err
}

func compareJSON(t *testing.T, p clientjson.Position) {
	t.Helper()
	want, wrong := byEncodingJSON(p)
	got, err := p.AppendJSON([]byte("before"))
	if (err == nil) != (wrong == nil) || err == nil && string(got) != "before"+want {
		t.Fatalf("%+v\ngot  %s, %v\nwant %s, %v", p, got, err, want, wrong)
	}
}

func FuzzPositionJSON(f *testing.F) {
	f.Add("u1", `Moto "G" <&> \\ é`, int64(1772978371250), 4.65, float32(4.7), uint8(255))
	f.Add("\u2028", "a\xff\x00\x7f\b\t\ufffd", int64(-62135596800001), -1e-7, float32(1e-7), uint8(1))
	f.Add("", "\u2029", int64(253402300800000), math.Copysign(0, -1), float32(1e21), uint8(3))
	f.Add("", "", int64(-62167219200001), 1e21, float32(9.9999998e20), uint8(7))
	f.Add("", "", int64(math.MinInt64), math.NaN(), float32(0), uint8(0))
	f.Add("", "", int64(999), 1e-6, float32(math.Inf(-1)), uint8(2))
	f.Fuzz(func(t *testing.T, user, device string, ms int64, place float64, reading float32, has uint8) {
		p := clientjson.Position{
			UserID: user, DeviceID: device, RecordedAt: clientjson.Instant(ms), ReceivedAt: clientjson.Instant(ms - ms%1000), Lat: place, Lon: -place,
			Activity: device, Mock: has&1 != 0,
		}
		for i, field := range []**float32{&p.AccuracyM, &p.AltitudeM, &p.SpeedMPS, &p.BearingDeg, &p.Battery} {
			if has&(2<<i) != 0 {
				*field = &reading
			}
		}
		if has&64 != 0 {
			p.Charging = &p.Mock
		}
		compareJSON(t, p)
	})
}

// Numbers as they come, of every size.
func TestAPositionIsWrittenAsByEncodingJSON(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 9))
	for range 20_000 {
		reading, bits := math.Float32frombits(r.Uint32()), math.Float64frombits(r.Uint64())
		compareJSON(t, clientjson.Position{
			RecordedAt: clientjson.Instant(r.Int64N(8e14) - 4e14), ReceivedAt: clientjson.Instant(r.Int64N(4e12)), Lat: bits, Lon: float64(r.Int64N(36e8)-18e8) / 1e7,
			AccuracyM: &reading, DeviceID: string(rune(r.IntN(0x3000))),
		})
	}
}

// Without, the optional fields of a fix are absent; with, they are there although they are zero.
func TestAPositionHasWhatItsFixHas(t *testing.T) {
	t.Parallel()
	for flags, want := range map[track.Flags]string{
		0:                      `"lon":0,"activity":"","mock":false}`,
		track.AccuracyUnusable: `"lon":0,"accuracy_m":20000000,"activity":"","mock":false}`,
		track.HasAccuracy | track.HasAltitude | track.HasSpeed | track.HasBearing | track.HasBattery: `"lon":0,"accuracy_m":0,"altitude_m":0,"speed_mps":0,"bearing_deg":0,"battery":0,"activity":"","mock":false}`,
		track.HasCharging:                       `"lon":0,"charging":false,"activity":"","mock":false}`,
		track.HasCharging | track.Charging:      `"lon":0,"charging":true,"activity":"","mock":false}`,
		track.Mock | track.MockUnreadable:       `"lon":0,"activity":"","mock":true}`,
		track.HasBattery | track.Mock:           `"lon":0,"battery":0,"activity":"","mock":true}`,
		track.HasBearing | track.MockUnreadable: `"lon":0,"bearing_deg":0,"activity":"","mock":false}`,
	} {
		p := clientjson.PositionOf("u1", "d", &track.Fix{Flags: flags})
		if line, err := p.JSON(); err != nil || !strings.HasSuffix(string(line), want) {
			t.Errorf("%b: %s, %v, want %s", flags, line, err, want)
		}
	}
}

func BenchmarkPositionOfAFix(b *testing.B) {
	f := track.Fix{RecordedAt: 1772978371250, ReceivedAt: 1772978371980, Lat: -120464000, Lon: -770428000, Activity: "walking"}
	f.SetAccuracyM(4.7)
	f.SetSpeedMPS(1.25)
	f.SetBearingDeg(271.5)
	f.SetBattery(0.87)
	f.SetCharging(true)
	b.ReportAllocs()
	for b.Loop() {
		p := clientjson.PositionOf("u1", "phone", &f)
		if _, err := p.JSON(); err != nil {
			b.Fatal(err)
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
