package people

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/identity/internal/tenancy"
)

// Every change of a user or company goes through announceUsers or announceCompany in its own transaction: they raise the
// version, which is how a listener tells newer from older, and put what others may know into the outbox.

const (
	raiseUsers = `UPDATE identity.users SET version = version + 1 WHERE id_empresa = $1 AND id = ANY($2)`
	newsUsers  = `SELECT u.id, u.role, u.active, u.tokens_valid_from, u.version,
    ARRAY(SELECT m.team_id FROM identity.team_member m WHERE m.id_empresa = u.id_empresa AND m.user_id = u.id ORDER BY m.team_id) AS teams
FROM identity.users u WHERE u.id_empresa = $1 AND u.id = ANY($2) ORDER BY u.id`

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

// announceUsers is for users whose row, logins or teams were just changed. Platform admins have no subject, since they
// have no company: services learn of them when they reload the directory.
func announceUsers(ctx context.Context, tx *sqlx.Tx, company string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := exec(ctx, tx, "versions of users", raiseUsers, company, pq.Array(ids)); err != nil {
		return err
	}
	if company == tenancy.Platform {
		return nil
	}
	users, err := list[newsUser](ctx, tx, "news of users", newsUsers, company, pq.Array(ids))
	if err != nil {
		return err
	}
	news := make([]outbox.Message, len(users))
	for i, u := range users {
		news[i], err = message(company, "usuario", u.ID, &terrenov1.DirectoryUser{
			Id: u.ID, Role: u.Role, Teams: u.Teams, Active: u.Active, TokensValidFromMs: u.ValidFrom.UnixMilli(), Version: u.Version,
		})
		if err != nil {
			return err
		}
	}
	return outbox.Add(ctx, tx, schema, news...)
}

func announceCompany(ctx context.Context, tx *sqlx.Tx, id string) error {
	row, err := get[struct {
		ID        string `db:"id"`
		Zone      string `db:"zone"`
		Suspended bool   `db:"suspended"`
		Version   int64  `db:"version"`
	}](ctx, tx, "news of company", noCompany(), raiseCompany, id)
	if err != nil {
		return err
	}
	news, err := message(id, "empresa", id, &terrenov1.DirectoryCompany{
		Id: row.ID, Zone: row.Zone, Suspended: row.Suspended, Version: row.Version,
	})
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, schema, news)
}

func message(company, event, entity string, m proto.Message) (outbox.Message, error) {
	to, err := subject.New(company, "directorio", event, entity)
	if err != nil {
		return outbox.Message{}, fmt.Errorf("address the news of %s: %w", event, err)
	}
	body, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		return outbox.Message{}, fmt.Errorf("write the news of %s: %w", event, err)
	}
	return outbox.Message{Subject: to, Data: body}, nil
}
