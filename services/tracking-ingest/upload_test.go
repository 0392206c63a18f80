package trackingingest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestAPositionGoesFromPhoneToStorageAndSocket(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.start(t)
	sockets := w.relayed(t)
	full := position{
		"recorded_at": "2026-03-08T06:59:59.250-05:00", "lat": 0, "lon": -77.0428, "accuracy_m": 4.7, "altitude_m": -3, "speed_mps": 1.1,
		"bearing_deg": 271.5, "battery": 0.42, "charging": true, "activity": "walking", "mock": false, "unknown": []int{1},
	}
	ana := worker("acme", "ana", "norte")
	w.accept(t, ana, upload("Moto <G> ñ", at(noon.Add(-time.Hour)), full, at(noon.Add(-2*time.Hour))), 3, 0)
	heard, err := sockets.NextMsgWithContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.settled(t)
	a := w.get(t, ana, "/v1/positions/latest")
	var list struct{ Positions []json.RawMessage }
	if err := json.Unmarshal([]byte(a.Text), &list); err != nil || len(list.Positions) != 1 {
		t.Fatalf("latest %d %s", a.Status, a.Text)
	}
	// A client that knows a position from a socket recognises it in a list: the text is the same.
	if got, want := string(list.Positions[0]), heard.Header.Get(audience.DataHeader); got != want || !strings.Contains(got, `"recorded_at":"2026-03-08T11:59:59.250Z"`) {
		t.Errorf("latest %s\nsocket %s", got, want)
	}
	a = w.get(t, ana, "/v1/users/ana/positions?from=2026-03-08T00:00:00Z&to=2026-03-09T00:00:00Z")
	if err := json.Unmarshal([]byte(a.Text), &list); err != nil || len(list.Positions) != 3 || string(list.Positions[2]) != heard.Header.Get(audience.DataHeader) {
		t.Errorf("playback %d %s", a.Status, a.Text)
	}
}

func TestABadPositionIsRejectedAloneAndSaysWhy(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	body := `{"device_id":"d","positions":[
		{"recorded_at":"2026-03-08T11:00:00Z","lat":-12,"lon":-77,"accuracy_m":Infinity},
		{"recorded_at":"2026-03-08T11:00:01Z","lat":NaN,"lon":-77},
		{"recorded_at":"2026-03-08T11:00:02Z","lat":-91,"lon":-77},
		{"recorded_at":1772978400,"lat":-12,"lon":-77},
		{"recorded_at":"2026-03-08T12:02:01Z","lat":-12,"lon":-77},
		{"recorded_at":"2026-02-26T11:59:59Z","lat":-12,"lon":-77},
		{"recorded_at":"2026-03-08T11:00:03Z","lat":0,"lon":0},
		"position",
		{"recorded_at":"2026-03-08T11:00:04Z","lat":-12,"lon":-77}]}`
	a := w.post(t, worker("acme", "ana"), []byte(body))
	const want = `{"accepted":2,"rejected":[` +
		`{"index":1,"code":"coordinates_not_a_number","detail":"lat is not a number"},` +
		`{"index":2,"code":"coordinates_out_of_range","detail":"lat is outside -90 to 90"},` +
		`{"index":3,"code":"field_invalid","detail":"recorded_at must be text: an RFC 3339 instant such as 2026-03-08T14:05:09.250Z"},` +
		`{"index":4,"code":"recorded_at_in_future","detail":"recorded_at is 2 minutes ahead: the device's clock is wrong"},` +
		`{"index":5,"code":"recorded_at_too_old","detail":"recorded_at is more than 10 days ago: positions that old are not kept"},` +
		`{"index":6,"code":"coordinates_null_island","detail":"lat and lon are 0, or within 100 m of it: the device had no fix"},` +
		`{"index":7,"code":"field_invalid","detail":"a position must be an object"}]}`
	if got := strings.TrimSpace(a.Text); a.Status != http.StatusAccepted || got != want {
		t.Errorf("answer %d\ngot  %s\nwant %s", a.Status, got, want)
	}
	a = w.post(t, worker("acme", "ana"), []byte(`{"positions":[{"lat":1}]}`))
	if got := strings.TrimSpace(a.Text); a.Status != http.StatusAccepted || !strings.HasPrefix(got, `{"accepted":0,"rejected":[{"index":0`) {
		t.Errorf("all rejected: %d %s, want 202 so that the phone drops them", a.Status, got)
	}
	a = w.post(t, worker("acme", "ana"), upload("d", at(noon)))
	if got := strings.TrimSpace(a.Text); got != `{"accepted":1,"rejected":[]}` {
		t.Errorf("none rejected: %s", got)
	}
	if n := natstest.Stored(t, w.nats.Admin(t), stream.Tracking); n != 2 {
		t.Errorf("%d messages stored, want 2", n)
	}
}

// A track is the same upload in another form: the same answers, the same messages, and compressed as JSON is.
func TestATrackIsAnUpload(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.start(t)
	ana := worker("acme", "ana", "norte")
	day := walk(noon, 20)
	w.accept(t, ana, upload("d", day...), 20, 0)
	body := columns("d", day...)
	// No field of a track names its user. What looks like one is passed over.
	disguised := append(protowire.AppendString(protowire.AppendTag(slices.Clone(body), 99, protowire.BytesType), "eva"), 0x98, 0x06, 1)
	for name, c := range map[string]struct {
		body   []byte
		header []string
	}{
		"plain":             {body, asTrack},
		"gzip":              {zipped(body), append([]string{"Content-Encoding", "gzip"}, asTrack...)},
		"another case":      {body, []string{"Content-Type", "Application/X-Protobuf; proto=terreno.v1.Track"}},
		"with unknown data": {disguised, asTrack},
	} {
		if a := w.post(t, ana, c.body, c.header...); a.Status != http.StatusAccepted || strings.TrimSpace(a.Text) != `{"accepted":20,"rejected":[]}` {
			t.Errorf("%s: %d %s", name, a.Status, a.Text)
		}
	}
	w.settled(t)
	if n := natstest.Stored(t, w.nats.Admin(t), stream.Tracking); n != 1 {
		t.Errorf("%d messages stored, want the one of the JSON: its repeats have its id", n)
	}
	stored := trackingtest.Positions(t, w.admin, "")
	if len(stored) != 20 || stored[0].UserID != "ana" || !stored[0].ReceivedAt.Time().Equal(noon) {
		t.Errorf("stored %+v", stored)
	}
	far := at(noon.Add(3 * time.Minute))
	island := position{"recorded_at": "2026-03-08T11:00:00Z", "lat": 0.0, "lon": 0.0}
	a := w.post(t, ana, columns("d", at(noon.Add(-11*24*time.Hour)), island, at(noon), far), asTrack...)
	const want = `{"accepted":1,"rejected":[` +
		`{"index":0,"code":"recorded_at_too_old","detail":"recorded_at is more than 10 days ago: positions that old are not kept"},` +
		`{"index":1,"code":"coordinates_null_island","detail":"lat and lon are 0, or within 100 m of it: the device had no fix"},` +
		`{"index":3,"code":"recorded_at_in_future","detail":"recorded_at is 3 minutes ahead: the device's clock is wrong"}]}`
	if got := strings.TrimSpace(a.Text); a.Status != http.StatusAccepted || got != want {
		t.Errorf("answer %d\ngot  %s\nwant %s", a.Status, got, want)
	}
}

func TestABadUploadIsRefusedWhole(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	ana := worker("acme", "ana")
	good := upload("d", at(noon))
	for name, c := range map[string]struct {
		body   []byte
		header []string
		status int
		code   string
	}{
		"no body":          {nil, nil, 400, "body_empty"},
		"spaces":           {[]byte("  "), nil, 400, "body_empty"},
		"no JSON":          {[]byte("lat=1"), nil, 400, "json_invalid"},
		"cut short":        {good[:len(good)-3], nil, 400, "json_invalid"},
		"no positions":     {[]byte(`{}`), nil, 400, "batch_empty"},
		"empty list":       {[]byte(`{"positions":[]}`), nil, 400, "batch_empty"},
		"device":           {upload("a\x00b", at(noon)), nil, 400, "device_id_invalid"},
		"another user":     {[]byte(`{"user_id":"eva","positions":[{}]}`), nil, 403, "other_user"},
		"10,001 positions": {upload("d", walk(noon, 10_001)...), nil, 413, "too_many_positions"},
		"too large":        {bytes.Repeat([]byte(" "), 5<<20+1), nil, 413, "body_too_large"},
		"no gzip":          {good, []string{"Content-Encoding", "gzip"}, 400, "gzip_invalid"},
		"broken gzip":      {zipped(good)[:40], []string{"Content-Encoding", "gzip"}, 400, "gzip_invalid"},
		"exploding gzip":   {bytes.Repeat(zipped(make([]byte, 1<<20)), 200), []string{"Content-Encoding", "gzip"}, 413, "body_too_large"},
		"a track as JSON":  {columns("d", at(noon)), nil, 400, "json_invalid"},
		"JSON as a track":  {good, asTrack, 400, "track_invalid"},
		"a track, cut":     {columns("d", walk(noon, 3)...)[:15], asTrack, 400, "track_invalid"},
		"10,001 as track":  {columns("d", walk(noon, 10_001)...), asTrack, 413, "too_many_positions"},
		"brotli":           {good, []string{"Content-Encoding", "br"}, 415, "content_encoding_unsupported"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.post(t, ana, c.body, c.header...).Is(t, c.status, c.code)
			if c.code == "too_many_positions" && !strings.Contains(a.Text, "10000") {
				t.Errorf("%s does not say the limit", a.Text)
			}
		})
	}
	if n := natstest.Stored(t, w.nats.Admin(t), stream.Tracking); n != 0 {
		t.Errorf("%d messages stored", n)
	}
}

func TestAHundredMegabytesAreNotRead(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	// The answer is there before the rest is sent.
	for name, sent := range map[string]string{
		"announced":    "Content-Length: 104857600\r\n\r\n\x00",
		"in one piece": "Transfer-Encoding: chunked\r\n\r\n6400000\r\n" + strings.Repeat("\x00", 5<<20+1),
	} {
		t.Run(name, func(t *testing.T) {
			c := w.raw(t, "POST /v1/positions", w.issuer.Token(t, worker("acme", "ana")), sent)
			answered(t, c).Is(t, http.StatusRequestEntityTooLarge, "body_too_large")
		})
	}
}

func TestWhoMayPost(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	for role, status := range map[string]int{
		audience.RoleColaborador: 202, audience.RoleSupervisor: 202, audience.RoleAdmin: 202, audience.RolePlatformAdmin: 403,
	} {
		who := claims("acme", "ana", role)
		if role == audience.RolePlatformAdmin {
			who.Company = ""
		}
		if a := w.post(t, who, upload(role, at(noon))); a.Status != status {
			t.Errorf("%s: %d %s, want %d", role, a.Status, a.Text, status)
		}
	}
	for name, token := range w.issuer.Bad(t, worker("acme", "ana")) {
		a := w.send(t, http.MethodPost, "/v1/positions", token, upload("d", at(noon)))
		if a.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", name, a.Status, a.Text)
		}
	}
	w.send(t, http.MethodPost, "/v1/positions", "", nil).Is(t, http.StatusUnauthorized, "token_missing")
	if n := natstest.Stored(t, w.nats.Admin(t), stream.Tracking); n != 3 {
		t.Errorf("%d messages stored, want 3", n)
	}
}

func TestRepeatedDisorderedLateAndCompressedUploadsAreStoredOnce(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.start(t)
	day := walk(noon, 1500)
	late := walk(noon.Add(-9*24*time.Hour), 300)
	ana := worker("acme", "ana")
	w.accept(t, ana, upload("d", day[700:]...), 800, 0)
	for range 2 {
		if a := w.post(t, ana, zipped(upload("d", day[:900]...)), "Content-Encoding", "gzip"); a.Status != http.StatusAccepted {
			t.Fatalf("%d %s", a.Status, a.Text)
		}
	}
	shuffled := append(append([]position{}, day[800:1200]...), day[100:500]...)
	w.accept(t, ana, upload("d", append(shuffled, day[100])...), 801, 0)
	w.clock.Advance(time.Hour)
	w.accept(t, ana, upload("d", late...), 300, 0)
	w.accept(t, ana, upload("tablet", day[:10]...), 10, 0)
	w.settled(t)
	if n := trackingtest.Count(t, w.admin, ""); n != 1810 {
		t.Errorf("%d positions, want 1810", n)
	}
	if n := pgtest.Count(t, w.admin, "tracking.latest_position WHERE recorded_at = '2026-03-08T12:00Z'"); n != 1 {
		t.Error("late positions moved the latest one back")
	}
	// What came twice keeps the instant at which it was received first.
	atNoon := 0
	for _, p := range trackingtest.Positions(t, w.admin, "") {
		if p.ReceivedAt.Time().Equal(noon) {
			atNoon++
		}
	}
	if atNoon != 1500 {
		t.Errorf("%d positions were received at noon, want 1500", atNoon)
	}
}

func TestAFullStreamAnswers503UntilItIsPurged(t *testing.T) {
	t.Parallel()
	w := setup(t, limits(), natstest.WithMaxBytes(stream.Tracking, 128<<10))
	ana := worker("acme", "ana")
	accepted := 0
	var refused answer
	for i := 0; ; i++ {
		refused = w.post(t, ana, upload("d"+strconv.Itoa(i), walk(noon, 400)...))
		if refused.Status != http.StatusAccepted {
			break
		}
		accepted += 400
	}
	refused.Is(t, http.StatusServiceUnavailable, "tracking_unavailable")
	if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait < 30 || wait > 45 {
		t.Errorf("Retry-After %q, want 30 to 45 s", refused.Header.Get("Retry-After"))
	}
	if accepted == 0 {
		t.Fatal("nothing was accepted before")
	}
	w.start(t, "writer")
	w.settled(t)
	w.evaluated(t)
	admin := w.nats.Admin(t)
	full := natstest.Stored(t, admin, stream.Tracking)
	w.start(t, "purge")
	apptest.Until(t, func() bool { return natstest.Stored(t, admin, stream.Tracking) < full/2 })
	w.accept(t, ana, upload("again", walk(noon, 400)...), 400, 0)
	w.settled(t)
	// Of the refused upload a part may have been stored, never of an accepted one.
	if n := trackingtest.Count(t, w.admin, ""); n != accepted+400 {
		t.Errorf("%d positions, want the %d that were accepted", n, accepted+400)
	}
}

// A stream that is more than half full slows the company that sends most, before it is full for everybody.
func TestAStreamThatFillsUpSlowsWhoSendsMost(t *testing.T) {
	t.Parallel()
	w := setup(t, limits(), natstest.WithMaxBytes(stream.Tracking, 4<<20))
	w.start(t, "intake")
	ana, bea := worker("acme", "ana"), worker("globex", "bea")
	to, err := subject.New("acme", "tracking", "ubicacion", "ana")
	if err != nil {
		t.Fatal(err)
	}
	b := w.nats.Bus(t, "tracking-ingest")
	for n := range 15 {
		m := bus.Message{Subject: to, ID: "acme-fill-" + strconv.Itoa(n), Data: make([]byte, 200<<10)}
		if _, err := b.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	many := upload("d", walk(noon, 1000)...) // the same again and again: the stream takes it once
	var refused answer
	apptest.Until(t, func() bool {
		refused = w.post(t, ana, many)
		return refused.Status != http.StatusAccepted
	})
	refused.Is(t, http.StatusServiceUnavailable, "tracking_unavailable")
	if wait, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || wait < 15 || wait > 23 {
		t.Errorf("Retry-After %q, want 15 to 23 s", refused.Header.Get("Retry-After"))
	}
	w.accept(t, bea, upload("d", at(noon)), 1, 0)
}
