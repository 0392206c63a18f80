package upload

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func judge() Rules { return Rules{User: "u1", Now: noon, Retention: 90 * 24 * time.Hour} }

// compareReaders fails when the reader in one pass takes an upload that the careful one refuses or reads in another way.
func compareReaders(t *testing.T, body []byte) (inOnePass bool) {
	t.Helper()
	fast, ok := onePass(body, judge())
	if !ok {
		return false
	}
	careful, err := decodeCarefully(body, judge())
	if err != nil || !reflect.DeepEqual(fast, careful) {
		t.Fatalf("%s\nin one pass %+v\ncarefully   %+v, %v", body, fast, careful, err)
	}
	return true
}

// inOnePass and carefully are uploads that the reader in one pass reads, and such that it must leave to the careful one.
var inOnePass = []string{
	`{"positions":[{"recorded_at":"2026-03-08T11:59:31.250Z","lat":-12.0464,"lon":-77.0428}]}`,
	`{"device_id":"Moto G ñ","user_id":"u1","positions":[{"recorded_at":"2026-03-08T06:59:31-05:00","lat":-12.046400000000001,"lon":-77,"accuracy_m":4.5,"altitude_m":-120.25,
		"speed_mps":1.25,"bearing_deg":360,"battery":0.87,"charging":false,"activity":" in_vehicle ","mock":true}]}`,
	` { "positions" : [ { "recorded_at" : "2026-03-08T11:59:31Z" , "lat" : 0 , "lon" : 9 } , { } ] , "device_id" : null , "user_id" : null } ` + "\r\n\t",
	`{"positions":[{"recorded_at":null,"lat":null,"lon":1,"battery":null,"charging":null,"activity":null,"mock":null},{"lat":91,"lon":0}]}`,
	`{"positions":[{"recorded_at":"2026-03-08T11:59:31Z","lat":0,"lon":-0.0},{"recorded_at":"2026-03-08T12:02:01Z","lat":1,"lon":1},
		{"recorded_at":"2026-03-08T11:59:31Z","lat":1,"lon":1,"accuracy_m":-1,"speed_mps":1001,"battery":87,"activity":"` + strings.Repeat("x", 65) + `"}]}`,
}

var carefully = []string{
	``, `{}`, `[]`, `null`, `{"positions":[]}`, `{"positions":null}`, `{"positions":{}}`, `{"device_id":"d"}`, `{"positions":[{"lat":1}`,
	`{"positions":[{"lat":1}]`, `{"positions":[{"lat":1}]}}`, `{"positions":[{"lat":1}]}` + "\x00", `{"positions":[{"lat":1}],}`, `{"positions":[{"lat":1},]}`,
	`{"positions":[{"lat":1,}]}`, `{"positions":[{"lat":1}],"positions":[{"lat":1}]}`, `{"positions":[{"lat":1,"lat":1}]}`, `{"positions":[{"lat":1,"Lat":1}]}`,
	`{"positions":[{"LAT":1}]}`, `{"Positions":[{"lat":1}]}`, `{"positions":[{"lat":null,"lat":1}]}`, `{"positions":[{"x":1}]}`, `{"app":1,"positions":[{"lat":1}]}`,
	`{"positions":[{"lat":NaN}]}`, `{"positions":[{"lat":"1"}]}`, `{"positions":[{"lat":01}]}`, `{"positions":[{"lat":-}]}`, `{"positions":[{"lat":1.}]}`,
	`{"positions":[{"lat":.5}]}`, `{"positions":[{"lat":+1}]}`, `{"positions":[{"lat":1e}]}`, `{"positions":[{"lat":1e400}]}`, `{"positions":[{"lat":1_0}]}`,
	`{"positions":[{"lat":1 2}]}`, `{"positions":[{"lat":true}]}`, `{"positions":[{"lat":nul}]}`, `{"positions":[{"lat":nullx}]}`, `{"positions":[{"mock":1}]}`,
	`{"positions":[{"mock":"true"}]}`, `{"positions":[{"charging":truex}]}`, `{"positions":[{"activity":"a\u0062"}]}`, `{"positions":[{"activity":"ñ"}]}`,
	"{\"positions\":[{\"activity\":\"a\xff\"}]}", "{\"positions\":[{\"activity\":\"a\tb\"}]}", "{\"positions\":[{\"activity\":\"a\x7f\"}]}", `{"positions":[{"activity":3}]}`,
	`{"positions":[null]}`, `{"positions":[5]}`, `{"positions":[[]]}`, `{"positions":[{"lat":{}}]}`, `{"positions":[{"recorded_at":5}]}`,
	`{"positions":[{"recorded_at":"2026-03-08T11:59:60Z"}]}`, `{"positions":[{"recorded_at":"2026-03-08t11:59:00z"}]}`, `{"positions":[{"recorded_at":""}]}`,
	`{"device_id":5,"positions":[{"lat":1}]}`, `{"device_id":"a\nb","positions":[{"lat":1}]}`, "{\"device_id\":\"a\xff\",\"positions\":[{\"lat\":1}]}",
	"{\"device_id\":\"a\u0085\",\"positions\":[{\"lat\":1}]}", "{\"device_id\":\"a\x7f\",\"positions\":[{\"lat\":1}]}", `{"device_id":"` + strings.Repeat("d", 65) + `","positions":[{"lat":1}]}`,
	`{"device_id":"d`, `{"user_id":"u2","positions":[{"lat":1}]}`, `{"user_id":"","positions":[{"lat":1}]}`, `{"user_id":1,"positions":[{"lat":1}]}`,
	"\u00a0" + `{"positions":[{"lat":1}]}`, `{"positions":[{"lat":1}]}` + "\v", `{"positions":[` + strings.Repeat(`{"lat":1},`, MaxPositions) + `{"lat":1}]}`,
}

func TestWhatIsReadInOnePass(t *testing.T) {
	t.Parallel()
	for _, body := range inOnePass {
		if !compareReaders(t, []byte(body)) && body != inOnePass[2] { // an empty position is left to the careful reader
			t.Errorf("%s is not read in one pass", body)
		}
	}
	for _, body := range carefully {
		if u, ok := onePass([]byte(body), judge()); ok {
			t.Errorf("%.200s is read in one pass: %+v", body, u)
		}
	}
}

// FuzzOnePass: whatever comes, the two readers agree, or the one in one pass leaves it to the other.
func FuzzOnePass(f *testing.F) {
	for _, body := range append(append([]string{}, inOnePass...), carefully...) {
		if len(body) < 1000 {
			f.Add([]byte(body))
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) { compareReaders(t, body) })
}

// Uploads as phones write them, some with a byte changed, added or left out.
func TestBothReadersAgree(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 1))
	taken := 0
	for range 4000 {
		body := []byte(somePhone(r))
		if compareReaders(t, body) {
			taken++
		}
		for range 3 {
			compareReaders(t, damaged(r, body))
		}
	}
	if taken < 3000 {
		t.Errorf("%d of 4000 uploads were read in one pass", taken)
	}
}

func somePhone(r *rand.Rand) string {
	positions := make([]string, 1+r.IntN(4))
	for i := range positions {
		at := noon.Add(time.Duration(r.Int64N(int64(200*time.Hour))) - 198*time.Hour).In(time.FixedZone("", r.IntN(3)*-3600))
		members := []string{
			fmt.Sprintf("%q:%q", "recorded_at", at.Format([]string{time.RFC3339, time.RFC3339Nano, "2006-01-02T15:04:05.000Z07:00"}[r.IntN(3)])),
			`"lat":` + someNumber(r, 92), `"lon":` + someNumber(r, 181),
		}
		for _, m := range []string{
			`"accuracy_m":` + someNumber(r, 100), `"altitude_m":` + someNumber(r, 3000), `"speed_mps":` + someNumber(r, 30), `"bearing_deg":` + someNumber(r, 361),
			`"battery":` + someNumber(r, 1), `"charging":` + []string{"true", "false", "null"}[r.IntN(3)], `"activity":"walking"`, `"mock":false`,
		} {
			if r.IntN(10) > 0 {
				members = append(members, m)
			}
		}
		if r.IntN(100) == 0 {
			members = append(members, []string{`"odometer":7`, members[0], `"Lat":1`}[r.IntN(3)])
		}
		r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		positions[i] = "{" + strings.Join(members, ",") + "}"
	}
	return `{"device_id":"phone","positions":[` + strings.Join(positions, ", ") + `]}`
}

func someNumber(r *rand.Rand, scale float64) string {
	v := (r.Float64()*2 - 1) * scale
	switch r.IntN(40) {
	case 0:
		return "0"
	case 1:
		return "-0.0"
	case 2:
		return strconv.FormatFloat(v, "eE"[r.IntN(2)], -1, 64)
	case 3:
		return strconv.Itoa(int(v))
	case 4:
		return "null"
	}
	if r.IntN(3) == 0 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', 1+r.IntN(9), 64)
}

func damaged(r *rand.Rand, body []byte) []byte {
	at := r.IntN(len(body))
	const some = "\"\\{}[],:.-+eE019ntf \n\x00\x1f\x7f\xc3\xff"
	c := some[r.IntN(len(some))]
	switch r.IntN(3) {
	case 0:
		return append(append(append([]byte{}, body[:at]...), c), body[at+1:]...)
	case 1:
		return append(append(append([]byte{}, body[:at]...), c), body[at:]...)
	default:
		return append(append([]byte{}, body[:at]...), body[at+1:]...)
	}
}

// A number is the same float64 that encoding/json would read, bit by bit.
func TestANumberIsReadExactly(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	check := func(s string) {
		t.Helper()
		v, n, ok := readFloat([]byte(s + ","))
		want, err := strconv.ParseFloat(s, 64)
		if !ok || err != nil || n != len(s) || math.Float64bits(v) != math.Float64bits(want) {
			t.Fatalf("%s is read as %v to byte %d (%v), want %v", s, v, n, ok, want)
		}
	}
	for _, s := range []string{
		"0", "-0", "-0.0", "0.1", "0.3", "9007199254740993", "999999999999999", "99999999999999.9", "0.000000000000001", "0.0000000000000001",
		"123456789012345678901234567890", "-12.046400000000001", "1.7976931348623157", "100000000000000000000000000000", "0.123456789012345678901234567",
		"1e5", "-8.2E-4", "1.5e+09", "1e-400", "4.9406564584124654e-324", "1E0", "0e0",
	} {
		check(s)
	}
	for range 200_000 {
		v := (r.Float64() - 0.5) * math.Pow10(r.IntN(20)-4)
		check(strconv.FormatFloat(v, 'f', r.IntN(12), 64))
		for _, form := range []byte("feE") {
			if s := strconv.FormatFloat(v, form, -1, 64); len(s) < maxNumber {
				check(s)
			}
		}
	}
	for _, s := range []string{"", "-", ".", "1.", ".1", "+1", "01", "-01", "00", "1e", "1.5E", "1e+", "1e400", "1e1234567890123456789012345678", "NaN", "x", strings.Repeat("1", 32), strings.Repeat("1", 5000)} {
		if v, _, ok := readFloat([]byte(s)); ok {
			t.Errorf("%.40q is read as %v", s, v)
		}
	}
}
