package store

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// Person is somebody by name.
type Person struct {
	ID   string `db:"id"`
	Name string `db:"name"`
	Role string `db:"role"`
}

// MaxPeople limits an answer.
const MaxPeople = 1000

// Who may talk with the user is what talk.MayTalk says; $4 says that everybody may. Named, in $5, are also those who write to it: the office,
// who is on its teams, and who is or was with it in a conversation with members.
const selectPeople = `WITH me AS (SELECT u.teams FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $2)
SELECT u.id, u.name, u.role FROM identity.v_users u, me WHERE u.id_empresa = $1 AND (
    cardinality($5::text[]) = 0 AND u.active AND u.id <> $2 AND strpos(lower(u.name), lower($7)) > 0 AND ($4 OR $3 = 'admin' OR u.role = 'admin' OR $3 = 'supervisor' AND u.role = 'supervisor'
        OR ($3 = 'supervisor' OR u.role = 'supervisor') AND u.teams && me.teams)
    OR u.id = ANY ($5) AND ($4 OR $3 <> 'colaborador' OR u.role <> 'colaborador' OR u.id = $2 OR u.teams && me.teams OR EXISTS (
        SELECT 1 FROM chat.member a JOIN chat.member b ON b.id_empresa = a.id_empresa AND b.conversation_id = a.conversation_id
        WHERE a.id_empresa = $1 AND a.user_id = $2 AND b.user_id = u.id))
) ORDER BY u.name, u.id LIMIT $6`

// People returns by name those with whom the user may begin a conversation and whose names have a part; with ids, those of them whom it may
// meet in one. It is one more than MaxPeople if there are more.
func (s *Store) People(ctx context.Context, who auth.Claims, ids []string, part string) (list []Person, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		is, err := readSettings(ctx, tx, who.Company)
		if err != nil {
			return err
		}
		if err := tx.SelectContext(ctx, &list, selectPeople, who.Company, who.Subject, who.Role, is.WhoTalks == talk.Everybody, pq.Array(append([]string{}, ids...)), MaxPeople+1, part); err != nil {
			return fmt.Errorf("read the people of conversations: %w", err)
		}
		return nil
	})
	return list, err
}
