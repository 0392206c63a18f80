package walk

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"time"

	"github.com/terreno/terreno/proto/track"
)

// Format is one of the ways in which a phone may write an upload.
type Format struct {
	ContentType string
	// Encoding is the Content-Encoding, or empty.
	Encoding string
	encode   func(device string, fixes []Fix) []byte
}

// Formats by the names that scenarios use. Terreno's own phone library writes protobuf: a terreno.v1.Track.
var Formats = map[string]Format{
	"json":     {ContentType: "application/json", encode: encodeJSON},
	"gzip":     {ContentType: "application/json", Encoding: "gzip", encode: encodeGzip},
	"protobuf": {ContentType: "application/x-protobuf", encode: encodeTrack},
}

// Upload returns the body of an upload.
func (f Format) Upload(device string, fixes []Fix) []byte { return f.encode(device, fixes) }

func encodeGzip(device string, fixes []Fix) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // It fails only for a level that does not exist.
	_, _ = w.Write(encodeJSON(device, fixes))       // A bytes.Buffer never fails.
	_ = w.Close()
	return b.Bytes()
}

func encodeTrack(device string, fixes []Fix) []byte {
	list := make([]track.Fix, len(fixes))
	for i, f := range fixes {
		t := &list[i]
		t.RecordedAt, t.Activity = f.AtMS, f.Activity
		t.SetPlace(f.Lat, f.Lon)
		t.SetAccuracyM(f.AccuracyM)
		t.SetAltitudeM(f.AltitudeM)
		t.SetSpeedMPS(f.SpeedMPS)
		t.SetBearingDeg(f.BearingDeg)
		t.SetBattery(f.Battery)
		t.SetCharging(f.Charging)
	}
	body, content, err := track.Encode(device, list)
	if err != nil {
		panic(err) // A walker's instants only grow.
	}
	return body[:content] // Without the instants of reception, which a phone does not know.
}

// encodeJSON writes about 190 bytes a fix, with the digits that phones send: 7 of a degree, 1 or 2 of the rest.
func encodeJSON(device string, fixes []Fix) []byte {
	b := make([]byte, 0, 64+220*len(fixes))
	b = append(b, `{"device_id":`...)
	b = strconv.AppendQuote(b, device)
	b = append(b, `,"positions":[`...)
	for i := range fixes {
		if i > 0 {
			b = append(b, ',')
		}
		b = fixes[i].appendJSON(b)
	}
	return append(b, `]}`...)
}

func (f *Fix) appendJSON(b []byte) []byte {
	number := func(name string, v float64, digits int) {
		b = append(b, name...)
		b = strconv.AppendFloat(b, v, 'f', digits, 64)
	}
	b = append(b, `{"recorded_at":"`...)
	b = time.UnixMilli(f.AtMS).UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z07:00")
	number(`","lat":`, f.Lat, 7)
	number(`,"lon":`, f.Lon, 7)
	number(`,"accuracy_m":`, f.AccuracyM, 1)
	number(`,"altitude_m":`, f.AltitudeM, 1)
	number(`,"speed_mps":`, f.SpeedMPS, 2)
	number(`,"bearing_deg":`, f.BearingDeg, 1)
	number(`,"battery":`, f.Battery, 2)
	b = append(b, `,"charging":`...)
	b = strconv.AppendBool(b, f.Charging)
	b = append(b, `,"activity":"`...)
	b = append(b, f.Activity...)
	return append(b, `"}`...)
}
