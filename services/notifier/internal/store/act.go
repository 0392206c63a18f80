package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	toldSupervisors = `SELECT DISTINCT n.user_id FROM notifier.notification n JOIN identity.v_users u ON u.id_empresa = n.id_empresa AND u.id = n.user_id
WHERE n.id_empresa = $1 AND n.ref = $2 AND u.active AND u.role = 'supervisor' ORDER BY n.user_id LIMIT $3`
	// maxAlso keeps an audience under audience.MaxUsers. All others hear of the panic by their teams, or read it.
	maxAlso = 200
)

// Act performs an action on an alert that somebody may see, logs it and announces it. changed is false when the action
// had no effect. Another action on the same alert at the same moment waits until this change has ended.
//
// An action that takes care of the alert stops its escalation: a step that runs at the same moment ends first, and no other follows.
// Errors are ErrNotFound and those of alert.May.
func (s *Store) Act(ctx context.Context, ch *change.Change, who auth.Claims, id string, action alert.Action) (after Seen, changed bool, err error) {
	if subject.CheckID(id) != nil {
		return Seen{}, false, ErrNotFound
	}
	// Before the alert is locked, because a step locks its timer first and then the alert.
	if action.Stops() {
		for _, kind := range slices.Sorted(maps.Keys(s.timers)) {
			if _, err := s.timers[kind].Cancel(ctx, ch, kind, id); err != nil {
				return Seen{}, false, err
			}
		}
	}
	var r row
	err = ch.Tx.GetContext(ctx, &r, lockAlert, append(visible.Viewer(who), id)...)
	if errors.Is(err, sql.ErrNoRows) {
		return Seen{}, false, ErrNotFound
	}
	if err != nil {
		return Seen{}, false, fmt.Errorf("lock an alert: %w", err)
	}
	after = r.seen()
	if err := after.May(action, who.Role == audience.RoleAdmin || who.Role == audience.RoleSupervisor); err != nil {
		return Seen{}, false, err
	}
	if after.Alert, changed, err = apply(ctx, ch, after.Alert, action); err != nil {
		return after, changed, err
	}
	return after, changed, hidePlaces(ctx, ch.Tx, who.Company, &after.Facts)
}

// Shown notes that the change's author was shown an alert of its company, because a phone reported the push about it as delivered. The
// first one counts. It does nothing about an alert that is gone or over, and nothing if the alert is about the author.
func (s *Store) Shown(ctx context.Context, ch *change.Change, id string) error {
	var r row
	err := ch.Tx.GetContext(ctx, &r, lockAlertOfCompany, ch.Company, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock an alert that was shown: %w", err)
	}
	a := r.alert()
	if a.User == ch.By {
		return nil
	}
	_, _, err = apply(ctx, ch, a, alert.Action{What: alert.WhatDelivered, By: ch.By, At: ch.At})
	return err
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
	var log []alert.Entry
	if a.Handling, log = a.Act(action); len(log) == 0 {
		return a, false, nil
	}
	a.Version++
	if err := writeHandling(ctx, ch, a, log...); err != nil {
		return a, false, err
	}
	// The audience is made of the user's current teams.
	var teams pq.StringArray
	if err := ch.Tx.GetContext(ctx, &teams, teamsOfUser, a.User); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return a, false, fmt.Errorf("read the teams of an alert's user: %w", err)
	}
	return a, true, announce(ctx, ch, a, audienceOf(a, teams))
}

// writeHandling writes what was done about an alert, with its version, and adds to its log.
func writeHandling(ctx context.Context, ch *change.Change, a alert.Alert, log ...alert.Entry) error {
	h := a.Handling
	if _, err := ch.Tx.ExecContext(ctx, updateHandling, a.Company, a.ID, h.Status, h.AcknowledgedBy, h.AcknowledgedAt, h.AcknowledgedNote,
		h.ResolvedBy, h.ResolvedAt, h.ResolvedNote, h.Resolution, h.DeliveredTo, h.DeliveredAt, h.EnRouteBy, h.EnRouteAt,
		h.Step, h.NextAt, h.Unreachable, ch.At, a.Version); err != nil {
		return fmt.Errorf("update an alert: %w", err)
	}
	entries := make([]logged, len(log))
	for i, e := range log {
		entries[i] = logged{a.Company, a.ID, e}
	}
	_, err := addEntries(ctx, ch.Tx, entries)
	return err
}

// audienceOf returns who may see an alert: everybody who may see its user, or the admins if it is about nobody.
func audienceOf(a alert.Alert, teams []string) audience.Audience {
	if a.User == "" {
		return audience.Audience{Roles: []string{audience.RoleAdmin}}
	}
	return audience.OfUser(a.User, teams)
}

// announce sends the complete alert to an audience and to webhooks, as far as people may see it. Supervisors who were told of a panic of
// another team hear of it too.
func announce(ctx context.Context, ch *change.Change, a alert.Alert, to audience.Audience) error {
	if err := hidePlaces(ctx, ch.Tx, a.Company, &a.Facts); err != nil {
		return err
	}
	if a.Type == wire.TypePanic {
		var also []string
		if _, err := ch.Tx.ExecContext(ctx, asCompany, a.Company); err != nil {
			return fmt.Errorf("look at a company: %w", err)
		}
		if err := ch.Tx.SelectContext(ctx, &also, toldSupervisors, a.Company, "alert/"+a.ID, maxAlso); err != nil {
			return fmt.Errorf("read who was told of a panic: %w", err)
		}
		to.Users = append(slices.Clone(to.Users), also...)
	}
	told := a.Proto()
	if err := callWebhooks(ctx, ch.For(a.Company), webhook.EventUpdated, "alert/"+a.ID, told); err != nil {
		return err
	}
	return ch.For(a.Company).Emit(wire.Domain, wire.EventUpdated, a.ID, to, told)
}
