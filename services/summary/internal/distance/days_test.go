package distance_test

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/proto/track"
)

// recorded is a day with the odometer of the device: metres since the first fix, one of each fix.
type recorded struct {
	fixes    []track.Fix
	odometer []float64
}

func day(t testing.TB, name string) recorded {
	t.Helper()
	file, err := os.Open("testdata/" + name + ".csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var d recorded
	var at, lat, lon, odometer int64
	for _, line := range lines {
		at, lat, lon, odometer = at+number(t, line[0]), lat+number(t, line[1]), lon+number(t, line[2]), odometer+number(t, line[3])
		f := track.Fix{RecordedAt: at * 1000, ReceivedAt: at*1000 + 500, Lat: int32(lat), Lon: int32(lon)}
		if line[4] != "" {
			f.SetSpeedMPS(float64(number(t, line[4])) / 100)
		}
		d.fixes, d.odometer = append(d.fixes, f), append(d.odometer, float64(odometer)/10)
	}
	return d
}

func number(t testing.TB, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// every returns the day with so many seconds or more from fix to fix.
func (d recorded) every(seconds int64) (out recorded) {
	for i, f := range d.fixes {
		if n := len(out.fixes); n == 0 || f.RecordedAt-out.fixes[n-1].RecordedAt >= seconds*1000 || i == len(d.fixes)-1 {
			out.fixes, out.odometer = append(out.fixes, f), append(out.odometer, d.odometer[i])
		}
	}
	return out
}

// driven returns what the odometer says.
func (d recorded) driven() float64 { return d.odometer[len(d.odometer)-1] - d.odometer[0] }

// noise of the positions of a phone: on each axis a standard deviation in metres that is correlated over tau seconds, as an
// autoregression of the first order, or white at tau 0. The phone claims an accuracy in metres, or none at 0.
type noise struct {
	sigma, tau, accuracy float64
	seed                 uint64
	silent               bool    // the phone reports no speed
	speed                float64 // the standard deviation of the speeds it reports, in m/s, which is white
}

// add returns the fixes with the noise.
func (n noise) add(fixes []track.Fix) []track.Fix {
	r := rand.New(rand.NewPCG(n.seed, 12))
	out := make([]track.Fix, len(fixes))
	var x, y float64
	for i, f := range fixes {
		keep := 0.0
		if i > 0 && n.tau > 0 {
			keep = math.Exp(-float64(f.RecordedAt-fixes[i-1].RecordedAt) / 1000 / n.tau)
		}
		fresh := math.Sqrt(1-keep*keep) * n.sigma
		x, y = keep*x+fresh*r.NormFloat64(), keep*y+fresh*r.NormFloat64()
		lat, lon := f.Degrees()
		lat, lon = geo.NewProjection(lat, lon).LatLon(x, y)
		f.SetPlace(lat, lon)
		if n.accuracy > 0 {
			f.SetAccuracyM(n.accuracy)
		}
		if v, ok := f.SpeedMPS(); ok && n.speed > 0 {
			f.SetSpeedMPS(max(0, v+n.speed*r.NormFloat64()))
		}
		if n.silent {
			f.Flags, f.Speed = f.Flags&^track.HasSpeed, 0
		}
		out[i] = f
	}
	return out
}

// still returns the fixes of a phone that lies still for so many hours.
func still(hours float64, seconds int64) []track.Fix {
	var out []track.Fix
	for at := int64(0); float64(at) <= hours*3600; at += seconds {
		f := track.Fix{RecordedAt: 1_788_000_000_000 + at*1000, ReceivedAt: 1_788_000_000_000 + at*1000 + 900}
		f.SetPlace(4.6534, -74.0836)
		out = append(out, f)
	}
	return out
}
