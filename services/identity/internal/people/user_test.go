package people

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

func ptr[T any](v T) *T { return &v }

var ana = User{Company: "acme", ID: "ana", Name: "Ana", Email: "ana@acme.example", Role: audience.RoleAdmin, Active: true, Teams: []string{"norte"}}

func TestWithChangesWhatIsGiven(t *testing.T) {
	t.Parallel()
	got, err := ana.With(Change{})
	if err != nil || got.Name != "Ana" || got.Email != ana.Email || !got.Active || !slices.Equal(got.Teams, ana.Teams) {
		t.Errorf("no change: %+v, %v", got, err)
	}
	got, err = ana.With(Change{
		Name: ptr("  Ana María "), Email: ptr(""), Phone: ptr(" +52 33 1234 5678 "), PayrollNumber: ptr("E-7"),
		Role: ptr(audience.RoleSupervisor), Active: ptr(false), Teams: ptr([]string{"sur", "norte", "sur"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "Ana María" || got.Email != "" || got.Phone != "+52 33 1234 5678" || got.PayrollNumber != "E-7" ||
		got.Role != audience.RoleSupervisor || got.Active || !slices.Equal(got.Teams, []string{"norte", "sur"}) {
		t.Errorf("changed to %+v", got)
	}
}

func TestWithNamesTheFieldThatIsWrong(t *testing.T) {
	t.Parallel()
	many := make([]string, 51)
	for i := range many {
		many[i] = strings.Repeat("t", i+1)
	}
	for field, c := range map[string]Change{
		"name":           {Name: ptr(" ")},
		"email":          {Email: ptr("ana")},
		"phone":          {Phone: ptr("12")},
		"payroll_number": {PayrollNumber: ptr("a@b")},
		"role":           {Role: ptr(audience.RolePlatformAdmin)},
		"teams":          {Teams: &many},
	} {
		_, err := ana.With(c)
		r, ok := errors.AsType[*RefusalError](err)
		if !ok || r.Code != CodeInvalid || r.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, name := range []string{"", strings.Repeat("ñ", 201), "two\nlines", "bad\xff"} {
		if _, err := ana.With(Change{Name: &name}); err == nil {
			t.Errorf("the name %q is accepted", name)
		}
	}
}

func TestLoginsAreFoldedAndDistinct(t *testing.T) {
	t.Parallel()
	u := User{Email: "Ana@Acme.example", Phone: "+52 33 1234 5678", PayrollNumber: "523312345678"}
	keys, fields := u.logins()
	if !slices.Equal(keys, []string{"ana@acme.example", "523312345678"}) || !slices.Equal(fields, []string{"email", "phone"}) {
		t.Errorf("logins %q of %q", keys, fields)
	}
}

func TestWhatRevokesTokens(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*User)
		want   bool
	}{
		"a name":         {func(u *User) { u.Name = "B" }, false},
		"teams":          {func(u *User) { u.Teams = nil }, false},
		"a role":         {func(u *User) { u.Role = audience.RoleSupervisor }, true},
		"a deactivation": {func(u *User) { u.Active = false }, true},
		"a password":     {func(u *User) { u.PasswordHash = "x" }, true},
	} {
		next := ana
		tc.change(&next)
		if got := ana.revokes(next); got != tc.want {
			t.Errorf("%s revokes: %v, want %v", name, got, tc.want)
		}
	}
	asleep := ana
	asleep.Active = false
	if asleep.revokes(ana) {
		t.Error("an activation revokes")
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{"u1": true, "0198c1f2-7b3e": true, "me": false, "": false, "a.b": false, ">": false, "a b": false, strings.Repeat("a", 65): false} {
		if err := checkID(id); (err == nil) != want {
			t.Errorf("id %q: %v", id, err)
		}
	}
}

func TestCompanyIsChecked(t *testing.T) {
	t.Parallel()
	good := Company{ID: "acme", Name: "Acme", Zone: "America/Mexico_City", Status: StatusActive, Tracking: TrackingAlways}
	got, err := good.With(CompanyChange{Name: ptr(" Acme Norte "), Zone: ptr("Europe/Madrid"), Tracking: ptr(TrackingOnShift)})
	if err != nil || got.Name != "Acme Norte" || got.Zone != "Europe/Madrid" || got.Tracking != TrackingOnShift {
		t.Errorf("changed to %+v, %v", got, err)
	}
	for name, tc := range map[string]struct {
		field  string
		change func(*Company)
	}{
		"reserved id": {"id", func(c *Company) { c.ID = "dlq" }}, "injected id": {"id", func(c *Company) { c.ID = "a.>" }},
		"no name": {"name", func(c *Company) { c.Name = "" }}, "no zone": {"zone", func(c *Company) { c.Zone = "" }},
		"local zone": {"zone", func(c *Company) { c.Zone = "Local" }}, "offset": {"zone", func(c *Company) { c.Zone = "UTC-6" }},
		"path": {"zone", func(c *Company) { c.Zone = "../etc/passwd" }}, "tracking": {"tracking", func(c *Company) { c.Tracking = "never" }},
	} {
		c := good
		tc.change(&c)
		_, err := c.checked()
		if r, ok := errors.AsType[*RefusalError](err); !ok || r.Field != tc.field {
			t.Errorf("%s: %v, want a refusal of %s", name, err, tc.field)
		}
	}
}
