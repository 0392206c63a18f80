package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/outbox"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// Change runs fn in a transaction of the company and wakes the outbox's relay once it is committed.
func (s *Store) Change(ctx context.Context, company string, fn func(tx *sqlx.Tx) error) error {
	if err := s.db.InTenant(ctx, company, fn); err != nil {
		return err
	}
	s.wake()
	return nil
}

// Act does something about an alert in a transaction of Change, logs it and announces it. changed is false when there was
// nothing left to do. Somebody who acts on the same alert at the same moment waits for this transaction's end.
func (s *Store) Act(ctx context.Context, tx *sqlx.Tx, v Viewer, id string, action alert.Action) (after Seen, changed bool, err error) {
	var r row
	err = tx.GetContext(ctx, &r, lockAlert, append(v.visibility(), id)...)
	if errors.Is(err, sql.ErrNoRows) {
		return Seen{}, false, ErrNotFound
	}
	if err != nil {
		return Seen{}, false, fmt.Errorf("lock an alert: %w", err)
	}
	after = r.seen()
	if after.Handling, changed = after.Act(action); !changed {
		return after, false, nil
	}
	after.Version++
	entry := action.Entry()
	h := after.Handling
	if _, err := tx.ExecContext(ctx, updateHandling, v.Company, id, h.Status, h.AcknowledgedBy, h.AcknowledgedAt, h.AcknowledgedNote,
		h.ResolvedBy, h.ResolvedAt, h.ResolvedNote, entry.At); err != nil {
		return Seen{}, false, fmt.Errorf("update an alert: %w", err)
	}
	if _, err := addEntries(ctx, tx, []logged{{v.Company, id, entry}}); err != nil {
		return Seen{}, false, err
	}
	return after, true, announce(ctx, tx, after.Alert)
}

// announce tells those who may see what the alert's user does now.
func announce(ctx context.Context, tx *sqlx.Tx, a alert.Alert) error {
	var teams pq.StringArray
	if err := tx.GetContext(ctx, &teams, teamsOfUser, a.User); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the teams of an alert's user: %w", err)
	}
	header := nats.Header{}
	if err := audience.OfUser(a.User, teams).Set(header); err != nil {
		return fmt.Errorf("address an alert: %w", err)
	}
	m, err := announcement(a, header)
	if err != nil {
		return err
	}
	return outbox.Add(ctx, tx, Schema, m)
}

// announcement is the alert whole, to the audience that a header names.
func announcement(a alert.Alert, header nats.Header) (outbox.Message, error) {
	to, err := subject.New(a.Company, wire.Domain, wire.EventUpdated, a.ID)
	if err != nil {
		return outbox.Message{}, fmt.Errorf("address an alert: %w", err)
	}
	body, err := a.ClientJSON()
	if err != nil {
		return outbox.Message{}, err
	}
	seers := nats.Header{}
	for _, name := range []string{audience.UsersHeader, audience.TeamsHeader, audience.RolesHeader} {
		if v := header.Get(name); v != "" {
			seers.Set(name, v)
		}
	}
	return outbox.Message{Subject: to, Header: seers, Data: body}, nil
}
