package upload_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

// Whatever comes: no panic, every position is accepted or rejected, and what is accepted can be stored and relayed.
func FuzzUpload(f *testing.F) {
	f.Add([]byte(`{"positions":[]}`))
	f.Add([]byte(`{"device_id":"d","positions":[{"recorded_at":"2026-03-08T13:59:31.250Z","lat":-12,"lon":-77,"accuracy_m":NaN}]}`))
	f.Add([]byte(`{"positions":[null,[],"x",{"lat":"NaN"},{"lat":1e999,"lon":-Infinity},{"recorded_at":1}]}`))
	f.Add([]byte(`{"POSITIONS":[{"LAT":1,"Lon":1,"recorded_at":"2026-03-08T13:59:31+05:30","activity":"\ud800\u0000","battery":1}],"positions":[{}]}`))
	f.Add([]byte(`{"positions":[{"recorded_at":"2026-03-08T13:59:31Z","lat":1,"lon":1,"bearing_deg":359.9999999,"charging":true,"mock":1}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		u, err := upload.Decode(body, rules())
		if err != nil {
			var refused *upload.Error
			if !errors.As(err, &refused) || refused.Code == "" || refused.Detail == "" {
				t.Fatalf("error %v has no code or no detail", err)
			}
			return
		}
		checkCount(t, body, u)
		for _, fix := range u.Fixes {
			checkFix(t, fix)
		}
		accepted := len(u.Fixes)
		messages, err := u.Split("acme", "u1", now)
		if err != nil {
			t.Fatal(err)
		}
		stored := 0
		for _, m := range messages {
			stored += checkMessage(t, m, u.DeviceID)
		}
		if stored > accepted || accepted > 0 && stored == 0 {
			t.Fatalf("%d fixes accepted, %d in messages", accepted, stored)
		}
	})
}

// checkCount counts the posted positions by other means, when the body is JSON as it stands.
func checkCount(t *testing.T, body []byte, u upload.Upload) {
	t.Helper()
	var posted struct {
		Positions []json.RawMessage `json:"positions"`
	}
	if json.Unmarshal(body, &posted) == nil && len(posted.Positions) != len(u.Fixes)+len(u.Rejected) {
		t.Fatalf("%d positions posted, %d accepted, %d rejected", len(posted.Positions), len(u.Fixes), len(u.Rejected))
	}
	last := -1
	for _, r := range u.Rejected {
		if r.Index <= last || r.Code == "" || r.Detail == "" {
			t.Fatalf("rejection %+v after index %d", r, last)
		}
		last = r.Index
	}
}

func checkFix(t *testing.T, f track.Fix) {
	t.Helper()
	for _, c := range []struct {
		flag     track.Flags
		v        int64
		min, max int64
	}{
		{track.HasAccuracy, int64(f.Accuracy), 0, 2e8},
		{track.HasAltitude, int64(f.Altitude), -120_000, 1_000_000},
		{track.HasSpeed, int64(f.Speed), 0, 100_000},
		{track.HasBearing, int64(f.Bearing), 0, 3599},
		{track.HasBattery, int64(f.Battery), 0, 100},
	} {
		if has := f.Has(c.flag); has && (c.v < c.min || c.v > c.max) || !has && c.v != 0 {
			t.Fatalf("fix %+v, flag %b", f, c.flag)
		}
	}
	lat, lon := f.Degrees()
	if !(lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180) || math.Hypot(lat, lon)*111_320 < 99.9 {
		t.Fatalf("at %v, %v", lat, lon)
	}
	if at := f.Recorded(); at.After(now.Add(2*time.Minute)) || at.Before(now.Add(-90*24*time.Hour-time.Millisecond)) {
		t.Fatalf("recorded at %v", at)
	}
	if !utf8.ValidString(f.Activity) || len(f.Activity) > 64 {
		t.Fatalf("activity %q", f.Activity)
	}
}

func checkMessage(t *testing.T, m upload.Message, device string) int {
	t.Helper()
	head, fixes := carried(t, m)
	if head.Device != device || track.Day(head.FirstMS) != track.Day(head.LastMS) {
		t.Fatalf("message %+v", head)
	}
	for i, f := range fixes {
		if i > 0 && fixes[i-1].RecordedAt >= f.RecordedAt || f.ReceivedAt != now.UnixMilli() {
			t.Fatalf("fix %d does not come after the one before, or was received at another time", i)
		}
	}
	if m.Newest != nil {
		if _, err := clientjson.PositionOf("u1", device, m.Newest).JSON(); err != nil {
			t.Fatal(err)
		}
	}
	return len(fixes)
}
