package shifts

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/proto/track"
)

const (
	// longest is how long a shift can last (services/activity/internal/shift). It bounds what of an index is looked at.
	longest  = 36 * time.Hour
	pageSize = 10_000

	// Spans of the users who are in companies that hide. Everybody in such a company has at least one row.
	selectShown = `SELECT w.id_empresa, w.user_id, s.started_at, s.ended_by
FROM unnest($1::text[], $2::text[]) AS w(id_empresa, user_id)
JOIN activity.v_on_shift_only m ON m.id_empresa = w.id_empresa
LEFT JOIN activity.v_shift_span s ON s.id_empresa = w.id_empresa AND s.user_id = w.user_id
    AND s.started_at >= $3::timestamptz - interval '36 hours' AND s.started_at < $4 AND s.ended_by > $3`

	selectCompanies = `SELECT id_empresa, version FROM activity.v_on_shift_only`
	// Shifts that lasted after $4, of all companies that hide and of those in $6.
	selectPage = `SELECT s.id_empresa, s.user_id, s.id, s.started_at, s.ended_by, s.version FROM activity.v_shift_span s
WHERE (s.id_empresa IN (SELECT m.id_empresa FROM activity.v_on_shift_only m) OR s.id_empresa = ANY ($6)) AND s.ended_by > $4 AND (s.id_empresa, s.user_id, s.id) > ($1, $2, $3)
ORDER BY s.id_empresa, s.user_id, s.id LIMIT $5`
)

// Where returns the SQL condition that people may see what a user recorded at an instant. company, user and at are columns or
// parameters. The list of companies is read once a statement.
func Where(company, user, at string) string {
	return fmt.Sprintf(`(%[1]s NOT IN (SELECT m.id_empresa FROM activity.v_on_shift_only m) OR EXISTS (SELECT FROM activity.v_shift_span s
    WHERE s.id_empresa = %[1]s AND s.user_id = %[2]s AND s.started_at <= %[3]s AND s.started_at >= %[3]s - interval '36 hours' AND s.ended_by > %[3]s))`,
		company, user, at)
}

// Who is a user of a company.
type Who struct{ Company, User string }

// Shown says what of each user's time people may see.
type Shown map[Who]*track.Shown

// Of returns what people may see of a user, nil for everything.
func (s Shown) Of(company, user string) *track.Shown { return s[Who{company, user}] }

// Read returns what people may see of these users, of the time from from to to. It is one statement in the caller's transaction.
func Read(ctx context.Context, tx *sqlx.Tx, users []Who, from, to time.Time) (Shown, error) {
	companies, ids := make(pq.StringArray, len(users)), make(pq.StringArray, len(users))
	for i, w := range users {
		companies[i], ids[i] = w.Company, w.User
	}
	var rows []struct {
		Company string     `db:"id_empresa"`
		User    string     `db:"user_id"`
		From    *time.Time `db:"started_at"`
		Until   *time.Time `db:"ended_by"`
	}
	if err := tx.SelectContext(ctx, &rows, selectShown, companies, ids, from, to); err != nil {
		return nil, fmt.Errorf("read who was on shift: %w", err)
	}
	spans := map[Who][]track.Span{}
	for _, r := range rows {
		who := Who{r.Company, r.User}
		is := spans[who]
		if r.From != nil && r.Until != nil {
			is = append(is, track.Span{From: r.From.UnixMilli(), Until: r.Until.UnixMilli()})
		}
		spans[who] = is
	}
	shown := make(Shown, len(spans))
	for who, is := range spans {
		shown[who] = track.ShownIn(is...)
	}
	return shown, nil
}

type spanRow struct {
	Company string    `db:"id_empresa"`
	User    string    `db:"user_id"`
	ID      string    `db:"id"`
	From    time.Time `db:"started_at"`
	Until   time.Time `db:"ended_by"`
	Version int32     `db:"version"`
}

// read reads everything that a Book keeps, each page in a transaction of its own.
func (b *Book) read(ctx context.Context, since time.Time) (map[string]*company, error) {
	fresh := map[string]*company{}
	err := b.asWorker(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
		var rows []struct {
			ID      string `db:"id_empresa"`
			Version int32  `db:"version"`
		}
		err := tx.SelectContext(ctx, &rows, selectCompanies)
		for _, r := range rows {
			fresh[r.ID] = &company{version: r.Version, hides: true, sure: true, users: map[string][]shift{}}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read which companies hide: %w", err)
	}
	var also []string
	if b.also != nil {
		also = b.also()
	}
	for _, id := range also {
		if fresh[id] == nil {
			fresh[id] = &company{sure: true, users: map[string][]shift{}}
		}
	}
	for last, more := (spanRow{}), len(fresh) > 0; more; {
		var page []spanRow
		if err := b.asWorker(ctx, func(ctx context.Context, tx *sqlx.Tx) error {
			return tx.SelectContext(ctx, &page, selectPage, last.Company, last.User, last.ID, since, pageSize, pq.Array(also))
		}); err != nil {
			return nil, fmt.Errorf("read shifts: %w", err)
		}
		for _, r := range page {
			if c := fresh[r.Company]; c != nil {
				c.users[r.User] = append(c.users[r.User], shift{id: r.ID, version: r.Version, span: track.Span{From: r.From.UnixMilli(), Until: r.Until.UnixMilli()}})
			}
			last = r
		}
		more = len(page) == pageSize
	}
	return fresh, nil
}

func (b *Book) asWorker(ctx context.Context, fn func(ctx context.Context, tx *sqlx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	return b.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return fn(ctx, tx) })
}
