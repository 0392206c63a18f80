package strictjson_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/strictjson"
)

func shape() *strictjson.Shape {
	item := strictjson.Object(map[string]*strictjson.Shape{"lat": nil, "note": nil, "kind": nil})
	return strictjson.Object(map[string]*strictjson.Shape{
		"note": nil, "positions": strictjson.List(item), "geometry": strictjson.Free(), "by_user": strictjson.Map(item), "one": item,
	})
}

// walk returns what is found as lines of code and place.
func walk(text string, shape *strictjson.Shape) (found []string, members map[string][]byte, err error) {
	members, err = strictjson.Walk([]byte(text), shape, func(f strictjson.Finding) {
		found = append(found, f.Code+" "+f.Place())
	})
	return found, members, err
}

func TestWalkFindsWhatCouldBeReadInTwoWays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"note":"a","positions":[{"lat":1,"note":"ñ"}],"one":null,"x":{"a":1,"A":2,"a":3}}`: "",
		`{"note":"x","note":"y"}`:                                  "member_repeated note",
		`{"note":"x","\u006eote":"y"}`:                             "member_repeated note",
		`{"note":"x","NOTE":"y"}`:                                  "member_case_differs note",
		`{"NOTE":"y"}`:                                             "member_case_differs note",
		"{\"po\u017fitions\":[]}":                                  "member_case_differs positions",
		`{"one":{"\u212aind":1}}`:                                  "member_case_differs one.kind",
		`{"positions":[{},{"lat":1,"Lat":2}]}`:                     "member_case_differs positions[1].lat",
		`{"positions":[{},{"lat":1,"x":0,"lat":2},{"lat":1}]}`:     "member_repeated positions[1].lat",
		`{"geometry":{"type":"P","a":[{"b":1,"B":1}]}}`:            "member_repeated geometry.a[0].B",
		`{"geometry":{"type":"P","Type":"Q"}}`:                     "member_repeated geometry.Type",
		`{"by_user":{"ana":{"lat":1},"Ana":{"lat":2}}}`:            "",
		`{"by_user":{"ana":{"lat":1},"ana":{"LAT":2}}}`:            "member_repeated by_user.ana|member_case_differs by_user.ana.lat",
		"{\"note\":\"a\xffb\"}":                                    "text_not_unicode note",
		"{\"note\":\"a\xc3\"}":                                     "text_not_unicode note",
		"{\"x\":[\"\xed\xa0\x80\"]}":                               "text_not_unicode x[0]",
		"{\"x\xff\":1}":                                            "text_not_unicode x?",
		`{"note":"\ud800"}`:                                        "text_not_unicode note",
		`{"note":"\ud800\u0041"}`:                                  "text_not_unicode note",
		`{"note":"\udc00\ud800"}`:                                  "text_not_unicode note",
		`{"note":"\ud83d\ude00 \uFFFD \\ud800"}`:                   "",
		"{\"note\":\"\ufffd\"}":                                    "",
		`{"\ud800":1}`:                                             "text_not_unicode \ufffd",
		`{"note":"a\u0000b\u0000"}`:                                "text_holds_nul note",
		`{"note":"\\u0000","one":{"lat":"\u0000\ud800"}}`:          "text_not_unicode one.lat|text_holds_nul one.lat",
		`{"x":[{"a\u0000":1},"b"]}`:                                `text_holds_nul x[0].a\x00`,
		`"` + "\xff" + `"`:                                         "text_not_unicode ",
		`{"note":"\ud800","positions":[{"lat":1,"lat":"\udfff"}]}`: "text_not_unicode note|member_repeated positions[0].lat|text_not_unicode positions[0].lat",
	} {
		found, _, err := walk(text, shape())
		if got := strings.Join(found, "|"); err != nil || got != want {
			t.Errorf("%s\nfound %s, %v\nwant  %s", text, got, err, want)
		}
	}
}

func TestWalkReturnsTheMembersThatTheShapeKnows(t *testing.T) {
	t.Parallel()
	_, members, err := walk(` { "note" : "a" , "x" : 1, "positions" : [ 1 , 2 ] , "\u006fne":{"note":"b"}} `, shape())
	if err != nil || len(members) != 3 || string(members["note"]) != `"a"` || string(members["positions"]) != "[ 1 , 2 ]" || string(members["one"]) != `{"note":"b"}` {
		t.Errorf("members %s, %v", members, err)
	}
}

func TestWalkSaysWhereTextIsNoJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                        "the text ends where a value is due, at byte 1",
		`{"a":1,}`:                `there is "}" where the name of a member, in quotes, is due, at byte 8`,
		`{"a" 1}`:                 `there is "1" where a colon is due, at byte 6`,
		`[1 2]`:                   `there is "2" where a comma or "]" is due, at byte 4`,
		`[1`:                      `the text ends where a comma or "]" is due, at byte 3`,
		`[01]`:                    `there is "1" where a comma or "]" is due, at byte 3`,
		`[-]`:                     `there is "]" where a digit is due, at byte 3`,
		`[nul]`:                   `there is "n" where a value is due, at byte 2`,
		`"a`:                      `the text ends where the closing quote of a text is due, at byte 3`,
		"\"a\nb\"":                `a text holds the control character 0x0A as it is; write it as an escape such as \n, at byte 3`,
		`"\x"`:                    `there is "x" where one of "\/bfnrtu is due, at byte 3`,
		`"\u12g4"`:                `there is "1" where a group of four hexadecimal digits is due, at byte 4`,
		`{} {}`:                   "something follows the value, at byte 4",
		"\xff":                    "there is the byte 0xFF where a value is due, at byte 1",
		strings.Repeat("[", 1e5):  "the values are nested too deep: the depth is over 10,000, at byte 10001",
		`{"a":{"b":[1,2,{"c":tru`: `there is "t" where a value is due, at byte 21`,
	} {
		if _, _, err := walk(text, nil); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v\nwant %s", text, err, want)
		}
	}
}

// Whatever comes: what encoding/json takes, Walk takes, and the other way round; and where Walk finds nothing, what
// encoding/json reads writes to the same text again.
func FuzzWalk(f *testing.F) {
	for _, text := range []string{
		`{"note":"x","NOTE":"y","positions":[{"lat":-1.5e+3,"note":"\ud83d\ude00"}]}`, `[1,"\ud800",{"a":null},true]`, "{\"a\":\"\xff\"}",
		`{"geometry":{"a":1,"A":2},"by_user":{"u":{"lat":0}}}`, `"\u12`, `[-0.0,1e5,{}]`,
	} {
		f.Add([]byte(text))
	}
	known := shape()
	f.Fuzz(func(t *testing.T, text []byte) {
		var found []string
		members, err := strictjson.Walk(text, known, func(f strictjson.Finding) {
			if f.Code == "" || f.Detail == "" || !utf8.ValidString(f.Place()) || !utf8.ValidString(f.Detail) {
				t.Fatalf("finding %+v", f)
			}
			found = append(found, f.Code)
		})
		if (err == nil) != json.Valid(text) {
			t.Fatalf("error %v, encoding/json says %v", err, json.Valid(text))
		}
		if err != nil || len(found) > 0 {
			return
		}
		var read map[string]json.RawMessage
		if json.Unmarshal(text, &read) == nil {
			for name, raw := range members {
				if string(read[name]) != string(raw) {
					t.Fatalf("member %s is %q, encoding/json says %q", name, raw, read[name])
				}
			}
		}
		var any1 any
		if err := json.Unmarshal(text, &any1); err != nil {
			return // a number out of range
		}
		if again, err := json.Marshal(any1); err != nil || strings.Count(string(again), `\ufffd`)+strings.Count(string(again), "\ufffd") > strings.Count(strings.ToLower(string(text)), `\ufffd`)+strings.Count(string(text), "\ufffd") {
			t.Fatalf("%q became %s, %v", text, again, err)
		}
	})
}

func BenchmarkWalk(b *testing.B) {
	text := []byte(`{"positions":[` + strings.Repeat(`{"lat":-12.0464001,"lon":-77.0428001,"note":"walking","kind":4.5},`, 500) + `{}]}`)
	known := shape()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := strictjson.Walk(text, known, func(strictjson.Finding) { b.Fatal("found") }); err != nil {
			b.Fatal(err)
		}
	}
}
