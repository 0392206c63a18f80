package upload_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

var update = flag.Bool("update", false, "write the golden files")

// day is a deterministic upload of n fixes, a second apart.
func day(n int) upload.Upload {
	u := upload.Upload{DeviceID: "phone-1"}
	for i := range n {
		u.Fixes = append(u.Fixes, &terrenov1.Fix{
			RecordedAtMs: now.UnixMilli() + int64(i)*1000, Lat: -12 + float64(i)/1e5, Lon: -77 - float64(i)/1e5,
			AccuracyM: proto.Float32(float32(i % 40)), Battery: proto.Float32(0.5), Charging: proto.Bool(i%2 == 0), Activity: "walking",
		})
	}
	return u
}

func split(t *testing.T, u upload.Upload, tenant, user string, receivedAt time.Time) []upload.Message {
	t.Helper()
	u.Fixes = slices.Clone(u.Fixes)
	messages, err := u.Split(tenant, user, receivedAt)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func batch(t *testing.T, m upload.Message) *terrenov1.PositionBatch {
	t.Helper()
	var b terrenov1.PositionBatch
	if err := proto.Unmarshal(m.Body, &b); err != nil {
		t.Fatal(err)
	}
	return &b
}

func ids(messages []upload.Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.ID)
	}
	return all
}

func TestSplitSortsAndKeepsTheLastOfEachInstant(t *testing.T) {
	t.Parallel()
	u := upload.Upload{DeviceID: "d", Fixes: []*terrenov1.Fix{
		{RecordedAtMs: 3000, Lat: 1}, {RecordedAtMs: 1000, Lat: 2}, {RecordedAtMs: 3000, Lat: 3}, {RecordedAtMs: 2000, Lat: 4}, {RecordedAtMs: 3000, Lat: 5},
	}}
	messages := split(t, u, "acme", "u1", now)
	if len(messages) != 1 {
		t.Fatalf("%d messages, want 1", len(messages))
	}
	b := batch(t, messages[0])
	var lats []float64
	for _, f := range b.Fixes {
		lats = append(lats, f.Lat)
	}
	if !slices.Equal(lats, []float64{2, 4, 5}) {
		t.Errorf("fixes %v, want those of latitude 2, 4 and 5", lats)
	}
	if b.DeviceId != "d" || b.ReceivedAtMs != now.UnixMilli() || messages[0].Newest.GetLat() != 5 {
		t.Errorf("batch %v, newest %v", b, messages[0].Newest)
	}
}

func TestSplitPacksAtMost500(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]int{0: nil, 1: {1}, 500: {500}, 501: {500, 1}, 1234: {500, 500, 234}} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			var sizes []int
			messages := split(t, day(n), "acme", "u1", now)
			for i, m := range messages {
				sizes = append(sizes, len(batch(t, m).Fixes))
				if last := i == len(messages)-1; (m.Newest != nil) != last {
					t.Errorf("message %d of %d: newest %v", i+1, len(messages), m.Newest)
				}
			}
			if !slices.Equal(sizes, want) {
				t.Errorf("sizes %v, want %v", sizes, want)
			}
		})
	}
}

// A fix cannot be made so large by what a phone sends that a message outgrows the stream.
func TestSplitStaysBelowTheStreamsLimit(t *testing.T) {
	t.Parallel()
	u := day(500)
	for _, f := range u.Fixes {
		f.Activity = strings.Repeat("ñ", 500)
	}
	total := 0
	for _, m := range split(t, u, "acme", "u1", now) {
		if len(m.Body) > 200<<10 {
			t.Errorf("a body of %d bytes", len(m.Body))
		}
		total += len(batch(t, m).Fixes)
	}
	if total != 500 {
		t.Errorf("%d fixes in all messages, want 500", total)
	}
}

func TestSplitOfTheSameFixesGivesTheSameIDs(t *testing.T) {
	t.Parallel()
	u := day(1234)
	want := ids(split(t, u, "acme", "u1", now))
	shuffled := day(1234)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled.Fixes), func(i, j int) {
		shuffled.Fixes[i], shuffled.Fixes[j] = shuffled.Fixes[j], shuffled.Fixes[i]
	})
	if got := ids(split(t, shuffled, "acme", "u1", now.Add(time.Hour))); !slices.Equal(got, want) {
		t.Errorf("an hour later and out of order: %v, want %v", got, want)
	}
	other := day(1234)
	other.DeviceID = "phone-2"
	for name, got := range map[string][]string{
		"another tenant":          ids(split(t, u, "acme2", "u1", now)),
		"another user":            ids(split(t, u, "acme", "u2", now)),
		"another device":          ids(split(t, other, "acme", "u1", now)),
		"the border moved by one": ids(split(t, u, "acmeu", "1", now)),
	} {
		for i := range want {
			if got[i] == want[i] {
				t.Errorf("%s: message %d has the same id", name, i)
			}
		}
	}
}

// A new id for an upload that is already stored would store it twice in the stream after an upgrade in the middle of a
// repeat. If this fails because the format had to change, say so in the release notes and run with -update.
func TestMessageIDsAreStable(t *testing.T) {
	t.Parallel()
	u := decode(t, []byte(`{"device_id":"Moto G ñ","positions":[
		{"recorded_at":"2026-03-08T13:59:31Z","lat":-12.0464,"lon":-77.0428,"accuracy_m":4.5,"altitude_m":120,"speed_mps":1.25,
		 "bearing_deg":90,"battery":0.87,"charging":true,"activity":"walking","mock":true},
		{"recorded_at":"2026-03-08T13:59:30.5Z","lat":-12.0465,"lon":-77.0427}]}`))
	all := append(split(t, u, "acme", "u1", now), split(t, day(1001), "demo", "user_2", now)...)
	golden(t, "message_ids", []byte(strings.Join(ids(all), "\n")+"\n"))
}

func TestClientJSON(t *testing.T) {
	t.Parallel()
	full := decode(t, []byte(`{"device_id":"Moto \"G\" ñ","positions":[{"recorded_at":"2026-03-08T13:59:31.250Z","lat":0,"lon":-77.0428,
		"accuracy_m":4.5,"altitude_m":120,"speed_mps":0,"bearing_deg":90,"battery":0.87,"charging":false,"activity":"walking","mock":true}]}`))
	var lines []byte
	for _, f := range []*terrenov1.Fix{full.Fixes[0], {RecordedAtMs: now.UnixMilli(), Lat: 1.5, Lon: 0}} {
		line, err := upload.Position("u1", full.DeviceID, f, clientjson.At(now.Add(250*time.Millisecond+999))).JSON()
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(string(line), "\r\n") || !json.Valid(line) {
			t.Errorf("%q cannot stand in a header", line)
		}
		var back terrenov1.Position
		if err := protojson.Unmarshal(line, &back); err != nil || back.UserId != "u1" || back.Lat != f.Lat || back.RecordedAt.AsTime().UnixMilli() != f.RecordedAtMs {
			t.Errorf("read back %v, %v", &back, err)
		}
		lines = append(append(lines, line...), '\n')
	}
	golden(t, "client_json", lines)
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s\ngot  %s\nwant %s", path, got, want)
	}
}
