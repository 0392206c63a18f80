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

	"github.com/terreno/terreno/pkg/clientjson"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

var update = flag.Bool("update", false, "write the golden files")

// fixes are n fixes, a second apart, the first at an instant.
func fixes(from time.Time, n int) []track.Fix {
	list := make([]track.Fix, n)
	for i := range list {
		f := &list[i]
		f.RecordedAt, f.Activity = from.UnixMilli()+int64(i)*1000, "walking"
		f.SetPlace(-12+float64(i)/1e5, -77-float64(i)/1e5)
		f.SetAccuracyM(float64(i % 40))
		f.SetBattery(0.5)
		f.SetCharging(i%2 == 0)
	}
	return list
}

// day is a deterministic upload of n fixes, a second apart.
func day(n int) upload.Upload { return upload.Upload{DeviceID: "phone-1", Fixes: fixes(now, n)} }

func split(t *testing.T, u upload.Upload, tenant, user string, receivedAt time.Time) []upload.Message {
	t.Helper()
	u.Fixes = slices.Clone(u.Fixes)
	messages, err := u.Split(tenant, user, receivedAt)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

// carried is what a message carries.
func carried(t *testing.T, m upload.Message) (track.Head, []track.Fix) {
	t.Helper()
	head, fixes, err := track.Decode(nil, m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return head, fixes
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
	u := upload.Upload{DeviceID: "d", Fixes: []track.Fix{
		{RecordedAt: 3000, Lat: 1}, {RecordedAt: 1000, Lat: 2}, {RecordedAt: 3000, Lat: 3}, {RecordedAt: 2000, Lat: 4}, {RecordedAt: 3000, Lat: 5},
	}}
	messages := split(t, u, "acme", "u1", now)
	if len(messages) != 1 {
		t.Fatalf("%d messages, want 1", len(messages))
	}
	head, fixes := carried(t, messages[0])
	var lats []int32
	for _, f := range fixes {
		lats = append(lats, f.Lat)
		if f.ReceivedAt != now.UnixMilli() {
			t.Errorf("received at %d, want %d", f.ReceivedAt, now.UnixMilli())
		}
	}
	if !slices.Equal(lats, []int32{2, 4, 5}) {
		t.Errorf("fixes %v, want those of latitude 2, 4 and 5", lats)
	}
	if newest := messages[0].Newest; head.Device != "d" || newest == nil || *newest != fixes[2] {
		t.Errorf("head %+v, newest %+v", head, newest)
	}
}

func TestSplitPacksAtMost500(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]int{0: nil, 1: {1}, 500: {500}, 501: {500, 1}, 1234: {500, 500, 234}} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			if sizes := sizes(t, split(t, day(n), "acme", "u1", now)); !slices.Equal(sizes, want) {
				t.Errorf("sizes %v, want %v", sizes, want)
			}
		})
	}
}

// sizes are how many fixes each message carries. Only the last may have the newest.
func sizes(t *testing.T, messages []upload.Message) (list []int) {
	t.Helper()
	for i, m := range messages {
		_, fixes := carried(t, m)
		list = append(list, len(fixes))
		if last := i == len(messages)-1; (m.Newest != nil) != last {
			t.Errorf("message %d of %d: newest %v", i+1, len(messages), m.Newest)
		}
	}
	return list
}

// Readers look for a day's fixes only in tracks that begin on that day.
func TestNoMessageCrossesMidnight(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC)
	at := func(from time.Time, n int) []track.Fix { return fixes(from, n) }
	for name, c := range map[string]struct {
		fixes []track.Fix
		want  []int
	}{
		"before":        {at(midnight.Add(-10*time.Second), 10), []int{10}},
		"from midnight": {at(midnight, 10), []int{10}},
		"over it":       {at(midnight.Add(-10*time.Second), 30), []int{10, 20}},
		"a millisecond": {at(midnight.Add(-time.Millisecond), 2), []int{1, 1}},
		"more than 500": {at(midnight.Add(-600*time.Second), 1700), []int{500, 100, 500, 500, 100}},
		"three days":    {append(append(at(midnight.Add(-30*time.Hour), 2), at(midnight.Add(-5*time.Hour), 3)...), at(midnight.Add(5*time.Hour), 4)...), []int{2, 3, 4}},
		"before 1970":   {at(time.Unix(-3, 0), 6), []int{3, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			messages := split(t, upload.Upload{Fixes: c.fixes}, "acme", "u1", now)
			if got := sizes(t, messages); !slices.Equal(got, c.want) {
				t.Errorf("sizes %v, want %v", got, c.want)
			}
			for _, m := range messages {
				if head, _ := carried(t, m); track.Day(head.FirstMS) != track.Day(head.LastMS) {
					t.Errorf("a message from %d to %d", head.FirstMS, head.LastMS)
				}
			}
		})
	}
}

// A fix cannot be made so large by what a phone sends that a message outgrows the stream.
func TestSplitStaysBelowTheStreamsLimit(t *testing.T) {
	t.Parallel()
	positions := make([]string, 500)
	for i := range positions {
		far := i % 2 * 2
		positions[i] = fmt.Sprintf(`{"recorded_at":%q,"lat":%d,"lon":%d,"accuracy_m":%d,"altitude_m":%d,"speed_mps":%d,"bearing_deg":%d,
			"battery":%d,"charging":true,"activity":"%064d","mock":true}`, at(-time.Duration(i*i)*time.Second), 90*far-90, 180*far-180,
			20_000_000*far/2, 50_000*far, 500*far, 179*far, far/2, i)
	}
	u := decode(t, []byte(`{"device_id":"`+strings.Repeat("ñ", 64)+`",`+string(post(positions...)[1:])))
	if len(u.Fixes) != 500 || len(u.Dropped) != 0 {
		t.Fatalf("accepted %d, dropped %v", len(u.Fixes), u.Dropped)
	}
	total := 0
	for _, m := range split(t, u, "acme", "u1", now) {
		if len(m.Body) > 128<<10 {
			t.Errorf("a body of %d bytes", len(m.Body))
		}
		_, fixes := carried(t, m)
		total += len(fixes)
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
	for _, f := range []track.Fix{full.Fixes[0], {RecordedAt: now.UnixMilli(), Lat: 15_000_000, Lon: 0}} {
		f.ReceivedAt = now.Add(250*time.Millisecond + 999).UnixMilli()
		line, err := clientjson.PositionOf("u1", full.DeviceID, &f).JSON()
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(string(line), "\r\n") || !json.Valid(line) {
			t.Errorf("%q cannot stand in a header", line)
		}
		var back terrenov1.Position
		if err := protojson.Unmarshal(line, &back); err != nil || back.UserId != "u1" || back.Lat != float64(f.Lat)/1e7 || back.RecordedAt.AsTime().UnixMilli() != f.RecordedAt {
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
