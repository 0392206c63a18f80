package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

const (
	companiesOwed = `SELECT DISTINCT p.id_empresa FROM notifier.visit_pace p WHERE p.owed_at <= $1 LIMIT $2`
	lockOwed      = `SELECT p.user_id, p.kind, p.day, p.owed FROM notifier.visit_pace p WHERE p.id_empresa = $1 AND p.owed_at <= $2
ORDER BY p.user_id, p.kind, p.day LIMIT $3 FOR UPDATE SKIP LOCKED`
	// What follows soon is owed again.
	paid = `UPDATE notifier.visit_pace p SET owed = '{}', owed_at = NULL, last_at = $2, told_at = CASE WHEN n.told THEN $2 ELSE p.told_at END
FROM unnest($3::text[], $4::text[], $5::text[], $6::boolean[]) AS n(user_id, kind, day, told)
WHERE p.id_empresa = $1 AND p.user_id = n.user_id AND p.kind = n.kind AND p.day = n.day`
)

type owed struct {
	notice.Group
	Visits pq.StringArray `db:"owed"`
}

// TellOwed tells people of all companies what changed of their visits too soon after another notification, if it is due at an instant and
// still true. A company that fails keeps no other waiting.
func (s *Store) TellOwed(ctx context.Context, due time.Time) error {
	var companies []string
	err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &companies, companiesOwed, due, atOnce) })
	if err != nil {
		return fmt.Errorf("find who is owed a notification: %w", err)
	}
	var failed []error
	for _, company := range companies {
		if err := s.changes.AsWorkerFor(ctx, company, byVisits, func(ch *change.Change) error { return s.pay(ctx, ch, due) }); err != nil {
			failed = append(failed, fmt.Errorf("tell people of %s what they are owed: %w", company, err))
		}
	}
	return errors.Join(failed...)
}

// pay tells people of a company. What it leaves is told the next time.
func (s *Store) pay(ctx context.Context, ch *change.Change, due time.Time) error {
	var rows []owed
	if err := ch.Tx.SelectContext(ctx, &rows, lockOwed, ch.Company, due, atOnce); err != nil {
		return fmt.Errorf("lock what is owed: %w", err)
	}
	if len(rows) == 0 {
		return change.ErrNothing
	}
	news, err := owedNews(ctx, ch, rows)
	if err != nil {
		return err
	}
	are := map[[2]string]bool{}
	for _, n := range news {
		are[[2]string{n.User, n.Kind}] = true
	}
	var users, kinds, days []string
	var tells []bool
	for _, r := range rows {
		users, kinds, days = append(users, r.User), append(kinds, r.Kind), append(days, r.Day)
		tells = append(tells, are[[2]string{r.User, r.NewsKind()}])
	}
	if _, err := ch.Tx.ExecContext(ctx, paid, ch.Company, ch.At, pq.Array(users), pq.Array(kinds), pq.Array(days), pq.Array(tells)); err != nil {
		return fmt.Errorf("note what was told: %w", err)
	}
	var notices []notice.Notice
	for _, of := range notice.Grouped(news) { // Since then, another day may have begun.
		notices = append(notices, notice.Together(of, ch.At))
	}
	inOrder(notices)
	if err := outdate(ctx, ch, nil, notices); err != nil {
		return err
	}
	_, err = s.Notify(ctx, ch, notices)
	return err
}

// owedNews returns what of it is still true.
func owedNews(ctx context.Context, ch *change.Change, rows []owed) (news []notice.News, err error) {
	zone, err := companyZone(ctx, ch.Tx, ch.Company)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range rows {
		ids = append(ids, r.Visits...)
	}
	var visits []visitRow
	if err := ch.Tx.SelectContext(ctx, &visits, visitsNow, ch.Company, pq.Array(ids)); err != nil {
		return nil, fmt.Errorf("read visits: %w", err)
	}
	are := map[string]visitRow{}
	for _, v := range visits {
		are[v.ID] = v
	}
	for _, r := range rows {
		for _, id := range r.Visits {
			if n, ok := notice.Owed(r.User, r.NewsKind(), are[id].visit(), notice.Context{Now: ch.At, Zone: zone}); ok {
				news = append(news, n)
			}
		}
	}
	return news, nil
}
