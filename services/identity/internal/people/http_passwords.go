package people

import (
	"context"
	"errors"
	"net/http"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

type passwordInput struct {
	UserID
	Body struct {
		Password    string `json:"password" maxLength:"1024" doc:"the new one, 8 characters at least"`
		OldPassword string `json:"old_password,omitempty" maxLength:"1024" doc:"needed to change your own"`
	}
}

func (a *API) registerPasswords(api *httpx.API) {
	handle(api, operation("users", "set-password", http.MethodPut, "/v1/users/{id}/password",
		"Set a user's password, or change your own; the user is signed out everywhere", anyone), a.setPassword)
	handle(api, operation("users", "revoke-user", http.MethodPost, "/v1/users/{id}/revoke",
		"Sign a user, or yourself, out everywhere", anyone), a.revokeUser)
}

func (a *API) setPassword(ctx context.Context, who Reader, in *passwordInput) (*struct{}, error) {
	u, err := a.target(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	if u.ID == who.ID {
		if err := a.proveOld(ctx, u, in.Body.OldPassword); err != nil {
			return nil, err
		}
	}
	hash, err := a.hash(ctx, u, in.Body.Password)
	if err != nil {
		return nil, err
	}
	known := u.PasswordHash
	_, err = a.Store.ChangeUser(ctx, who, in.ID, func(u User) (User, error) {
		if u.ID == who.ID && u.PasswordHash != known { // changed since the old one was proved
			return User{}, wrongPassword()
		}
		u.PasswordHash = hash
		return u, nil
	})
	return nil, err
}

// proveOld checks the old password and limits the attempts. Somebody who finds a phone unlocked, or steals a token, cannot
// use it to guess the password.
func (a *API) proveOld(ctx context.Context, u User, old string) error {
	counter := throttle.User(u.Company, u.ID)
	wait, err := a.Guard.Attempt(ctx, counter)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &throttle.WaitError{Wait: wait}
	}
	right, _, err := a.Passwords.Verify(ctx, u.Company, u.PasswordHash, old)
	if err != nil { // the user learnt nothing, and an overload must not lock anybody out
		return errors.Join(err, a.Guard.Undo(context.WithoutCancel(ctx), counter))
	}
	if !right {
		return wrongPassword()
	}
	return a.Guard.Succeed(ctx, counter)
}

func (a *API) revokeUser(ctx context.Context, who Reader, in *UserID) (*struct{}, error) {
	if _, err := a.target(ctx, who, in.ID); err != nil {
		return nil, err
	}
	return nil, a.Store.Revoke(ctx, who, in.ID)
}

// target returns the user that the reader may act on: an admin on everyone in the company, others on themselves.
func (a *API) target(ctx context.Context, who Reader, id string) (User, error) {
	u, err := a.Store.User(ctx, who, id)
	if err == nil && who.ID != id && who.Role != audience.RoleAdmin {
		return User{}, &RefusalError{Code: CodeForbidden, Detail: "Only an admin may do this to somebody else."}
	}
	return u, err
}

func wrongPassword() *RefusalError {
	return &RefusalError{CodePasswordWrong, "The old password is wrong. To set a new one without it, ask an admin.", "old_password"}
}
