package store

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	// Few companies have webhooks, and the others cost nothing more than this.
	selectCalled = `SELECT DISTINCT w.id_empresa FROM notifier.webhook w WHERE w.active AND w.id_empresa = ANY ($1)`
	selectAlerts = `SELECT ` + columns + ` FROM notifier.alert a
JOIN unnest($1::text[], $2::text[]) AS k(id_empresa, id) USING (id_empresa, id) ORDER BY a.id_empresa, a.id`
)

// eventOf is what webhooks hear of an entry that a message added to an alert's log.
var eventOf = map[string]string{
	alert.WhatRaised: webhook.EventRaised, alert.WhatLate: webhook.EventLate, alert.WhatClosed: webhook.EventClosed,
}

// callOfEntries tells webhooks of what messages said of alerts, of any companies: each entry that is new to a log is an event. The alerts
// are sent as they are now, as far as people may see them.
func callOfEntries(ctx context.Context, ch *change.Change, fresh []logged) error {
	var companies, ids []string
	for _, e := range fresh {
		companies = append(companies, e.Company)
	}
	var called []string
	if err := ch.Tx.SelectContext(ctx, &called, selectCalled, pq.Array(companies)); err != nil {
		return fmt.Errorf("read which companies have webhooks: %w", err)
	}
	if len(called) == 0 {
		return nil
	}
	has := map[string]bool{}
	for _, c := range called {
		has[c] = true
	}
	companies = nil
	events := map[key][]string{}
	for _, e := range fresh {
		k := key{e.Company, e.ID}
		if !has[k.Company] || eventOf[e.What] == "" {
			continue
		}
		if events[k] == nil {
			companies, ids = append(companies, k.Company), append(ids, k.ID)
		}
		events[k] = append(events[k], eventOf[e.What])
	}
	var rows []row
	if err := ch.Tx.SelectContext(ctx, &rows, selectAlerts, pq.Array(companies), pq.Array(ids)); err != nil {
		return fmt.Errorf("read the alerts that webhooks are told of: %w", err)
	}
	for _, r := range rows {
		a := r.alert()
		if err := hidePlaces(ctx, ch.Tx, a.Company, &a.Facts); err != nil {
			return err
		}
		for _, event := range events[key{a.Company, a.ID}] {
			if err := callWebhooks(ctx, ch.For(a.Company), event, "alert/"+a.ID, a.Proto()); err != nil {
				return err
			}
		}
	}
	return nil
}
