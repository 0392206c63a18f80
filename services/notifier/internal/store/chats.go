package store

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// byChats is who tells people of messages.
const byChats = "mensajes"

// TellMessage tells people of a message of a conversation of their company. A message that comes twice tells nobody twice: the key is
// (person, conversation, seq).
func (s *Store) TellMessage(ctx context.Context, company string, m notice.Message) (told notice.Told, err error) {
	err = s.changes.AsWorkerFor(ctx, company, byChats, func(ch *change.Change) error {
		var sender []user
		if err := ch.Tx.SelectContext(ctx, &sender, selectUsers, company, pq.Array([]string{m.Sender})); err != nil {
			return fmt.Errorf("read who wrote: %w", err)
		}
		name := ""
		if len(sender) > 0 {
			name = sender[0].Name
		}
		told, err = s.Notify(ctx, ch, m.Notices(name, ch.At))
		return err
	})
	if err != nil {
		return notice.Told{}, fmt.Errorf("tell people of a message: %w", err)
	}
	return told, nil
}
