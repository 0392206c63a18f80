package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// Seen is an alert and the name of its user. The name is empty for a user whom identity does not know.
type Seen struct {
	alert.Alert
	UserName string
}

func (r row) seen() Seen { return Seen{r.alert(), r.UserName} }

// Filter selects alerts. A field that is empty or nil has no effect.
type Filter struct {
	Status, User, Team, Type string
	// Open selects alerts that continue (true) or that ended (false).
	Open, Late *bool
	// From is inclusive, To is exclusive.
	From, To *time.Time
}

// Page selects a part of a list: at most Limit alerts, after the alert that began at After and has the id AfterID. If
// After is nil, the page starts at the beginning.
type Page struct {
	Limit   int
	After   *time.Time
	AfterID string
}

// Alerts returns alerts that the viewer may see. The alert that began last comes first.
func (s *Store) Alerts(ctx context.Context, who auth.Claims, f Filter, p Page) ([]Seen, error) {
	var rows []row
	err := s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		args := append(visible.Viewer(who), f.Status, f.Open, f.User, f.Team, f.Type, f.Late, f.From, f.To, p.After, p.AfterID, p.Limit)
		if err := tx.SelectContext(ctx, &rows, pageOfAlerts, args...); err != nil {
			return err
		}
		facts := make([]*alert.Facts, len(rows))
		for i := range rows {
			facts[i] = &rows[i].Facts
		}
		return hidePlaces(ctx, tx, who.Company, facts...)
	})
	if err != nil {
		return nil, fmt.Errorf("read alerts: %w", err)
	}
	list := make([]Seen, len(rows))
	for i, r := range rows {
		list[i] = r.seen()
	}
	return list, nil
}

// Alert returns an alert that the viewer may see and its log, or ErrNotFound.
func (s *Store) Alert(ctx context.Context, who auth.Claims, id string) (a Seen, log []alert.Entry, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		var r row
		err := tx.GetContext(ctx, &r, selectAlert, append(visible.Viewer(who), id)...)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("read an alert: %w", err)
		}
		if err := hidePlaces(ctx, tx, who.Company, &r.Facts); err != nil {
			return err
		}
		a = r.seen()
		if err := tx.SelectContext(ctx, &log, selectEntries, who.Company, id); err != nil {
			return fmt.Errorf("read an alert's log: %w", err)
		}
		return nil
	})
	if err != nil {
		return Seen{}, nil, err
	}
	for i := range log {
		log[i].At, log[i].ReceivedAt = log[i].At.UTC(), log[i].ReceivedAt.UTC()
	}
	alert.SortEntries(log)
	return a, log, nil
}

// Prune removes alerts, with their logs, that are over and that nothing has changed since an instant. An alert is over
// when it ended or when somebody resolved it. Prune removes at most limit alerts in one transaction and returns how many.
// Replicas do not wait for one another.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	return s.drop(ctx, deleteOld, before, limit)
}
