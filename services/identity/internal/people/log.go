package people

import (
	"reflect"

	"github.com/terreno/terreno/pkg/change"
)

// This file writes what the log of changes says about people (GET /v1/changes). The log never holds a password or a hash.

type loggedUser struct {
	UserView
	HasPassword bool `json:"has_password"`
}

func logUser(ch *change.Change, what string, before, after *loggedUser, id string) error {
	l := change.Logged{What: "user." + what, Entity: "user/" + id}
	if before != nil {
		l.Before = before
	}
	if after != nil {
		l.After = after
	}
	return ch.Log(l)
}

func userLogged(u User) *loggedUser { return &loggedUser{viewUser(u), u.PasswordHash != ""} }

// logChange logs a new password and a change of the user's other fields as separate entries, so that neither hides the
// other.
func logChange(ch *change.Change, before, after User) error {
	if before.PasswordHash != after.PasswordHash {
		if err := logUser(ch, "password_set", nil, nil, after.ID); err != nil {
			return err
		}
	}
	was, is := userLogged(before), userLogged(after)
	was.HasPassword, is.Version = is.HasPassword, was.Version
	if reflect.DeepEqual(was, is) {
		return nil
	}
	return logUser(ch, "changed", userLogged(before), userLogged(after), after.ID)
}

func logTeam(ch *change.Change, what string, before, after *Team) error {
	l := change.Logged{What: "team." + what}
	for t, to := range map[*Team]*any{before: &l.Before, after: &l.After} {
		if t != nil {
			l.Entity, *to = "team/"+t.ID, viewTeam(*t)
		}
	}
	if reflect.DeepEqual(l.Before, l.After) {
		return nil
	}
	return ch.Log(l)
}

func logCompany(ch *change.Change, what string, before, after *Company) error {
	l := change.Logged{What: "company." + what, Entity: "company/" + after.ID, After: viewCompany(*after)}
	if before != nil {
		l.Before = viewCompany(*before)
	}
	return ch.Log(l)
}
