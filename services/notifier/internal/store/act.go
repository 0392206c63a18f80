package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

// Act performs an action on an alert that somebody may see, logs it and announces it. changed is false when the action
// had no effect. Another action on the same alert at the same moment waits until this change has ended.
func (s *Store) Act(ctx context.Context, ch *change.Change, who auth.Claims, id string, action alert.Action) (after Seen, changed bool, err error) {
	var r row
	err = ch.Tx.GetContext(ctx, &r, lockAlert, append(visible.Viewer(who), id)...)
	if errors.Is(err, sql.ErrNoRows) {
		return Seen{}, false, ErrNotFound
	}
	if err != nil {
		return Seen{}, false, fmt.Errorf("lock an alert: %w", err)
	}
	after = r.seen()
	if after.Alert, changed, err = apply(ctx, ch, after.Alert, action); err != nil {
		return after, changed, err
	}
	return after, changed, hidePlaces(ctx, ch.Tx, who.Company, &after.Facts)
}

// Expire resolves by rule at most limit alerts of a company that were raised before an instant and that nobody has
// resolved. It logs and announces each like an action of a person. It returns how many it resolved; if there are fewer
// than limit, none is left.
func (s *Store) Expire(ctx context.Context, company string, before time.Time, note string, limit int) (expired int, err error) {
	err = s.changes.AsWorkerFor(ctx, company, alert.ByRule, func(ch *change.Change) error {
		var rows []row
		if err := ch.Tx.SelectContext(ctx, &rows, lockUnresolved, company, before, limit); err != nil {
			return fmt.Errorf("lock unresolved alerts: %w", err)
		}
		for _, r := range rows {
			if _, _, err := apply(ctx, ch, r.alert(), alert.Action{What: alert.WhatResolved, By: ch.By, At: ch.At, Note: note}); err != nil {
				return err
			}
		}
		expired = len(rows)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return expired, nil
}

// apply writes what an action changes in an alert. The change must have locked the alert.
func apply(ctx context.Context, ch *change.Change, a alert.Alert, action alert.Action) (after alert.Alert, changed bool, err error) {
	if a.Handling, changed = a.Act(action); !changed {
		return a, false, nil
	}
	a.Version++
	entry := action.Entry()
	h := a.Handling
	if _, err := ch.Tx.ExecContext(ctx, updateHandling, a.Company, a.ID, h.Status, h.AcknowledgedBy, h.AcknowledgedAt, h.AcknowledgedNote,
		h.ResolvedBy, h.ResolvedAt, h.ResolvedNote, entry.At); err != nil {
		return a, false, fmt.Errorf("update an alert: %w", err)
	}
	if _, err := addEntries(ctx, ch.Tx, []logged{{a.Company, a.ID, entry}}); err != nil {
		return a, false, err
	}
	// The audience is made of the user's current teams.
	var teams pq.StringArray
	if err := ch.Tx.GetContext(ctx, &teams, teamsOfUser, a.User); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return a, false, fmt.Errorf("read the teams of an alert's user: %w", err)
	}
	return a, true, announce(ctx, ch, a, audienceOf(a, teams))
}

// audienceOf returns who may see an alert: everybody who may see its user, or the admins if it is about nobody.
func audienceOf(a alert.Alert, teams []string) audience.Audience {
	if a.User == "" {
		return audience.Audience{Roles: []string{audience.RoleAdmin}}
	}
	return audience.OfUser(a.User, teams)
}

// announce sends the complete alert to an audience and to webhooks, as far as people may see it.
func announce(ctx context.Context, ch *change.Change, a alert.Alert, to audience.Audience) error {
	if err := hidePlaces(ctx, ch.Tx, a.Company, &a.Facts); err != nil {
		return err
	}
	told := a.Proto()
	if err := callWebhooks(ctx, ch.For(a.Company), webhook.EventUpdated, "alert/"+a.ID, told); err != nil {
		return err
	}
	return ch.For(a.Company).Emit(wire.Domain, wire.EventUpdated, a.ID, to, told)
}
