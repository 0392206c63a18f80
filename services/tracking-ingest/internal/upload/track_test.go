package upload_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

func encodeTrack(t testing.TB, device string, fixes []track.Fix) []byte {
	t.Helper()
	body, _, err := track.Encode(device, fixes)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// message is a track as any protobuf library writes it.
func message(t testing.TB, edit func(m *terrenov1.Track)) []byte {
	t.Helper()
	var m terrenov1.Track
	if err := proto.Unmarshal(encodeTrack(t, "phone", fixes(now.Add(-time.Minute), 3)), &m); err != nil {
		t.Fatal(err)
	}
	edit(&m)
	body, err := proto.Marshal(&m)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// odd is a fix as a track can hold it. Many are not such as an upload may hold.
func odd(r *rand.Rand, at int64) track.Fix {
	f := track.Fix{RecordedAt: at, Lat: int32(r.IntN(18e8+1) - 9e8), Lon: int32(r.IntN(36e8+1) - 18e8)}
	if r.IntN(8) == 0 {
		f.Lat, f.Lon = int32(r.IntN(20_000)-10_000), int32(r.IntN(20_000)-10_000)
	}
	for _, set := range []func(){
		func() { f.SetAccuracyM(float64(r.IntN(track.WorstAccuracyM + 1))) },
		func() { f.SetAltitudeM(float64(r.IntN(130_000) - 15_000)) },
		func() { f.SetSpeedMPS(float64(r.IntN(1100))) },
		func() { f.SetBearingDeg(float64(r.IntN(3600)) / 10) },
		func() { f.SetBattery(float64(r.IntN(101)) / 100) },
		func() { f.SetCharging(r.IntN(2) == 0) },
		func() { f.Flags |= track.Mock },
		func() { f.Activity = []string{"walking", " still ", "a\tb", strings.Repeat("x", 65), "ñ"}[r.IntN(5)] },
	} {
		if r.IntN(3) > 0 {
			set()
		}
	}
	return f
}

// asJSON is the position that a phone would post of a fix.
func asJSON(f track.Fix) string {
	lat, lon := f.Degrees()
	s := fmt.Sprintf(`{"recorded_at":%q,"lat":%.7f,"lon":%.7f`, f.Recorded().Format(time.RFC3339Nano), lat, lon)
	add := func(name string, v float64, ok bool) {
		if ok {
			s += fmt.Sprintf(`,%q:%g`, name, v)
		}
	}
	v, ok := f.AccuracyM()
	add("accuracy_m", v, ok)
	v, ok = f.AltitudeM()
	add("altitude_m", v, ok)
	v, ok = f.SpeedMPS()
	add("speed_mps", v, ok)
	v, ok = f.BearingDeg()
	add("bearing_deg", v, ok)
	v, ok = f.Charge()
	add("battery", v, ok)
	if f.Has(track.HasCharging) {
		s += fmt.Sprintf(`,"charging":%v`, f.Has(track.Charging))
	}
	if f.Activity != "" {
		s += fmt.Sprintf(`,"activity":%q`, f.Activity)
	}
	return s + fmt.Sprintf(`,"mock":%v}`, f.Has(track.Mock))
}

// A phone gets the same answer, and stores the same, whether it posts a track or JSON.
func TestATrackIsJudgedAsItsPositions(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	accepted, rejected, dropped := 0, 0, 0
	for range 300 {
		span := r.Int64N(int64(100 * 24 * time.Hour / time.Millisecond))
		list := make([]track.Fix, 1+r.IntN(30))
		positions := make([]string, len(list))
		instants := map[int64]bool{}
		for i := range list {
			at := now.UnixMilli() - span + r.Int64N(300_000)
			for instants[at] {
				at++
			}
			instants[at] = true
			list[i] = odd(r, at)
			list[i].ReceivedAt = r.Int64N(4e12) // which counts nothing
		}
		slices.SortFunc(list, func(a, b track.Fix) int { return cmp.Compare(a.RecordedAt, b.RecordedAt) })
		for i := range list {
			positions[i] = asJSON(list[i])
		}
		got, err := upload.DecodeTrack(encodeTrack(t, "d ñ", list), rules())
		if err != nil {
			t.Fatal(err)
		}
		want := decode(t, []byte(`{"device_id":"d ñ",`+string(post(positions...)[1:])))
		same := got.DeviceID == want.DeviceID && slices.Equal(got.Rejected, want.Rejected) && fmt.Sprint(got.Dropped) == fmt.Sprint(want.Dropped)
		a, b := split(t, got, "acme", "u1", now), split(t, want, "acme", "u1", now)
		if !same || !slices.Equal(ids(a), ids(b)) || !slices.EqualFunc(a, b, func(a, b upload.Message) bool { return string(a.Body) == string(b.Body) }) {
			t.Fatalf("track %+v\nJSON  %+v", got, want)
		}
		accepted, rejected, dropped = accepted+len(got.Fixes), rejected+len(got.Rejected), dropped+len(got.Dropped)
	}
	if accepted < 1000 || rejected < 300 || dropped < 300 {
		t.Errorf("%d accepted, %d rejected, %d dropped: too few to compare", accepted, rejected, dropped)
	}
}

func TestATrackIsRefusedWhole(t *testing.T) {
	t.Parallel()
	track10001 := encodeTrack(t, "d", fixes(now.Add(-3*time.Hour), upload.MaxPositions+1))
	varint := func(field protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(nil, field, protowire.VarintType), v)
	}
	for name, c := range map[string]struct {
		body        []byte
		code, names string
	}{
		"empty":              {nil, upload.CodeBodyEmpty, "no body"},
		"JSON":               {post(good(0)), upload.CodeTrackInvalid, "terreno.v1.Track"},
		"spaces":             {[]byte("   "), upload.CodeTrackInvalid, "terreno.v1.Track"},
		"the old message":    {[]byte{0x0a, 1, 'd'}, upload.CodeTrackInvalid, "no longer"},
		"no fixes":           {message(t, func(m *terrenov1.Track) { m.Reset() }), upload.CodeBodyEmpty, "no body"},
		"only a device":      {message(t, func(m *terrenov1.Track) { m.Reset(); m.DeviceId = "d" }), upload.CodeTrackInvalid, "0 fixes"},
		"a huge count":       {varint(5, 1<<63), upload.CodeTrackInvalid, "fixes"},
		"a count and no fix": {varint(5, 9_999), upload.CodeTrackInvalid, "9999 fixes"},
		"more than it has":   {message(t, func(m *terrenov1.Track) { m.Fixes = 4 }), upload.CodeTrackInvalid, "fix 3"},
		"fewer than it has":  {message(t, func(m *terrenov1.Track) { m.Fixes = 2 }), upload.CodeTrackInvalid, "fit"},
		"too many":           {track10001, upload.CodeTooManyPositions, "at most 10000 positions, this one 10001"},
		"the same instant":   {message(t, func(m *terrenov1.Track) { m.LaterMs[1] = 0 }), upload.CodeTrackInvalid, "fix 2 was not recorded after the one before it"},
		"back in time":       {message(t, func(m *terrenov1.Track) { m.LaterMs[0] = 1<<64 - 1 }), upload.CodeTrackInvalid, "each instant once"},
		"an endless span":    {message(t, func(m *terrenov1.Track) { m.SpanMs = 1<<63 - 1; m.FirstMs = 1 << 62 }), upload.CodeTrackInvalid, "ends before it begins"},
		"not on Earth":       {message(t, func(m *terrenov1.Track) { m.Lat[1] = 2e9 }), upload.CodeTrackInvalid, "not on Earth"},
		"no longitudes":      {message(t, func(m *terrenov1.Track) { m.Lon = nil }), upload.CodeTrackInvalid, "longitudes"},
		"a bitmap too long":  {message(t, func(m *terrenov1.Track) { m.Mock = make([]byte, 1<<20) }), upload.CodeTrackInvalid, "fit"},
		"a run too long":     {message(t, func(m *terrenov1.Track) { m.ActivityRun[0] = 1 << 62 }), upload.CodeTrackInvalid, "activities"},
		"many words":         {message(t, func(m *terrenov1.Track) { m.Activities = make([]string, track.MaxFixes+1) }), upload.CodeTrackInvalid, "activities"},
		"device too long":    {message(t, func(m *terrenov1.Track) { m.DeviceId = strings.Repeat("ñ", 65) }), upload.CodeDeviceIDInvalid, "64"},
		"device, a control":  {message(t, func(m *terrenov1.Track) { m.DeviceId = "a\n" }), upload.CodeDeviceIDInvalid, "U+000A"},
		"device not UTF-8":   {encodeTrack(t, "\xff", fixes(now, 1)), upload.CodeTrackInvalid, "not text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := upload.DecodeTrack(c.body, rules())
			var refused *upload.Error
			if !errors.As(err, &refused) || refused.Code != c.code || !strings.Contains(refused.Detail, c.names) || !strings.HasSuffix(refused.Detail, ".") {
				t.Fatalf("decoded %+v, error %v, want %s that says %s", u, err, c.code, c.names)
			}
		})
	}
}

// A track that is cut anywhere is refused, or is a track whose last columns were not sent.
func TestATrackThatIsCutLosesNoFix(t *testing.T) {
	t.Parallel()
	body := encodeTrack(t, "d", fixes(now.Add(-time.Hour), 100))
	for n := range body {
		u, err := upload.DecodeTrack(body[:n], rules())
		var refused *upload.Error
		if err != nil && !errors.As(err, &refused) || err == nil && len(u.Fixes) != 100 {
			t.Fatalf("cut after %d bytes: %d fixes, %v", n, len(u.Fixes), err)
		}
	}
}

// Not parallel: it measures what the whole process allocates.
func TestATrackThatClaimsMuchCostsNoMemory(t *testing.T) {
	words := message(t, func(m *terrenov1.Track) { m.Activities = make([]string, 1<<20) })
	body := message(t, func(*terrenov1.Track) {})
	for name, body := range map[string][]byte{
		"words":          words,
		"unknown fields": append(slices.Clone(body), protowire.AppendBytes(protowire.AppendTag(nil, 99, protowire.BytesType), make([]byte, 4<<20))...),
		"a huge count":   append(slices.Clone(body), protowire.AppendVarint(protowire.AppendTag(nil, 5, protowire.VarintType), 1<<62)...),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := upload.DecodeTrack(body, rules())
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%s: %d bytes allocated, %v", name, used, err)
		}
	}
}

// A body names no user, so a field that pretends to is passed over.
func FuzzTrack(f *testing.F) {
	f.Add(encodeTrack(f, "d", fixes(now.Add(-time.Minute), 3)))
	f.Add(message(f, func(m *terrenov1.Track) { m.Lat[0], m.Lon[0] = 0, 0 }))
	f.Add(message(f, func(m *terrenov1.Track) { m.AccuracyUnusable, m.AccuracySet = []byte{1}, []byte{6} }))
	r := rand.New(rand.NewPCG(8, 8))
	f.Add(encodeTrack(f, "", []track.Fix{odd(r, now.UnixMilli()-5), odd(r, now.UnixMilli()), odd(r, now.UnixMilli()+5)}))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := upload.DecodeTrack(body, rules())
		if err != nil {
			var refused *upload.Error
			if !errors.As(err, &refused) || refused.Code == "" || refused.Detail == "" {
				t.Fatalf("error %v has no code or no detail", err)
			}
			return
		}
		head, err := track.ReadHead(body)
		if err != nil || head.Fixes != len(u.Fixes)+len(u.Rejected) {
			t.Fatalf("%d fixes posted, %d accepted, %d rejected", head.Fixes, len(u.Fixes), len(u.Rejected))
		}
		for _, fix := range u.Fixes {
			checkFix(t, fix)
		}
		accepted, stored := len(u.Fixes), 0
		messages, err := u.Split("acme", "u1", now)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			stored += checkMessage(t, m, u.DeviceID)
		}
		if stored != accepted {
			t.Fatalf("%d fixes accepted, %d in messages", accepted, stored)
		}
	})
}

func BenchmarkDecodeTrack(b *testing.B) {
	const n = 500
	body := encodeTrack(b, "phone", fixes(now.Add(-time.Hour), n))
	b.ReportAllocs()
	began := cpu(b)
	for b.Loop() {
		if u, err := upload.DecodeTrack(body, rules()); err != nil || len(u.Fixes) != n {
			b.Fatal(len(u.Fixes), err)
		}
	}
	b.ReportMetric(float64((cpu(b)-began).Nanoseconds())/float64(b.N)/n, "cpu-ns/fix")
}
