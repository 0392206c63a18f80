package track_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
)

// random returns fixes as phones send them, and as they should not: with every field, some and none.
func random(r *rand.Rand, n int) []track.Fix {
	at, received := r.Int64N(4e12), r.Int64N(4e12)
	lat, lon := r.Float64()*180-90, r.Float64()*360-180
	some := func() bool { return r.IntN(4) > 0 }
	runs := []int{1, 1, 3, 30}[r.IntN(4)] // 1: each fix was posted alone
	fixes := make([]track.Fix, n)
	for i := range fixes {
		f := &fixes[i]
		at += 1 + r.Int64N(20_000)
		if r.IntN(runs) == 0 {
			received += r.Int64N(100_000) - 50_000
		}
		lat, lon = max(-90, min(90, lat+r.NormFloat64()*1e-4)), max(-180, min(180, lon+r.NormFloat64()*1e-4))
		if r.IntN(50) == 0 {
			lon = -lon
		}
		f.RecordedAt, f.ReceivedAt = at, received
		f.SetPlace(lat, lon)
		switch r.IntN(4) {
		case 0:
			f.Flags |= track.AccuracyUnusable
		case 1, 2:
			f.SetAccuracyM(r.Float64() * 100)
		}
		if some() {
			f.SetSpeedMPS(r.Float64() * 30)
		}
		if some() {
			f.SetBearingDeg(r.Float64() * 360)
		}
		if some() {
			f.SetAltitudeM(r.NormFloat64() * 1000)
		}
		if some() {
			f.SetBattery(r.Float64())
		}
		if some() {
			f.SetCharging(r.IntN(2) == 0)
		}
		if r.IntN(3) == 0 {
			f.Flags |= track.Mock
			if r.IntN(2) == 0 {
				f.Flags |= track.MockUnreadable
			}
		}
		f.Activity = []string{"", "still", "walking", "in_vehicle", "ñandú"}[r.IntN(5)]
	}
	return fixes
}

func encode(t testing.TB, device string, fixes []track.Fix) []byte {
	t.Helper()
	body, _, err := track.Encode(device, fixes)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 9))
	for range 500 {
		fixes := random(r, 1+r.IntN(200))
		body := encode(t, "Moto ñ", fixes)
		before := random(r, 2)
		head, got, err := track.Decode(slices.Clone(before), body)
		if err != nil || !slices.Equal(got[:2], before) || !slices.Equal(got[2:], fixes) {
			t.Fatalf("%d fixes read as %d, %v", len(fixes), len(got)-2, err)
		}
		want := track.Head{Device: "Moto ñ", Fixes: len(fixes), FirstMS: fixes[0].RecordedAt, LastMS: fixes[len(fixes)-1].RecordedAt}
		if alone, err := track.ReadHead(body); err != nil || head != want || alone != want {
			t.Fatalf("heads %+v and %+v, %v, want %+v", head, alone, err, want)
		}
	}
}

// The columns are a protobuf message, so that a phone's library needs only the .proto file.
func TestATrackIsTheProtobufMessage(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 9))
	for range 200 {
		fixes := random(r, 1+r.IntN(50))
		var m terrenov1.Track
		if err := proto.Unmarshal(encode(t, "d", fixes), &m); err != nil || len(m.ProtoReflect().GetUnknown()) > 0 {
			t.Fatalf("protobuf cannot read it: %v, unknown %x", err, m.ProtoReflect().GetUnknown())
		}
		if m.DeviceId != "d" || int(m.Fixes) != len(fixes) || len(m.Lat) != len(fixes) || m.Lat[0] != int64(fixes[0].Lat) || m.FirstMs != fixes[0].RecordedAt {
			t.Fatalf("protobuf reads %v", &m)
		}
		again, err := proto.Marshal(&m)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := track.Decode(nil, again); err != nil || !slices.Equal(got, fixes) {
			t.Fatalf("what protobuf wrote reads otherwise: %v", err)
		}
	}
}

func TestRounding(t *testing.T) {
	t.Parallel()
	var f track.Fix
	f.SetPlace(-12.04637425, 179.99999995)
	f.SetAccuracyM(4.75)
	f.SetSpeedMPS(1.005)
	f.SetBearingDeg(359.96)
	f.SetAltitudeM(-3.25)
	f.SetBattery(0.625)
	if f.Lat != -120463743 || f.Lon != 1800000000 || f.Accuracy != 48 || f.Speed != 100 || f.Bearing != 0 || f.Altitude != -33 || f.Battery != 63 {
		t.Errorf("rounded to %+v", f)
	}
	if day := []int64{track.Day(-1), track.Day(0), track.Day(86_399_999), track.Day(86_400_000), track.Day(-86_400_000), track.Day(-86_400_001)}; !slices.Equal(day, []int64{-1, 0, 0, 1, -1, -2}) {
		t.Errorf("days %v", day)
	}
}

func TestContentIsWithoutReception(t *testing.T) {
	t.Parallel()
	fixes := random(rand.New(rand.NewPCG(3, 9)), 40)
	one, n, err := track.Encode("d", fixes)
	if err != nil {
		t.Fatal(err)
	}
	for i := range fixes {
		fixes[i].ReceivedAt = 5
	}
	two, m, err := track.Encode("d", fixes)
	if err != nil || n != m || !bytes.Equal(one[:n], two[:m]) || bytes.Equal(one, two) {
		t.Errorf("contents of %d and %d bytes, equal: %v, %v", n, m, bytes.Equal(one[:n], two[:m]), err)
	}
}

func TestOnlyOrderedFixesAreATrack(t *testing.T) {
	t.Parallel()
	a, b := track.Fix{RecordedAt: 1}, track.Fix{RecordedAt: 2}
	for _, fixes := range [][]track.Fix{nil, {b, a}, {a, a}, make([]track.Fix, track.MaxFixes+1)} {
		if _, _, err := track.Encode("d", fixes); err == nil {
			t.Errorf("%d fixes were written", len(fixes))
		}
	}
}

// A later release adds columns. A reader of this one passes over them.
func TestUnknownColumnsArePassedOver(t *testing.T) {
	t.Parallel()
	fixes := random(rand.New(rand.NewPCG(4, 9)), 40)
	body := protowire.AppendTag(nil, 77, protowire.BytesType)
	body = protowire.AppendBytes(body, []byte("whatever"))
	body = append(body, encode(t, "d", fixes)...)
	body = protowire.AppendVarint(protowire.AppendTag(body, 78, protowire.VarintType), 3)
	if head, got, err := track.Decode(nil, body); err != nil || head.Device != "d" || !slices.Equal(got, fixes) {
		t.Errorf("read %+v, %v", head, err)
	}
}

func TestABodyThatIsNoTrackIsRefused(t *testing.T) {
	t.Parallel()
	fixes := random(rand.New(rand.NewPCG(5, 9)), 20)
	good := encode(t, "d", fixes)
	for n := range good {
		dst := make([]track.Fix, 1, 100)
		if _, got, err := track.Decode(dst, good[:n]); err != nil && (!errors.Is(err, track.ErrInvalid) || len(got) != 1) {
			t.Errorf("cut after %d bytes: %d fixes, %v", n, len(got)-1, err)
		}
	}
	two := append(slices.Clone(good), good...)
	huge := protowire.AppendVarint(protowire.AppendTag(nil, 5, protowire.VarintType), track.MaxFixes)
	silent := []track.Fix{{RecordedAt: 1, Activity: "NUL \x00"}}
	for name, body := range map[string][]byte{"a NUL": encode(t, "d", silent), "a device that is no text": encode(t, "\xff", fixes), "empty": nil, "text": []byte("hola"), "twice": two, "says more than it has": huge, "only a device": good[:3]} {
		if _, _, err := track.Decode(nil, body); !errors.Is(err, track.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The fix that was received first counts. One without an instant of reception among others with one would always be the first.
func TestEachFixOfATrackWasReceivedOrNone(t *testing.T) {
	t.Parallel()
	fixes := []track.Fix{{RecordedAt: 1, ReceivedAt: 9}, {RecordedAt: 2, ReceivedAt: 9}, {RecordedAt: 3, ReceivedAt: 9}}
	body, content, err := track.Encode("d", fixes)
	if err != nil {
		t.Fatal(err)
	}
	none := body[:content:content]
	if _, got, err := track.Decode(nil, none); err != nil || got[2].ReceivedAt != 0 {
		t.Errorf("a track that nobody has received: %+v, %v", got, err)
	}
	some := protowire.AppendBytes(protowire.AppendTag(none, 29, protowire.BytesType), []byte{1})
	some = protowire.AppendBytes(protowire.AppendTag(some, 30, protowire.BytesType), []byte{16, 2})
	if _, got, err := track.Decode(nil, some); !errors.Is(err, track.ErrInvalid) {
		t.Errorf("a track of which two fixes were received: %+v, %v", got, err)
	}
}

// Messages of the release before are read as what they meant.
func TestBatchesOfBeforeAreRead(t *testing.T) {
	t.Parallel()
	old := &terrenov1.PositionBatch{DeviceId: "d", ReceivedAtMs: 900, Fixes: []*terrenov1.Fix{
		{RecordedAtMs: 500, Lat: -12.5, Lon: 77, AccuracyM: proto.Float32(4.7), Battery: proto.Float32(0.5), Charging: proto.Bool(false), Activity: "walking", Mock: true},
		{RecordedAtMs: 100, Lat: 1, Lon: 2, AccuracyM: proto.Float32(2e7), SpeedMps: proto.Float32(3)},
		{RecordedAtMs: 200, Lat: 1, Lon: 2, AccuracyM: proto.Float32(-1)},
	}}
	body, err := proto.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	want := make([]track.Fix, 3)
	want[2] = track.Fix{RecordedAt: 500, ReceivedAt: 900, Activity: "walking", Flags: track.Mock}
	want[2].SetPlace(-12.5, 77)
	want[2].SetAccuracyM(4.7)
	want[2].SetBattery(0.5)
	want[2].SetCharging(false)
	want[0] = track.Fix{RecordedAt: 100, ReceivedAt: 900, Flags: track.AccuracyUnusable}
	want[0].SetPlace(1, 2)
	want[1] = want[0]
	want[1].RecordedAt = 200
	want[0].SetSpeedMPS(3)
	head, got, err := track.Decode(nil, body)
	if err != nil || !reflect.DeepEqual(got, want) || head != (track.Head{Device: "d", Fixes: 3, FirstMS: 100, LastMS: 500}) {
		t.Errorf("read %+v %+v, %v", head, got, err)
	}
	old.Fixes[0].Lat = 91
	body, _ = proto.Marshal(old)
	if _, _, err := track.Decode(nil, body); !errors.Is(err, track.ErrInvalid) {
		t.Errorf("a batch from outside the Earth: %v", err)
	}
}

var update = flag.Bool("update", false, "write the golden file")

// What is stored for years must be read for years: these bytes never change.
func TestGoldenBytes(t *testing.T) {
	t.Parallel()
	const file = "testdata/tracks.golden"
	r := rand.New(rand.NewPCG(6, 9))
	var text strings.Builder
	for _, n := range []int{1, 2, 9, 50} {
		text.WriteString(hex.EncodeToString(encode(t, "teléfono", random(r, n))) + "\n")
	}
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != text.String() {
		t.Errorf("the bytes have changed (%v): data that is stored would read otherwise", err)
	}
}

func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(7, 9))
	for _, n := range []int{1, 3, 40} {
		f.Add(encode(f, "d", random(r, n)))
	}
	old, _ := proto.Marshal(&terrenov1.PositionBatch{ReceivedAtMs: 5, Fixes: []*terrenov1.Fix{{RecordedAtMs: 1, Lat: 2, Lon: 3}}})
	f.Add(old)
	f.Fuzz(func(t *testing.T, body []byte) {
		head, fixes, err := track.Decode(nil, body)
		if err != nil {
			if !errors.Is(err, track.ErrInvalid) || len(fixes) > 0 {
				t.Fatalf("%d fixes, %v", len(fixes), err)
			}
			return
		}
		again, _, err := track.Encode(head.Device, fixes)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if second, got, err := track.Decode(nil, again); err != nil || second != head || !slices.Equal(got, fixes) {
			t.Fatalf("written again it reads otherwise: %+v %+v, %v", head, second, err)
		}
	})
}
