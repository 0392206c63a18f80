package audience_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
)

func TestIncludes(t *testing.T) {
	t.Parallel()
	juan := audience.OfUser("juan", []string{"norte"})
	for name, tc := range map[string]struct {
		a    audience.Audience
		v    audience.Viewer
		sees bool
	}{
		"the user":                             {juan, audience.Viewer{User: "juan", Role: "colaborador", Teams: []string{"norte"}}, true},
		"a colleague in the team":              {juan, audience.Viewer{User: "ana", Role: "colaborador", Teams: []string{"norte"}}, false},
		"the team's supervisor":                {juan, audience.Viewer{User: "eva", Role: "supervisor", Teams: []string{"sur", "norte"}}, true},
		"another team's supervisor":            {juan, audience.Viewer{User: "leo", Role: "supervisor", Teams: []string{"sur"}}, false},
		"an admin":                             {juan, audience.Viewer{User: "root", Role: "admin"}, true},
		"a platform admin":                     {juan, audience.Viewer{User: "p", Role: "platform_admin"}, false},
		"an empty audience":                    {audience.Audience{}, audience.Viewer{User: "root", Role: "admin"}, false},
		"a viewer without an id":               {audience.Audience{Users: []string{"u"}}, audience.Viewer{}, false},
		"a supervisor, user without a team":    {audience.OfUser("juan", nil), audience.Viewer{User: "eva", Role: "supervisor"}, false},
		"everyone with the role":               {audience.Audience{Roles: []string{"colaborador"}}, audience.Viewer{User: "x", Role: "colaborador"}, true},
		"an admin who is in the named team":    {audience.Audience{Teams: []string{"norte"}}, audience.Viewer{User: "root", Role: "admin", Teams: []string{"norte"}}, false},
		"a colaborador of a member team":       {audience.Audience{Members: []string{"norte"}}, audience.Viewer{User: "ana", Role: "colaborador", Teams: []string{"este", "norte"}}, true},
		"the supervisor of a member team":      {audience.Audience{Members: []string{"norte"}}, audience.Viewer{User: "eva", Role: "supervisor", Teams: []string{"norte"}}, true},
		"another team's colaborador":           {audience.Audience{Members: []string{"norte"}}, audience.Viewer{User: "leo", Role: "colaborador", Teams: []string{"sur"}}, false},
		"an admin outside the member team":     {audience.Audience{Members: []string{"norte"}}, audience.Viewer{User: "root", Role: "admin"}, false},
		"a user whose id is the member team's": {audience.Audience{Members: []string{"norte"}}, audience.Viewer{User: "norte", Role: "colaborador"}, false},
	} {
		if got := tc.a.Includes(tc.v); got != tc.sees {
			t.Errorf("%s: Includes = %v, want %v", name, got, tc.sees)
		}
	}
}

func TestHeaderRoundTrip(t *testing.T) {
	t.Parallel()
	h := map[string][]string{}
	want := audience.Audience{Users: []string{"u1", "u2"}, Teams: []string{"norte"}, Roles: []string{"admin"}, Members: []string{"sur", "este"}}
	if err := want.Set(h); err != nil {
		t.Fatal(err)
	}
	got := audience.Of(h)
	if !slices.Equal(got.Users, want.Users) || !slices.Equal(got.Teams, want.Teams) || !slices.Equal(got.Roles, want.Roles) || !slices.Equal(got.Members, want.Members) {
		t.Errorf("read %+v, wrote %+v", got, want)
	}
	at := time.Date(2017, 3, 21, 5, 0, 31, 250e6, time.UTC)
	if err := audience.SetNewest(h, "u1", at); err != nil {
		t.Fatal(err)
	}
	if key, when, ok := audience.Newest(h); !ok || key != "u1" || !when.Equal(at) {
		t.Errorf("newest %q %v %v", key, when, ok)
	}
}

func TestSetRefusesInvalidIDs(t *testing.T) {
	t.Parallel()
	if err := (audience.Audience{Users: []string{"u1,admin"}}).Set(map[string][]string{}); !errors.Is(err, subject.ErrToken) {
		t.Errorf("an id with a comma: %v, want ErrToken", err)
	}
	if err := (audience.Audience{Members: []string{"norte,sur"}}).Set(map[string][]string{}); !errors.Is(err, subject.ErrToken) {
		t.Errorf("a member team with a comma: %v, want ErrToken", err)
	}
	if err := (audience.Audience{Users: make([]string, audience.MaxUsers+1)}).Set(map[string][]string{}); err == nil {
		t.Error("257 users were accepted")
	}
	if err := audience.SetNewest(map[string][]string{}, "a b", time.Time{}); !errors.Is(err, subject.ErrToken) {
		t.Errorf("a key with a space: %v, want ErrToken", err)
	}
}

func TestNewestIgnoresInvalidHeaders(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]map[string][]string{
		"no header": {},
		"no time":   {audience.KeyHeader: {"u1"}},
		"bad time":  {audience.KeyHeader: {"u1"}, audience.TimeHeader: {"yesterday"}},
		"empty key": {audience.KeyHeader: {""}, audience.TimeHeader: {"2017-03-21T00:00:00Z"}},
		"two keys":  {audience.KeyHeader: {"a", "b"}, audience.TimeHeader: {"2017-03-21T00:00:00Z"}},
	} {
		if _, _, ok := audience.Newest(h); ok {
			t.Errorf("%s: counted as newest-only", name)
		}
	}
}

// One header says the same as five.
func TestOwnEventReadsAsTheLongForm(t *testing.T) {
	t.Parallel()
	for _, teams := range [][]string{nil, {"norte"}, {"norte", "sur"}} {
		at := time.Date(2026, 3, 8, 14, 0, 0, 250e6, time.UTC)
		long, short := map[string][]string{}, map[string][]string{}
		err := errors.Join(audience.OfUser("u1", teams).Set(long), audience.SetNewest(long, "u1", at), audience.SetOwn(short, "u1", teams, at))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := audience.Of(long), audience.Of(short); !slices.Equal(a.Users, b.Users) || !slices.Equal(a.Teams, b.Teams) || !slices.Equal(a.Roles, b.Roles) {
			t.Errorf("long %+v, short %+v", a, b)
		}
		keyLong, atLong, okLong := audience.Newest(long)
		keyShort, atShort, okShort := audience.Newest(short)
		if keyLong != keyShort || !atLong.Equal(atShort) || !okLong || !okShort {
			t.Errorf("long %q %v, short %q %v", keyLong, atLong, keyShort, atShort)
		}
		// NATS takes away the spaces at the ends of a header.
		if mark := short[audience.OwnHeader][0]; len(short) != 1 || mark != strings.TrimSpace(mark) {
			t.Errorf("%q", short)
		}
	}
	for _, bad := range []string{"", "u1", "u1 ", " 5", " 5 ", "u1 x norte", "u1 5 norte sur", "u1 5.5 "} {
		h := map[string][]string{audience.OwnHeader: {bad}}
		if _, _, ok := audience.Newest(h); ok || len(audience.Of(h).Users)+len(audience.Of(h).Roles) != 0 {
			t.Errorf("%q names somebody", bad)
		}
	}
	for _, ids := range [][]string{{"u 1"}, {"u1", "a,b"}, {"u1", "a b"}, {""}} {
		if err := audience.SetOwn(map[string][]string{}, ids[0], ids[1:], time.Time{}); !errors.Is(err, subject.ErrToken) {
			t.Errorf("%q: %v, want ErrToken", ids, err)
		}
	}
}
