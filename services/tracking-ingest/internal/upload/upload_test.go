package upload_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

var now = time.Date(2026, 3, 8, 14, 0, 0, 0, time.UTC)

func rules() upload.Rules {
	return upload.Rules{User: "u1", Now: now, Retention: 90 * 24 * time.Hour}
}

// at is an instant so long after now.
func at(d time.Duration) string { return now.Add(d).Format(time.RFC3339Nano) }

// post is the body of an upload of these positions.
func post(positions ...string) []byte {
	return []byte(`{"positions":[` + strings.Join(positions, ",") + `]}`)
}

// good is a position without faults, recorded so long before now.
func good(ago time.Duration) string {
	return fmt.Sprintf(`{"recorded_at":%q,"lat":-12.0464,"lon":-77.0428}`, at(-ago))
}

func decode(t *testing.T, body []byte) upload.Upload {
	t.Helper()
	u, err := upload.Decode(body, rules())
	if err != nil {
		t.Fatalf("decode %.200s: %v", body, err)
	}
	return u
}

func TestDecodeReadsEveryField(t *testing.T) {
	t.Parallel()
	u := decode(t, []byte(`{"device_id":"Moto G (azul) ñ","user_id":"u1","app":{"version":[1,2]},"positions":[{
		"recorded_at":"2026-03-08T08:59:30.1239-05:00","lat":-12.0464,"lon":-77.0428,"accuracy_m":4.5,"altitude_m":-3,
		"speed_mps":1.25,"bearing_deg":360,"battery":0.87,"charging":false,"activity":" in_vehicle ","mock":true,"odometer":77}]}`))
	if len(u.Fixes) != 1 || len(u.Rejected) != 0 || len(u.Dropped) != 0 || u.DeviceID != "Moto G (azul) ñ" {
		t.Fatalf("decoded %+v", u)
	}
	f := u.Fixes[0]
	want := track.Fix{
		RecordedAt: time.Date(2026, 3, 8, 13, 59, 30, 123e6, time.UTC).UnixMilli(), Lat: -120464000, Lon: -770428000, Accuracy: 45, Altitude: -30,
		Speed: 125, Bearing: 0, Battery: 87, Activity: "in_vehicle",
		Flags: track.HasAccuracy | track.HasAltitude | track.HasSpeed | track.HasBearing | track.HasBattery | track.HasCharging | track.Mock,
	}
	if f != want {
		t.Errorf("fix  %+v\nwant %+v", f, want)
	}
}

func TestDecodeLeavesAbsentWhatWasNotReported(t *testing.T) {
	t.Parallel()
	u := decode(t, post(fmt.Sprintf(`{"recorded_at":%q,"lat":0,"lon":-77,"accuracy_m":null,"charging":null,"activity":null,"mock":null}`, at(0))))
	if len(u.Fixes) != 1 || len(u.Dropped) != 0 {
		t.Fatalf("decoded %+v", u)
	}
	if f := u.Fixes[0]; f != (track.Fix{RecordedAt: now.UnixMilli(), Lon: -770000000}) {
		t.Errorf("fix %+v holds what was not reported", f)
	}
}

func TestDecodeRejectsTheFixAndKeepsTheOthers(t *testing.T) {
	t.Parallel()
	fix := func(recordedAt, lat, lon string) string {
		return fmt.Sprintf(`{"recorded_at":%s,"lat":%s,"lon":%s}`, recordedAt, lat, lon)
	}
	instant := fmt.Sprintf("%q", at(0))
	for name, c := range map[string]struct{ position, code, names string }{
		"no lat":               {fmt.Sprintf(`{"recorded_at":%s,"lon":1}`, instant), upload.CodeCoordinatesMissing, "lat"},
		"null lon":             {fix(instant, "1", "null"), upload.CodeCoordinatesMissing, "lon"},
		"lat too large":        {fix(instant, "90.0001", "1"), upload.CodeCoordinatesOutOfRange, "lat"},
		"lon too small":        {fix(instant, "1", "-180.0001"), upload.CodeCoordinatesOutOfRange, "lon"},
		"lat overflows":        {fix(instant, "1e999", "1"), upload.CodeCoordinatesOutOfRange, "lat"},
		"bare NaN":             {fix(instant, "NaN", "1"), upload.CodeCoordinatesNotANumber, "lat"},
		"bare nan of printf":   {fix(instant, "1", "-nan"), upload.CodeCoordinatesNotANumber, "lon"},
		"bare Infinity":        {fix(instant, "1", "-Infinity"), upload.CodeCoordinatesNotANumber, "lon"},
		"NaN as text":          {fix(instant, `"NaN"`, "1"), upload.CodeCoordinatesNotANumber, "lat"},
		"null island":          {fix(instant, "0", "-0.0"), upload.CodeCoordinatesNullIsland, "lat"},
		"near null island":     {fix(instant, "0.0006", "-0.0006"), upload.CodeCoordinatesNullIsland, "100 m"},
		"one-digit hour":       {fix(`"2026-03-08T9:00:00Z"`, "1", "1"), upload.CodeRecordedAtInvalid, "two digits"},
		"comma":                {fix(`"2026-03-08T13:00:00,5Z"`, "1", "1"), upload.CodeRecordedAtInvalid, "write a point"},
		"offset of a day":      {fix(`"2026-03-08T13:00:00+24:00"`, "1", "1"), upload.CodeRecordedAtInvalid, "offset"},
		"lat as text":          {fix(instant, `"4.65"`, "1"), upload.CodeFieldInvalid, "lat"},
		"lon as object":        {fix(instant, "1", `{"deg":[1]}`), upload.CodeFieldInvalid, "lon"},
		"lat as bool":          {fix(instant, "true", "1"), upload.CodeFieldInvalid, "lat"},
		"no time":              {`{"lat":1,"lon":1}`, upload.CodeRecordedAtMissing, "recorded_at"},
		"time null":            {fix("null", "1", "1"), upload.CodeRecordedAtMissing, "recorded_at"},
		"time as number":       {fix("1772978400", "1", "1"), upload.CodeFieldInvalid, "recorded_at"},
		"time as list":         {fix("[1]", "1", "1"), upload.CodeFieldInvalid, "recorded_at"},
		"time without zone":    {fix(`"2026-03-08T14:00:00"`, "1", "1"), upload.CodeRecordedAtInvalid, "recorded_at"},
		"time in words":        {fix(`"ayer"`, "1", "1"), upload.CodeRecordedAtInvalid, "recorded_at"},
		"time empty":           {fix(`""`, "1", "1"), upload.CodeRecordedAtInvalid, "recorded_at"},
		"time beyond calendar": {fix(`"2026-02-30T14:00:00Z"`, "1", "1"), upload.CodeRecordedAtInvalid, "recorded_at"},
		"ahead":                {fix(fmt.Sprintf("%q", at(2*time.Minute+time.Millisecond)), "1", "1"), upload.CodeRecordedAtInFuture, "2 minutes"},
		"far ahead":            {fix(`"9999-12-31T23:59:59Z"`, "1", "1"), upload.CodeRecordedAtInFuture, "recorded_at"},
		"before retention":     {fix(fmt.Sprintf("%q", at(-90*24*time.Hour-time.Millisecond)), "1", "1"), upload.CodeRecordedAtTooOld, "90 days"},
		"year one":             {fix(`"0001-01-01T00:00:00Z"`, "1", "1"), upload.CodeRecordedAtTooOld, "recorded_at"},
		"a number":             {`5`, upload.CodeFieldInvalid, "object"},
		"a list":               {`[{}]`, upload.CodeFieldInvalid, "object"},
		"text":                 {`"x"`, upload.CodeFieldInvalid, "object"},
		"null":                 {`null`, upload.CodeCoordinatesMissing, "lat"},
		"nothing in it":        {`{}`, upload.CodeCoordinatesMissing, "lat"},
		"lat twice":            {fmt.Sprintf(`{"recorded_at":%s,"lat":1,"lon":1,"lat":2}`, instant), upload.CodeMemberRepeated, "positions[1].lat"},
		"lat in capitals":      {fmt.Sprintf(`{"recorded_at":%s,"LAT":1,"lon":1}`, instant), upload.CodeMemberCaseDiffers, "positions[1].lat"},
		"lat twice, NaN":       {fmt.Sprintf(`{"recorded_at":%s,"lat":NaN,"Lat":1,"lon":1}`, instant), upload.CodeMemberCaseDiffers, "positions[1].lat"},
		"activity not UTF-8":   {fmt.Sprintf("{\"recorded_at\":%s,\"lat\":1,\"lon\":1,\"activity\":\"a\xff\"}", instant), upload.CodeTextNotUnicode, "positions[1].activity"},
		"half a surrogate":     {fmt.Sprintf(`{"recorded_at":%s,"lat":1,"lon":1,"x":{"y":"\udfff"}}`, instant), upload.CodeTextNotUnicode, "positions[1].x.y"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := decode(t, post(good(time.Minute), c.position, good(time.Second)))
			if len(u.Fixes) != 2 || len(u.Rejected) != 1 {
				t.Fatalf("accepted %d and rejected %d of 3, want 2 and 1: %+v", len(u.Fixes), len(u.Rejected), u.Rejected)
			}
			if r := u.Rejected[0]; r.Index != 1 || r.Code != c.code || !strings.Contains(r.Detail, c.names) {
				t.Errorf("rejection %+v, want %s at 1 that names %s", r, c.code, c.names)
			}
		})
	}
}

func TestDecodeAcceptsTheBorders(t *testing.T) {
	t.Parallel()
	fix := func(d time.Duration, lat, lon string) string {
		return fmt.Sprintf(`{"recorded_at":%q,"lat":%s,"lon":%s}`, at(d), lat, lon)
	}
	u := decode(t, post(
		fix(2*time.Minute, "90", "180"), fix(-90*24*time.Hour, "-90", "-180"), fix(0, "0", "0.0009"), fix(0, "4E1", "0"),
		`{"recorded_at":"`+at(0)+`","lat":1,"lon":1,"extras":{"a":1,"A":2,"a":3},"x":1,"x":2}`,
		`{"recorded_at":"2026-03-08t14:00:00z","lat":1,"lon":1}`,
		`{"recorded_at":"2026\u002d03-08T14:00:00+00:00","lat":1,"lon":1}`,
	))
	if len(u.Fixes) != 7 {
		t.Errorf("rejected %+v", u.Rejected)
	}
}

func TestDecodeDropsABadOptionalFieldAndKeepsTheFix(t *testing.T) {
	t.Parallel()
	for field, values := range map[string][]string{
		"altitude_m":  {"1e30", "-12001", "{}", `""`, `"high"`, `"1,5"`},
		"speed_mps":   {"-1", "1001", "true", `"-1"`, `"0x10"`, `"1_0"`, `"NaN"`},
		"bearing_deg": {"-1", "360.5", `"N"`, `"360.5"`},
		"battery":     {"-1", "87", `"87%"`, "NaN", `"1e400"`},
		"charging":    {"2", `"on battery"`, "{}", `""`, "NaN", `"1e400"`},
		"activity":    {"3", `"a\u0000b"`, `"` + strings.Repeat("x", 65) + `"`, `"tab\there"`, "{}"},
	} {
		for _, value := range values {
			t.Run(field+"="+value, func(t *testing.T) {
				t.Parallel()
				u := decode(t, post(fmt.Sprintf(`{"recorded_at":%q,"lat":1,"lon":1,%q:%s}`, at(0), field, value)))
				if len(u.Fixes) != 1 || len(u.Dropped) != 1 || u.Dropped[field] != 1 {
					t.Fatalf("decoded %+v, want one fix without %s", u, field)
				}
				if f := u.Fixes[0]; f != (track.Fix{RecordedAt: now.UnixMilli(), Lat: 10_000_000, Lon: 10_000_000}) {
					t.Errorf("fix %+v", f)
				}
			})
		}
	}
}

// with decodes a fix that has one optional field.
func with(t *testing.T, field, value string) (track.Fix, int) {
	t.Helper()
	u := decode(t, post(fmt.Sprintf(`{"recorded_at":%q,"lat":1,"lon":1,%q:%s}`, at(0), field, value)))
	if len(u.Fixes) != 1 {
		t.Fatalf("%s %s: decoded %+v, want one fix", field, value, u)
	}
	return u.Fixes[0], u.Dropped[field]
}

// A fix without an accuracy counts as one of 25 m. One whose accuracy is nonsense must not count as that.
func TestAnAccuracyThatCannotBeReadIsTheWorst(t *testing.T) {
	t.Parallel()
	for _, value := range []string{
		"-1", "-0.001", "20000001", "1e400", "-1e400", "NaN", "Infinity", "-inf", "true", "false", "{}", "[]", "[5]", `{"m":5}`,
		`""`, `" "`, `"abc"`, `"NaN"`, `"-Infinity"`, `"-1"`, `"20000001"`, `"1e400"`, `"12,5"`, `"12.5 m"`, `"0x1p4"`, `"1_0"`, `"null"`,
		`"\u0031"`, `"` + strings.Repeat("1", 400) + `"`, `"--1"`, `"1e"`,
	} {
		if f, dropped := with(t, "accuracy_m", value); f.Flags != track.AccuracyUnusable || seen(f) != `"accuracy_m":20000000` || dropped != 1 {
			t.Errorf("%s: fix %+v, counted %d times, want the worst accuracy and once", value, f, dropped)
		}
	}
	for value, want := range map[string]uint32{
		"0": 0, "12.5": 125, `"12.5"`: 125, `" 12.5 "`: 125, `"1.25e1"`: 125, `"+5"`: 50, "20000000": 2e8, "1e-400": 0, "-0": 0,
		"0.04": 0, "0.05": 1, "12.349999": 123, "19999999.96": 2e8,
	} {
		if f, dropped := with(t, "accuracy_m", value); f.Flags != track.HasAccuracy || f.Accuracy != want || dropped != 0 {
			t.Errorf("%s: fix %+v, counted %d times, want %d", value, f, dropped, want)
		}
	}
	if f, _ := with(t, "accuracy_m", "null"); f.Flags != 0 || seen(f) != "" {
		t.Errorf("null: fix %+v, want no accuracy", f)
	}
}

// seen is the accuracy as clients read it.
func seen(f track.Fix) string {
	line, _ := clientjson.PositionOf("u1", "d", &f).JSON()
	return regexp.MustCompile(`"accuracy_m":[^,]*`).FindString(string(line))
}

func TestMockIsFalseOnlyWhenItSaysSo(t *testing.T) {
	t.Parallel()
	const no, yes, unreadable = track.Flags(0), track.Mock, track.Mock | track.MockUnreadable
	for value, want := range map[string]track.Flags{
		"null": no, "false": no, "0": no, "0.0": no, `"false"`: no, `"False"`: no, `"0"`: no, `" no "`: no,
		"true": yes, "1": yes, `"true"`: yes, `"TRUE"`: yes, `"1"`: yes, `"yes"`: yes,
		`""`: unreadable, `"maybe"`: unreadable, "2": unreadable, "-1": unreadable,
		"NaN": unreadable, "1e400": unreadable, "{}": unreadable, "[]": unreadable, "[false]": unreadable, `"null"`: unreadable,
	} {
		f, dropped := with(t, "mock", value)
		if f.Flags != want || clientjson.PositionOf("u1", "d", &f).Mock != (want != no) || (dropped == 1) != (want == unreadable) {
			t.Errorf("%s: flags %b, want %b; counted %d times", value, f.Flags, want, dropped)
		}
	}
}

func TestDecodeReadsNumbersAndFlagsThatAreText(t *testing.T) {
	t.Parallel()
	u := decode(t, post(fmt.Sprintf(`{"recorded_at":%q,"lat":1,"lon":1,"altitude_m":"-3.5","speed_mps":"1.25","bearing_deg":"360","battery":"0.5","charging":"yes"}`, at(0))))
	if len(u.Fixes) != 1 || len(u.Dropped) != 0 {
		t.Fatalf("decoded %+v", u)
	}
	want := track.Fix{
		RecordedAt: now.UnixMilli(), Lat: 10_000_000, Lon: 10_000_000, Altitude: -35, Speed: 125, Battery: 50,
		Flags: track.HasAltitude | track.HasSpeed | track.HasBearing | track.HasBattery | track.HasCharging | track.Charging,
	}
	if f := u.Fixes[0]; f != want {
		t.Errorf("fix %+v, want %+v", f, want)
	}
	for value, want := range map[string]bool{"1": true, `"true"`: true, `"0"`: false, "0": false} {
		if f, _ := with(t, "charging", value); !f.Has(track.HasCharging) || f.Has(track.Charging) != want {
			t.Errorf("charging %s: %b, want %v", value, f.Flags, want)
		}
	}
}

func TestDecodeRefusesTheUploadWhole(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, code, names string }{
		"empty":                            {"", upload.CodeBodyEmpty, "no body"},
		"spaces":                           {" \r\n\t", upload.CodeBodyEmpty, "no body"},
		"not JSON":                         {"lat=1&lon=2", upload.CodeJSONInvalid, "object"},
		"a list":                           {`[{"lat":1}]`, upload.CodeJSONInvalid, "object"},
		"null":                             {`null`, upload.CodeJSONInvalid, "object"},
		"cut short":                        {`{"positions":[{"lat":1`, upload.CodeJSONInvalid, "byte"},
		"two values":                       {`{"positions":[]} {}`, upload.CodeJSONInvalid, "byte"},
		"NaN and cut short":                {`{"positions":[{"lat":NaN`, upload.CodeJSONInvalid, "byte"},
		"a word":                           {`{"positions":[{"lat":NaNa}]}`, upload.CodeJSONInvalid, "byte"},
		"too deep":                         {`{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`, upload.CodeJSONInvalid, "depth"},
		"positions an object":              {`{"positions":{"0":{}}}`, upload.CodeJSONInvalid, "list"},
		"no positions":                     {`{}`, upload.CodeBatchEmpty, "missing"},
		"positions null":                   {`{"positions":null}`, upload.CodeBatchEmpty, "missing"},
		"none":                             {`{"positions":[ ]}`, upload.CodeBatchEmpty, "empty"},
		"too many":                         {string(post(strings.Split(strings.Repeat("{},", upload.MaxPositions)+"{}", ",")...)), upload.CodeTooManyPositions, "10000"},
		"device as number":                 {`{"device_id":5,"positions":[{}]}`, upload.CodeDeviceIDInvalid, "text"},
		"device too long":                  {`{"device_id":"` + strings.Repeat("ñ", 65) + `","positions":[{}]}`, upload.CodeDeviceIDInvalid, "64"},
		"device with NUL":                  {`{"device_id":"a\u0000","positions":[{}]}`, upload.CodeDeviceIDInvalid, "Character 2 of the device_id is the control character U+0000"},
		"device with newline":              {`{"device_id":"a\nb","positions":[{}]}`, upload.CodeDeviceIDInvalid, "U+000A"},
		"device with C1":                   {`{"device_id":"ñ\u0085","positions":[{}]}`, upload.CodeDeviceIDInvalid, "Character 2 of the device_id is the control character U+0085"},
		"device not UTF-8":                 {"{\"device_id\":\"a\xff\",\"positions\":[{}]}", upload.CodeTextNotUnicode, "device_id"},
		"device, a surrogate":              {`{"device_id":"a\ud800","positions":[{}]}`, upload.CodeTextNotUnicode, "device_id"},
		"elsewhere not UTF-8":              {"{\"app\":[\"\xff\"],\"positions\":[{}]}", upload.CodeTextNotUnicode, "app[0]"},
		"device twice":                     {`{"device_id":"a","device_id":"b","positions":[{}]}`, upload.CodeMemberRepeated, "device_id"},
		"positions twice":                  {`{"positions":[{}],"positions":[{}]}`, upload.CodeMemberRepeated, "positions"},
		"another case":                     {`{"positions":[{}],"Device_ID":"b"}`, upload.CodeMemberCaseDiffers, "device_id"},
		"positions in capitals, fixes bad": {`{"POSITIONS":[{"lat":1,"lat":2}]}`, upload.CodeMemberCaseDiffers, "positions"},
		"twice and NaN":                    {`{"positions":[{"lat":NaN}],"user_id":"u1","user_id":"u1"}`, upload.CodeMemberRepeated, "user_id"},
		"another user":                     {`{"user_id":"u2","positions":[{}]}`, upload.CodeOtherUser, "user_id"},
		"user as number":                   {`{"user_id":1,"positions":[{}]}`, upload.CodeOtherUser, "user_id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u, err := upload.Decode([]byte(c.body), rules())
			var refused *upload.Error
			if !errors.As(err, &refused) || refused.Code != c.code || !strings.Contains(refused.Detail, c.names) {
				t.Fatalf("decoded %+v, error %v, want %s that says %s", u, err, c.code, c.names)
			}
		})
	}
}

// What a phone is called is its maker's and its owner's business.
func TestDecodeTakesAnyDeviceIDWithoutControls(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"Ana\u00a0María \u200d👩\u200d🔧", "\u202eabc", "\u2028", "\ue000", " a ", "\U0010ffff", "\ufffd", strings.Repeat("ñ", 64)} {
		raw, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		if u := decode(t, []byte(`{"device_id":`+string(raw)+`,"positions":[`+good(0)+`]}`)); u.DeviceID != id || len(u.Fixes) != 1 {
			t.Errorf("device %q became %q", id, u.DeviceID)
		}
	}
}

func TestDecodeTakesTheWholeLimit(t *testing.T) {
	t.Parallel()
	positions := make([]string, upload.MaxPositions)
	for i := range positions {
		positions[i] = good(time.Duration(i) * time.Second)
	}
	if u := decode(t, post(positions...)); len(u.Fixes) != upload.MaxPositions {
		t.Errorf("accepted %d of %d", len(u.Fixes), upload.MaxPositions)
	}
}

// The word NaN inside a text is a text, whatever stands before its quote.
func TestDecodeLeavesTextsAsTheyAre(t *testing.T) {
	t.Parallel()
	u := decode(t, []byte(`{"device_id":"\\\"NaN","positions":[
		{"recorded_at":"`+at(0)+`","lat":1,"lon":1,"activity":"Infinity, NaN","accuracy_m":NaN}]}`))
	if len(u.Fixes) != 1 || u.Fixes[0].Activity != "Infinity, NaN" || u.DeviceID != `\"NaN` || u.Dropped["accuracy_m"] != 1 {
		t.Errorf("decoded %+v", u)
	}
}
