package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/change"
	wire "github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// putHelp keeps the earliest start and the earliest end that anybody told, so that neither order nor repetition matters. It returns
// the calls that changed. $1 is a list of Help.
const putHelp = `INSERT INTO activity.help AS h (id_empresa, id, user_id, started_at, ended_at)
SELECT r.id_empresa, r.id, r.user_id, min(r.started_at), min(r.ended_at)
FROM json_to_recordset($1::json) AS r(id_empresa text, id text, user_id text, started_at timestamptz, ended_at timestamptz)
GROUP BY r.id_empresa, r.id, r.user_id ORDER BY r.id_empresa, r.id
ON CONFLICT (id_empresa, id) DO UPDATE SET started_at = least(h.started_at, excluded.started_at), ended_at = least(h.ended_at, excluded.ended_at)
WHERE h.user_id = excluded.user_id
  AND (h.started_at, h.ended_at) IS DISTINCT FROM (least(h.started_at, excluded.started_at), least(h.ended_at, excluded.ended_at))
RETURNING id_empresa, id, user_id, started_at, ended_at`

// Help is what is known of a call for help.
type Help struct {
	Company   string    `db:"id_empresa" json:"id_empresa"`
	ID        string    `db:"id" json:"id"`
	User      string    `db:"user_id" json:"user_id"`
	StartedAt time.Time `db:"started_at" json:"started_at"`
	// EndedAt is nil while the call is open.
	EndedAt *time.Time `db:"ended_at" json:"ended_at"`
}

// PutHelp stores calls for help of any companies, and tells the services that show positions. The idempotency key is (company, id).
func (s *Store) PutHelp(ctx context.Context, calls []Help) error {
	list, err := json.Marshal(calls)
	if err != nil {
		return fmt.Errorf("encode calls for help: %w", err)
	}
	return s.changes.AsWorker(ctx, "help", func(ch *change.Change) error {
		var changed []Help
		if err := ch.Tx.SelectContext(ctx, &changed, putHelp, string(list)); err != nil {
			return fmt.Errorf("store calls for help: %w", err)
		}
		for _, h := range changed {
			// Nobody but services hears of it: clients hear of the alert.
			if err := ch.For(h.Company).Emit(wire.Domain, wire.EventState, h.ID, audience.Audience{}, helpEvent(h)); err != nil {
				return err
			}
		}
		return nil
	})
}

func helpEvent(h Help) *terrenov1.Activity {
	m := &terrenov1.Activity{
		Id: h.ID, Tipo: wire.Help, Version: 1, UserId: h.User, State: wire.Working,
		Since: timestamppb.New(h.StartedAt), From: timestamppb.New(h.StartedAt),
	}
	if h.EndedAt != nil {
		m.Version, m.State, m.Since, m.Until = 2, wire.Over, timestamppb.New(*h.EndedAt), timestamppb.New(*h.EndedAt)
	}
	return m
}
