package walk_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/fieldsim/internal/walk"
)

const noon = 1_780_000_000_000

func fixes(seed uint64, n int) []walk.Fix {
	w := walk.New(seed)
	list := make([]walk.Fix, n)
	for i := range list {
		list[i] = w.Next(noon+int64(i)*10_000, 10)
	}
	return list
}

// Whoever walks here moves as people do: the server takes every position, and no step is faster than a car.
func TestPeopleMoveAsPeopleDo(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		list := fixes(seed, 2000)
		for i, f := range list {
			if math.Hypot(f.Lat-walk.CentreLat, f.Lon-walk.CentreLon) > 0.15 {
				t.Fatalf("person %d is lost: %+v", seed, f)
			}
			if f.AccuracyM <= 0 || f.AccuracyM > 100 || f.BearingDeg < 0 || f.BearingDeg >= 360 || f.Battery <= 0 || f.Battery > 1 || f.SpeedMPS < 0 {
				t.Fatalf("person %d: no phone reports %+v", seed, f)
			}
			if i == 0 {
				continue
			}
			// The noise is half of the accuracy: five times of it never happens in so few fixes.
			step := math.Hypot(f.Lat-list[i-1].Lat, f.Lon-list[i-1].Lon) * 111_320
			if most := 10*30 + 2.5*(f.AccuracyM+list[i-1].AccuracyM) + 20; step > most {
				t.Fatalf("person %d moved %.0f m in 10 s", seed, step)
			}
		}
	}
}

func TestTheSameSeedIsTheSamePerson(t *testing.T) {
	t.Parallel()
	a, b, other := fixes(7, 100), fixes(7, 100), fixes(8, 100)
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("fix %d: %+v and %+v", i, a[i], b[i])
		}
	}
	if a[99] == other[99] {
		t.Error("two people are one")
	}
}

func TestAnUploadSaysWhatTheFixesSay(t *testing.T) {
	t.Parallel()
	want := fixes(1, 50)
	for name, format := range walk.Formats {
		var body io.Reader = bytes.NewReader(format.Upload("phone-1", want))
		if format.Encoding == "gzip" {
			var err error
			if body, err = gzip.NewReader(body); err != nil {
				t.Fatal(err)
			}
		}
		if name == "protobuf" {
			checkTrack(t, format.Upload("phone-1", want), want)
			continue
		}
		var got struct {
			Device    string `json:"device_id"`
			Positions []struct {
				At       time.Time `json:"recorded_at"`
				Lat, Lon float64
				Accuracy float64 `json:"accuracy_m"`
				Activity string
			}
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v in %s", name, err, text)
		}
		if got.Device != "phone-1" || len(got.Positions) != len(want) {
			t.Fatalf("%s: device %q, %d positions", name, got.Device, len(got.Positions))
		}
		if each := len(text) / len(want); name == "json" && (each < 170 || each > 230) {
			t.Errorf("%d bytes a fix: phones send about 190", each)
		}
		for i, p := range got.Positions {
			f := want[i]
			if p.At.UnixMilli() != f.AtMS || math.Abs(p.Lat-f.Lat) > 1e-7 || math.Abs(p.Lon-f.Lon) > 1e-7 || math.Abs(p.Accuracy-f.AccuracyM) > 0.06 || p.Activity != f.Activity {
				t.Fatalf("%s: position %d is %+v, want %+v", name, i, p, f)
			}
		}
	}
}

func checkTrack(t *testing.T, body []byte, want []walk.Fix) {
	t.Helper()
	head, got, err := track.Decode(nil, body)
	if err != nil || head.Device != "phone-1" || len(got) != len(want) {
		t.Fatalf("%+v, %d fixes, %v", head, len(got), err)
	}
	for i, f := range got {
		lat, lon := f.Degrees()
		accuracy, _ := f.AccuracyM()
		if w := want[i]; f.RecordedAt != w.AtMS || math.Abs(lat-w.Lat) > 1e-7 || math.Abs(lon-w.Lon) > 1e-7 || math.Abs(accuracy-w.AccuracyM) > 0.06 || f.Activity != w.Activity {
			t.Fatalf("fix %d is %+v, want %+v", i, f, w)
		}
	}
}
