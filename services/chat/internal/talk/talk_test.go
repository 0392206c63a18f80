package talk

import (
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
)

func viewer(user, role string, teams ...string) audience.Viewer {
	return audience.Viewer{User: user, Role: role, Teams: teams}
}

const (
	admin       = audience.RoleAdmin
	supervisor  = audience.RoleSupervisor
	colaborador = audience.RoleColaborador
)

func ptr[T any](v T) *T { return &v }

func TestFind(t *testing.T) {
	t.Parallel()
	seat := func(left *int64) *Seat { return &Seat{Role: Owner, Joined: 7, Left: left} }
	visit, team := Of{Worker: "ana", Teams: []string{"norte", "este"}}, Of{Team: "norte"}
	whole, reads, nothing := Place{To: Open, Writes: true, Role: Member}, Place{To: Open, Role: Member}, Place{}
	for name, c := range map[string]struct {
		kind string
		of   Of
		seat *Seat
		who  audience.Viewer
		keep bool
		want Place
		ok   bool
	}{
		"a group, never in it":               {Group, Of{}, nil, viewer("boss", admin), true, nothing, false},
		"a group, in it":                     {Group, Of{}, seat(nil), viewer("ana", colaborador), false, Place{7, Open, true, Owner}, true},
		"a group, left":                      {Group, Of{}, seat(ptr[int64](9)), viewer("ana", colaborador), false, nothing, false},
		"a group, left, keeps":               {Group, Of{}, seat(ptr[int64](9)), viewer("ana", colaborador), true, Place{7, 9, false, Member}, true},
		"private, an admin outside":          {Private, Of{}, nil, viewer("boss", admin), true, nothing, false},
		"private, in it":                     {Private, Of{}, &Seat{Role: Member}, viewer("ana", colaborador), false, whole, true},
		"a team, of it":                      {Team, team, nil, viewer("ana", colaborador, "norte"), false, whole, true},
		"a team, of another":                 {Team, team, nil, viewer("boss", admin, "sur"), false, reads, false},
		"a team, only marks":                 {Team, team, seat(nil), viewer("ana", colaborador), false, reads, false},
		"a visit, its worker":                {Visit, visit, nil, viewer("ana", colaborador), false, whole, true},
		"a visit, a colaborador of its team": {Visit, visit, nil, viewer("beto", colaborador, "norte"), false, reads, false},
		"a visit, a supervisor":              {Visit, visit, nil, viewer("sol", supervisor, "este"), false, whole, true},
		"a visit, another supervisor":        {Visit, visit, nil, viewer("sur", supervisor, "sur"), false, reads, false},
		"a visit, an admin":                  {Visit, Of{}, nil, viewer("boss", admin), false, whole, true},
		"a visit of nobody":                  {Visit, Of{}, nil, viewer("sol", supervisor, "norte"), false, reads, false},
		"a broadcast, a colaborador":         {Broadcast, Of{}, nil, viewer("ana", colaborador), false, reads, true},
		"a broadcast, a supervisor":          {Broadcast, Of{}, nil, viewer("sol", supervisor), false, whole, true},
		"a kind that is not there":           {"other", Of{}, seat(nil), viewer("boss", admin), true, reads, false},
	} {
		got, ok := Find(c.kind, c.of, c.seat, c.who, c.keep)
		if got != c.want || ok != c.ok {
			t.Errorf("%s: %+v %t, want %+v %t", name, got, ok, c.want, c.ok)
		}
	}
	p := Place{From: 7, To: 9}
	for seq, want := range map[int64]bool{7: false, 8: true, 9: true, 10: false} {
		if p.Sees(seq) != want {
			t.Errorf("%d: %t", seq, !want)
		}
	}
}

// Who finds a conversation without members hears it, and nobody else.
func TestAudienceIsThoseWhoFindIt(t *testing.T) {
	t.Parallel()
	of := map[string]Of{Team: {Team: "norte"}, Visit: {Worker: "ana", Teams: []string{"norte", "este"}}, Broadcast: {}}
	for kind, of := range of {
		for _, role := range []string{admin, supervisor, colaborador} {
			for _, user := range []string{"ana", "x"} {
				for _, teams := range [][]string{nil, {"norte"}, {"este"}, {"sur"}, {"sur", "norte"}} {
					v := viewer(user, role, teams...)
					_, found := Find(kind, of, nil, v, false)
					if hears := Audience(kind, of, nil).Includes(v); hears != found {
						t.Errorf("%s: %+v finds it: %t, hears it: %t", kind, v, found, hears)
					}
				}
			}
		}
	}
	if a := Audience(Visit, Of{}, nil); len(a.Users) != 0 {
		t.Errorf("%+v", a)
	}
	if a := Audience(Group, Of{}, []string{"ana"}); !a.Includes(viewer("ana", colaborador)) || a.Includes(viewer("boss", admin)) {
		t.Errorf("%+v", a)
	}
}

func TestMayTalk(t *testing.T) {
	t.Parallel()
	ana, beto, carla := viewer("ana", colaborador, "norte"), viewer("beto", colaborador, "norte"), viewer("carla", colaborador, "sur")
	sol, sur, boss, solo := viewer("sol", supervisor, "norte", "este"), viewer("sur", supervisor, "sur"), viewer("boss", admin), viewer("solo", colaborador)
	for _, c := range []struct {
		a, b audience.Viewer
		may  bool
	}{
		{ana, beto, false},
		{ana, carla, false},
		{ana, sol, true},
		{ana, sur, false},
		{ana, boss, true},
		{solo, sol, false},
		{solo, boss, true},
		{sol, sur, true},
		{sol, boss, true},
		{ana, ana, false},
	} {
		for _, p := range [][2]audience.Viewer{{c.a, c.b}, {c.b, c.a}} {
			if got := MayTalk(Supervisors, p[0], p[1]); got != c.may {
				t.Errorf("%s with %s: %t", p[0].User, p[1].User, got)
			}
			if !MayTalk(Everybody, p[0], p[1]) {
				t.Errorf("%s with %s: not even when everybody may", p[0].User, p[1].User)
			}
		}
	}
}

func TestPair(t *testing.T) {
	t.Parallel()
	if Pair("ana", "beto") != "ana beto" || Pair("beto", "ana") != "ana beto" {
		t.Error(Pair("beto", "ana"))
	}
}

func TestDraftCheck(t *testing.T) {
	t.Parallel()
	many := make([]string, 21)
	for n := range many {
		many[n] = string(rune('a' + n))
	}
	for name, c := range map[string]struct {
		draft Draft
		want  string // the field that is wrong
	}{
		"a text":                     {Draft{Kind: Text, Text: "hola"}, ""},
		"nothing":                    {Draft{Kind: Text}, "text"},
		"blanks":                     {Draft{Kind: Text, Text: " \n\u200b\t "}, "text"},
		"8000 characters":            {Draft{Kind: Text, Text: strings.Repeat("ñ", 8000)}, ""},
		"8001 characters":            {Draft{Kind: Text, Text: strings.Repeat("x", 8001)}, "text"},
		"a megabyte":                 {Draft{Kind: Text, Text: strings.Repeat("x", 1<<20)}, "text"},
		"no UTF-8":                   {Draft{Kind: Text, Text: "a\xff"}, "text"},
		"a text with a place":        {Draft{Kind: Text, Text: "x", Lat: ptr(1.0), Lon: ptr(1.0)}, "lat"},
		"a text with an accuracy":    {Draft{Kind: Text, Text: "x", Accuracy: ptr(1.0)}, "lat"},
		"a text with a file":         {Draft{Kind: Text, Text: "x", FileID: "f"}, "file_id"},
		"a place":                    {Draft{Kind: Location, Lat: ptr(-90.0), Lon: ptr(180.0), Accuracy: ptr(0.0)}, ""},
		"half a place":               {Draft{Kind: Location, Lat: ptr(1.0)}, "lat"},
		"beyond the pole":            {Draft{Kind: Location, Lat: ptr(90.1), Lon: ptr(1.0)}, "lat"},
		"beyond the date line":       {Draft{Kind: Location, Lat: ptr(1.0), Lon: ptr(-180.5)}, "lon"},
		"an accuracy below 0":        {Draft{Kind: Location, Lat: ptr(1.0), Lon: ptr(1.0), Accuracy: ptr(-1.0)}, "accuracy_m"},
		"an accuracy of a continent": {Draft{Kind: Location, Lat: ptr(1.0), Lon: ptr(1.0), Accuracy: ptr(1e6)}, "accuracy_m"},
		"a photo":                    {Draft{Kind: Photo, FileID: "f"}, ""},
		"a photo of nothing":         {Draft{Kind: Photo}, "file_id"},
		"a file with words":          {Draft{Kind: File, FileID: "f", Text: "mira"}, ""},
		"a photo with a place":       {Draft{Kind: Photo, FileID: "f", Lat: ptr(1.0), Lon: ptr(1.0)}, "lat"},
		"a line of the system":       {Draft{Kind: System, Text: "joined"}, "kind"},
		"a kind that is not there":   {Draft{Kind: "html", Text: "x"}, "kind"},
		"an answer to before":        {Draft{Kind: Text, Text: "x", ReplyTo: -1}, "reply_to"},
		"20 mentions":                {Draft{Kind: Text, Text: "x", Mentions: append(many[:20:20], many[0])}, ""},
		"21 mentions":                {Draft{Kind: Text, Text: "x", Mentions: many}, "mentions"},
	} {
		got := ""
		if err := c.draft.Check(); err != nil {
			f, ok := err.(*FieldError) //nolint:errorlint // as it is
			if !ok {
				t.Fatalf("%s: %v", name, err)
			}
			got = f.Field
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestBody(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"cafe\u0301":                   "café",
		"  hola  ":                     "hola",
		"una\ndos":                     "una\ndos",
		"una\r\ndos":                   "una\ndos",
		"abc\u202edcba":                "abcdcba",
		"a\u202ab\u202bc\u202cd\u202d": "abcd",
		"\u2066a\u2067b\u2068c\u2069":  "abc",
		"👩\u200d🔧 listo":               "👩\u200d🔧 listo",
		"<script>alert(1)</script>":    "<script>alert(1)</script>",
		"":                             "",
	} {
		if got, err := Body(typed); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", typed, got, err, want)
		}
	}
	for _, bad := range []string{"a\x00b", "a\x07b", "a\x1bb", "a\xffb", strings.Repeat("x", 8001), strings.Repeat("👩", 8001)} {
		if got, err := Body(bad); err == nil {
			t.Errorf("%.20q was taken as %.20q", bad, got)
		}
	}
}

func TestBelieved(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]bool{
		0: true, -5 * time.Minute: true, -5*time.Minute - time.Second: false, 30 * 24 * time.Hour: true, 30*24*time.Hour + time.Second: false,
		10 * 365 * 24 * time.Hour: false, -10 * 365 * 24 * time.Hour: false,
	} {
		if got := Believed(ptr(now.Add(-ago)), now); (got != nil) != want {
			t.Errorf("%s ago: %v", ago, got)
		}
	}
	if Believed(nil, now) != nil {
		t.Error("nothing was believed")
	}
	zone := time.FixedZone("x", -5*3600)
	if got := Believed(ptr(now.In(zone).Add(1234567)), now); got.Location() != time.UTC || !got.Equal(now.Add(time.Millisecond)) {
		t.Errorf("%v", got)
	}
}

func TestSettingsCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		is   Settings
		want string
	}{
		{Defaults, ""},
		{Settings{WhoTalks: Supervisors, RetentionDays: 30}, ""},
		{Settings{WhoTalks: Everybody, RetentionDays: 3650}, ""},
		{Settings{WhoTalks: "nobody", RetentionDays: 30}, "who_talks must be everybody or supervisors"},
		{Settings{WhoTalks: Everybody, RetentionDays: 29}, "retention_days must be from 30 to 3650"},
		{Settings{WhoTalks: Everybody, RetentionDays: 3651}, "retention_days must be from 30 to 3650"},
	} {
		got := ""
		if err := c.is.Check(); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%+v: %q", c.is, got)
		}
	}
}
