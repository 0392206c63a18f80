package directory_test

import (
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/directory"
)

// A restore gives the database another epoch. The directory then forgets what the restore took back, although the
// restored versions are lower.
func TestARestoredDatabaseIsLoadedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d, loads := w.counted(t, w.nats.Bus(t, "gateway"))
	w.change(t, 7, true)
	w.untilVersion(t, d, 7)
	w.until(t, func() bool { return loads("done") == 1 }) // It counts a moment after its users are known.
	if err := directory.Look(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	w.exec(t, `UPDATE identity.person SET version = 3, teams = '{}'`)
	w.exec(t, `UPDATE identity.epoch SET id = 'two'`)
	if err := directory.Look(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	w.untilVersion(t, d, 3)
	w.until(t, func() bool { return loads("done") == 2 })
	if err := directory.Look(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if n := loads("done"); n != 2 {
		t.Errorf("loaded %d times", n)
	}
}

// No messages tell of platform admins and their sessions. The poll finds their changes, and loads nothing else.
func TestPlatformAdminsArePolled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	root := directory.User{ID: "root", Role: "platform_admin", Active: true, TokensValidFrom: noon, Version: 1, Teams: []string{}}
	w.user(t, "", root)
	d, loads := w.counted(t, w.nats.Bus(t, "gateway"))
	w.until(t, func() bool { return d.Ready(t.Context()) == nil && loads("done") == 1 })
	wantUser(t, d, "", root)
	token := auth.Claims{Subject: "root", Role: "platform_admin", IssuedAt: time.Now().Add(-time.Hour), Session: "s1"}
	wantVerdict(t, d, token, nil)
	w.exec(t, `INSERT INTO identity.ended VALUES ('', 's1', $1), ('acme', 's2', $1)`, time.Now().Add(time.Hour))
	second := root
	second.ID = "second"
	w.user(t, "", second)
	if err := directory.Look(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	wantUser(t, d, "", second)
	wantVerdict(t, d, token, auth.ErrRevoked)
	w.exec(t, `DELETE FROM identity.person WHERE id = 'root'`)
	if err := directory.Look(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.User("", "root"); ok {
		t.Error("a platform admin who is gone is known")
	}
	if n := loads("done"); n != 1 {
		t.Errorf("loaded %d times", n)
	}
}

func TestASessionThatEndedIsRevokedAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(t, `INSERT INTO identity.ended VALUES ('acme', 'before', $1), ('acme', 'long-ago', $2)`,
		time.Now().Add(time.Hour), time.Now().Add(-time.Hour))
	d := w.loaded(t)
	of := func(session string) auth.Claims {
		c := claims(ana(), true)
		c.Session = session
		return c
	}
	wantVerdict(t, d, of("before"), auth.ErrRevoked)
	wantVerdict(t, d, of("long-ago"), nil)
	for _, session := range []string{"", "one", "other"} {
		wantVerdict(t, d, of(session), nil)
	}
	w.tellSession(t, "acme", "one", time.Now().Add(time.Hour))
	w.tellSession(t, "globex", "other", time.Now().Add(time.Hour))
	w.change(t, 2, true)
	w.untilVersion(t, d, 2)
	wantVerdict(t, d, of("one"), auth.ErrRevoked)
	wantVerdict(t, d, of("other"), nil) // the session of another company
	wantVerdict(t, d, of(""), nil)
	if err := d.Judge(of("one")); err == nil {
		t.Error("Judge accepts a session that ended")
	}
}
