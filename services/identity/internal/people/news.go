package people

import (
	"context"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// domain is the subject domain of the news that tell services about companies and their users.
const domain = "directorio"

// Every change of a user or company calls announceUsers or announceCompany in its own transaction. They raise the version
// and emit what other services may know. A listener uses the version to tell newer news from older. The database keeps a
// user's teams beside the version (migrations/0008), so that a directory that reads all users need not ask who is in which
// team.

const (
	raiseUsers = `UPDATE identity.users SET version = version + 1 WHERE id_empresa = $1 AND id = ANY($2)
RETURNING id, role, active, tokens_valid_from, version, teams`

	raiseCompany = `UPDATE identity.company SET version = version + 1 WHERE id_empresa = $1
RETURNING id_empresa AS id, zone, status = 'suspended' AS suspended, version`
)

type newsUser struct {
	ID        string         `db:"id"`
	Role      string         `db:"role"`
	Active    bool           `db:"active"`
	ValidFrom time.Time      `db:"tokens_valid_from"`
	Version   int64          `db:"version"`
	Teams     pq.StringArray `db:"teams"`
}

// announceUsers announces users whose row, logins or teams were just changed. It emits nothing for platform admins: they
// have no company and therefore no subject. Services ask for them every minute.
func announceUsers(ctx context.Context, ch *change.Change, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	users, err := list[newsUser](ctx, ch.Tx, "news of users", raiseUsers, ch.Company, pq.Array(ids))
	if err != nil || ch.Company == change.Platform {
		return err
	}
	for _, u := range users {
		err := ch.Emit(domain, "usuario", u.ID, audience.Audience{}, &terrenov1.DirectoryUser{
			Id: u.ID, Role: u.Role, Teams: u.Teams, Active: u.Active, TokensValidFromMs: u.ValidFrom.UnixMilli(), Version: u.Version,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func announceCompany(ctx context.Context, ch *change.Change) error {
	row, err := get[struct {
		ID        string `db:"id"`
		Zone      string `db:"zone"`
		Suspended bool   `db:"suspended"`
		Version   int64  `db:"version"`
	}](ctx, ch.Tx, "news of company", noCompany(), raiseCompany, ch.Company)
	if err != nil {
		return err
	}
	return ch.Emit(domain, "empresa", row.ID, audience.Audience{}, &terrenov1.DirectoryCompany{
		Id: row.ID, Zone: row.Zone, Suspended: row.Suspended, Version: row.Version,
	})
}
