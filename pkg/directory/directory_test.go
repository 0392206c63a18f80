package directory_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
)

func wantUser(t *testing.T, d *directory.Directory, tenant string, want directory.User) {
	t.Helper()
	if got, ok := d.User(tenant, want.ID); !ok || !reflect.DeepEqual(got, want) {
		t.Errorf("%s/%s = %+v, %v, want %+v", tenant, want.ID, got, ok, want)
	}
}

func TestLoadKeepsCompaniesApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs := directory.User{ID: "ana", Role: "admin", Active: true, Teams: []string{}, TokensValidFrom: noon, Version: 9}
	root := directory.User{ID: "root", Role: "platform_admin", Active: true, Teams: []string{}, TokensValidFrom: noon, Version: 1}
	w.company(t, directory.Company{ID: "globex", Zone: time.UTC, Suspended: true, Version: 4})
	w.company(t, directory.Company{ID: "lost", Zone: time.FixedZone("Mars/Base", 0), Version: 1})
	w.company(t, directory.Company{ID: "machine", Zone: time.FixedZone("Local", 0), Version: 1})
	w.user(t, "globex", theirs)
	w.user(t, "", root)
	d := w.loaded(t)
	wantUser(t, d, "acme", ana())
	wantUser(t, d, "globex", theirs)
	wantUser(t, d, "", root)
	if u, ok := d.User("acme", "root"); ok {
		t.Errorf("a platform admin is in a company: %+v", u)
	}
	var ids []string
	for _, c := range d.Companies() {
		ids = append(ids, c.ID+" "+c.Zone.String())
	}
	// An unknown time zone becomes UTC.
	if want := []string{"acme America/Bogota", "globex UTC", "lost UTC", "machine UTC"}; !reflect.DeepEqual(ids, want) {
		t.Errorf("companies = %q, want %q", ids, want)
	}
	if c, ok := d.Company("globex"); !ok || !c.Suspended || c.Version != 4 {
		t.Errorf("globex = %+v, %v", c, ok)
	}
}

func TestNewsReplaceOlderAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.loaded(t)
	newer := ana()
	newer.Version, newer.Teams, newer.Role = 5, []string{"norte", "sur"}, "admin"
	w.user(t, "acme", newer) // identity, too, commits before it publishes
	w.tellUser(t, "acme", newer)
	w.until(t, func() bool { u, _ := d.User("acme", "ana"); return u.Version == 5 })
	wantUser(t, d, "acme", newer)

	late, same := ana(), newer
	late.Version, late.Active = 4, false
	same.Role = "colaborador"
	w.tellUser(t, "acme", late)
	w.tellUser(t, "acme", same)
	w.publishRaw(t, "acme", "usuario", "leo", []byte(`{"id":"leo","role":"colaborador","active":true,"version":"1","color":"red"}`))
	w.until(t, func() bool { _, ok := d.User("acme", "leo"); return ok })
	wantUser(t, d, "acme", newer)

	w.tellCompany(t, directory.Company{ID: "acme", Zone: time.UTC, Suspended: true, Version: 2})
	w.until(t, func() bool { c, _ := d.Company("acme"); return c.Suspended })
	w.tellCompany(t, directory.Company{ID: "acme", Zone: bogota(t), Version: 2})
	w.tellCompany(t, directory.Company{ID: "globex", Zone: bogota(t), Version: 1})
	w.until(t, func() bool { _, ok := d.Company("globex"); return ok })
	if c, _ := d.Company("acme"); c.Zone != time.UTC || !c.Suspended {
		t.Errorf("acme = %+v", c)
	}
}

// A message that cannot be read makes the directory load again. The load must find what the message was about.
func TestNewsThatCannotBeReadChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.loaded(t)
	leo := ana()
	leo.ID = "leo"
	w.user(t, "acme", leo)
	w.publishRaw(t, "acme", "usuario", "ana", []byte(`{"id":"eva","version":99}`))
	w.publishRaw(t, "acme", "usuario", "ana", []byte(`not json`))
	w.publishRaw(t, "acme", "mascota", "ana", []byte(`{}`))
	w.tellUser(t, "acme", leo)
	w.until(t, func() bool { _, ok := d.User("acme", "leo"); return ok })
	wantUser(t, d, "acme", ana())
	if u, ok := d.User("acme", "eva"); ok {
		t.Errorf("news under ana's subject made %+v", u)
	}
}

func TestWhoIsGoneIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.loaded(t)
	w.exec(t, `DELETE FROM identity.person`)
	// A message that cannot be read makes the directory load again.
	w.publishRaw(t, "acme", "usuario", "ana", []byte(`{`))
	w.until(t, func() bool { _, ok := d.User("acme", "ana"); return !ok })
}

func TestItOutlivesItsDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := newWorldOn(t, pgtest.On(t, server, schemas()...))
	d := w.loaded(t)
	stop(t, server)
	w.publishRaw(t, "acme", "usuario", "ana", []byte(`{`)) // makes it load, which fails
	changed := ana()
	changed.Version, changed.Teams = 2, []string{"sur"}
	w.tellUser(t, "acme", changed)
	w.until(t, func() bool { u, _ := d.User("acme", "ana"); return u.Version == 2 })
	wantUser(t, d, "acme", changed)
	if err := d.Ready(t.Context()); err != nil {
		t.Errorf("unready without its database: %v", err)
	}
}

func stop(t *testing.T, s *pg.Server) {
	t.Helper()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
