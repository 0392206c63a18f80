package directory

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
	d.learn(news{tenant: "acme", company: &Company{ID: "acme", Zone: time.UTC, Version: 1}})
	for _, u := range []userRow{
		{id: "zoe", role: "admin", active: true},
		{id: "sup", role: "supervisor", teams: "norte,sur", active: true},
		{id: "eva", role: "supervisor", teams: "sur", active: true},
		{id: "ana", role: "colaborador", teams: "norte", active: true},
		{id: "leo", role: "colaborador", teams: "sur", active: true},
		{id: "gone", role: "admin", teams: "norte", active: false},
	} {
		u.version = 1
		d.learn(news{tenant: "acme", user: &u}, news{tenant: "globex", user: &u})
	}
	for _, c := range []struct {
		a    audience.Audience
		want string
	}{
		{audience.Audience{}, "[]"},
		{audience.Audience{Users: []string{"leo", "ana", "leo", "nobody", "gone"}}, "[ana leo]"},
		{audience.Audience{Teams: []string{"norte"}}, "[sup]"},
		{audience.Audience{Teams: []string{"sur", "norte"}}, "[eva sup]"},
		{audience.Audience{Roles: []string{"admin"}}, "[zoe]"},
		{audience.Audience{Roles: []string{"admin", "colaborador"}, Users: []string{"eva"}}, "[ana eva leo zoe]"},
		{audience.Audience{Members: []string{"norte"}}, "[ana sup]"},
		{audience.Audience{Members: []string{"sur"}, Teams: []string{"norte"}, Users: []string{"leo"}}, "[eva leo sup]"},
		{audience.Audience{Members: []string{"oeste"}}, "[]"},
		{audience.OfUser("ana", []string{"norte"}), "[ana sup zoe]"},
	} {
		ids := []string{}
		for _, u := range d.Members("acme", c.a) {
			ids = append(ids, u.ID)
			if same, ok := d.User("acme", u.ID); !ok || fmt.Sprint(same) != fmt.Sprint(u) || !u.Active {
				t.Errorf("member %+v, user %+v", u, same)
			}
		}
		if fmt.Sprint(ids) != c.want {
			t.Errorf("members of %+v are %v, want %s", c.a, ids, c.want)
		}
	}
	if m := d.Members("initech", audience.Audience{Roles: []string{"admin"}}); m != nil {
		t.Errorf("an unknown company has members %v", m)
	}
}

// Teams that change again and again do not make the directory grow: it drops the lists that no user has.
func TestListsOfTeamsAreBounded(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
	for i := range 10_000 {
		d.learn(news{tenant: "acme", user: &userRow{id: fmt.Sprint("u", i%10), role: "supervisor", teams: fmt.Sprintf("a%d,b%d", i, i), version: int64(i)}})
	}
	if n := len(d.tenants["acme"].lists); n > 100 {
		t.Errorf("%d lists are kept for 10 users", n)
	}
	if u, _ := d.User("acme", "u9"); fmt.Sprint(u.Teams) != "[a9999 b9999]" {
		t.Errorf("teams of u9 are %v", u.Teams)
	}
}

func TestSessionsThatEndedAreForgottenWithTheirTokens(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
	now := time.Now()
	for i := range 1000 {
		d.learn(news{tenant: "acme", session: fmt.Sprint("s", i), until: now.Add(time.Duration(i) * time.Second)})
	}
	d.forgetSessions(now.Add(990 * time.Second))
	if len(d.sessions) != 10 {
		t.Errorf("%d sessions are kept, want the 10 that may still have a valid token", len(d.sessions))
	}
}

// What a load brings is told only when it is another than what was heard, however it was heard.
func TestEqualUsersHaveEqualSums(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
	rows := []userRow{
		{company: "acme", id: "ana", role: "supervisor", teams: "norte,sur", active: true, version: 3, validFrom: 7},
		{company: "acme", id: "leo", role: "colaborador", active: true, version: 1},
	}
	early := rows[0]
	early.version, early.teams = 2, "norte"
	d.learn(news{tenant: "acme", user: &rows[1]}, news{tenant: "acme", user: &early}, news{tenant: "acme", user: &rows[0]})
	heard := d.tenants["acme"]
	if !heard.same(d.pack(rows)) {
		t.Error("what was heard and what was loaded are said to differ")
	}
	for what, change := range map[string]func(*userRow){
		"teams": func(r *userRow) { r.teams = "norte" }, "role": func(r *userRow) { r.role = "admin" },
		"active": func(r *userRow) { r.active = false }, "version": func(r *userRow) { r.version++ },
		"validFrom": func(r *userRow) { r.validFrom++ }, "id": func(r *userRow) { r.id = "anna" },
	} {
		other := slices.Clone(rows)
		change(&other[0])
		if heard.same(d.pack(other)) {
			t.Errorf("another %s is not noticed", what)
		}
	}
}
