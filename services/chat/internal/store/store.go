// Package store holds all SQL statements of chat. Each method is one transaction unless its comment says otherwise.
//
// It guarantees that the messages of a conversation are numbered without a gap in the order of their commits: whoever adds a message
// locks the conversation first. A user reads only what package talk lets it read. Errors are those that errors.go lists, *talk.FieldError
// of a draft, and those of the database and the outbox.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/chat/internal/talk"
)

// Schema is the name of the schema with the tables.
const Schema = "chat"

// Domain and names of the events.
const (
	Domain            = "chat"
	EventMessage      = "mensaje"
	EventEdited       = "editado"
	EventDelivered    = "entregado"
	EventRead         = "leido"
	EventTyping       = "escribiendo"
	EventConversation = "conversacion"
	EventSettings     = "ajustes"
	EventNotice       = "aviso"
)

// Store reads and writes conversations. It is safe for concurrent use.
type Store struct {
	db      *db.DB
	changes *change.Changes
	timers  *schedule.Timers
}

// New makes a store. d is a pool of the service's role.
func New(d *db.DB, changes *change.Changes) *Store { return &Store{db: d, changes: changes} }

// UseTimers gives the store the timers by which it tells people of messages. Call it before anything is sent.
func (s *Store) UseTimers(t *schedule.Timers) { s.timers = t }

const selectSettings = `SELECT who_talks, keep_after_leaving, auditing, retention_days, version FROM chat.settings WHERE id_empresa = $1`

func readSettings(ctx context.Context, tx *sqlx.Tx, company string) (is talk.Settings, err error) {
	err = tx.GetContext(ctx, &is, selectSettings, company)
	if errors.Is(err, sql.ErrNoRows) {
		return talk.Defaults, nil
	}
	if err != nil {
		return is, fmt.Errorf("read the settings: %w", err)
	}
	return is, nil
}

// readOne reads one row, or returns none when there is no such row. Other errors name what, such as "a message".
func readOne[T any](ctx context.Context, tx *sqlx.Tx, what string, none error, query string, args ...any) (one T, err error) {
	err = tx.GetContext(ctx, &one, query, args...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return one, none
	case err != nil:
		return one, fmt.Errorf("read %s: %w", what, err)
	}
	return one, nil
}

// Now returns the time by PostgreSQL's clock.
func (s *Store) Now(ctx context.Context) (now time.Time, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		now, err = readOne[time.Time](ctx, tx, "the clock", errNone, `SELECT clock_timestamp()`)
		return err
	})
	return now, err
}

// Conversation is a row.
type Conversation struct {
	ID        string    `db:"id"`
	Kind      string    `db:"kind"`
	VisitID   string    `db:"visit_id"`
	TeamID    string    `db:"team_id"`
	Title     string    `db:"title"`
	CreatedAt time.Time `db:"created_at"`
	CreatedBy string    `db:"created_by"`
	Version   int64     `db:"version"`
	LastSeq   int64     `db:"last_seq"`
	LastAt    time.Time `db:"last_at"`
	GoneSeq   int64     `db:"gone_seq"`
}

// The conversation of a visit, which is joined as v, is called as the visit is.
const conversationColumns = `c.id, c.kind, c.visit_id, c.team_id, coalesce(nullif(c.title, ''), v.title, '') AS title, c.created_at, c.created_by,
    c.version, c.last_seq, c.last_at, c.gone_seq`
