package gateway

import (
	"errors"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/directory"
)

// judge is the directory's verdict on the token of an open socket, from memory alone. The directory knew the token's user
// and role when the socket was opened, so whatever differs now is newer than the token.
func judge(d *directory.Directory) func(auth.Claims) error {
	return func(c auth.Claims) error {
		company, ok := d.Company(c.Company)
		if !ok {
			return auth.ErrRevoked.Because(errors.New("unknown company"))
		}
		user, ok := d.User(c.Company, c.Subject)
		switch {
		case company.Suspended:
			return auth.ErrSuspended
		case !ok, !user.Active, user.Role != c.Role, c.IssuedAt.Before(user.TokensValidFrom):
			return auth.ErrRevoked.Because(errors.New("user was changed since"))
		}
		return nil
	}
}
