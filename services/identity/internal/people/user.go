package people

import (
	"reflect"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/identity/internal/login"
)

const (
	maxNameRunes = 200
	// The limit exists because a token names its user's teams and must stay below auth.MaxTokenBytes.
	maxTeamsOfUser = 50
	// No user may have this id, because GET /v1/users/me means the reader.
	reservedID = "me"
)

// User is somebody who may sign in. An empty text means that the user has no such value.
type User struct {
	Company       string
	ID            string
	Name          string
	Email         string
	Phone         string
	PayrollNumber string
	Role          string
	Active        bool
	Teams         []string // sorted
	PasswordHash  string
	// Tokens that were issued before ValidFrom are revoked.
	ValidFrom time.Time
	// Version rises with every change.
	Version int64
}

// Change says what to change of a user. A nil field stays as it is. An empty text removes the value.
type Change struct {
	Name          *string
	Email         *string
	Phone         *string
	PayrollNumber *string
	Role          *string
	Active        *bool
	Teams         *[]string
}

// With returns the user after the change, or a *RefusalError that says why the change is not possible.
func (u User) With(c Change) (User, error) {
	set(&u.Name, c.Name)
	set(&u.Email, c.Email)
	set(&u.Phone, c.Phone)
	set(&u.PayrollNumber, c.PayrollNumber)
	set(&u.Role, c.Role)
	if c.Active != nil {
		u.Active = *c.Active
	}
	if c.Teams != nil {
		u.Teams = slices.Compact(slices.Sorted(slices.Values(*c.Teams)))
	}
	return u.checked()
}

func set(field, to *string) {
	if to != nil {
		*field = *to
	}
}

// checked returns the user with its texts cleaned, or an error that says what is wrong with it.
func (u User) checked() (User, error) {
	var err error
	if u.Name, err = checkName("name", u.Name); err != nil {
		return User{}, err
	}
	for _, l := range []struct {
		field string
		value *string
		check func(string) (string, error)
	}{
		{"email", &u.Email, login.Email}, {"phone", &u.Phone, login.Phone}, {"payroll_number", &u.PayrollNumber, login.PayrollNumber},
	} {
		if text.Clean(*l.value) == "" {
			*l.value = ""
			continue
		}
		clean, err := l.check(*l.value)
		if err != nil {
			return User{}, invalid(l.field, "The "+l.field+" "+err.Error()+".")
		}
		*l.value = clean
	}
	if !slices.Contains([]string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}, u.Role) {
		return User{}, invalid("role", "The role must be admin, supervisor or colaborador.")
	}
	if len(u.Teams) > maxTeamsOfUser {
		return User{}, invalid("teams", "A user can be in at most 50 teams.")
	}
	return u, nil
}

// logins returns the keys that the user may sign in with and the field that each comes from, without repetitions.
func (u User) logins() (keys, fields []string) {
	for _, l := range []struct{ field, value string }{
		{"email", u.Email}, {"phone", u.Phone}, {"payroll_number", u.PayrollNumber},
	} {
		if key := login.Key(l.value); key != "" && !slices.Contains(keys, key) {
			keys, fields = append(keys, key), append(fields, l.field)
		}
	}
	return keys, fields
}

// revokes says whether the change to next must end the tokens that the user already has.
func (u User) revokes(next User) bool {
	return u.Role != next.Role || u.Active && !next.Active || u.PasswordHash != next.PasswordHash
}

func (u User) equal(o User) bool {
	same := slices.Equal(u.Teams, o.Teams)
	u.Teams, o.Teams = nil, nil
	return same && reflect.DeepEqual(u, o)
}

// administers says whether this user is an active admin of the company.
func (u User) administers() bool { return u.Role == audience.RoleAdmin && u.Active }

func checkName(field, typed string) (string, error) {
	name, err := text.Line(typed, maxNameRunes)
	if err != nil {
		return "", invalid(field, "The name "+err.Error()+".")
	}
	return name, nil
}

func checkID(id string) error {
	if err := subject.CheckID(id); err != nil || id == reservedID {
		return invalid("id", "The id must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -, and not \"me\".")
	}
	return nil
}
