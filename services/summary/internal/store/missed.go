package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/services/summary/internal/day"
)

// Dates that should be closed are looked for this many dates back: missedDates between those that are closed, and newDates before the first
// of them, because a company may be created when its people have worked already.
const (
	missedDates = 31
	newDates    = 7
)

// missedGrace is how long after its 23:59 a date is left to the job that closes it.
const missedGrace = time.Hour

// missedOf is a query: the dates of a company up to a date that should be closed. One that is closed is among them until its people are in the
// queue. company and last are columns.
func missedOf(company, last string) string {
	return fmt.Sprintf(`SELECT g.date::date AS date FROM (
    SELECT least(%[2]s - (%[4]d - 1), (SELECT min(c.date) FROM summary.closing c WHERE c.id_empresa = %[1]s AND c.date BETWEEN %[2]s - (%[3]d - 1) AND %[2]s)) AS first
) f CROSS JOIN LATERAL generate_series(f.first::timestamp, %[2]s::timestamp, interval '1 day') AS g(date)
WHERE NOT EXISTS (SELECT FROM summary.closing c WHERE c.id_empresa = %[1]s AND c.date = g.date::date AND c.queued)`, company, last, missedDates, newDates)
}

var missedBy = `SELECT m.id_empresa, to_char(d.date, 'YYYY-MM-DD') AS date FROM unnest($1::text[], $2::date[]) AS m(id_empresa, last)
CROSS JOIN LATERAL (` + missedOf("m.id_empresa", "m.last") + `) d ORDER BY 1, 2 LIMIT $3`

// Missed is a date that nobody closed.
type Missed struct {
	Company string `db:"id_empresa"`
	Date    string `db:"date"`
}

// Missed returns dates of a company, or of all if it is empty, that ended and that nobody closed, at most limit, each company's oldest first: the company was suspended or did not
// exist then, or nothing ran for long. Companies that are suspended now are left out.
func (s *Store) Missed(ctx context.Context, company string, now time.Time, limit int) (list []Missed, err error) {
	var ids, last pq.StringArray
	for _, c := range s.companies.Companies() {
		if c.Suspended || company != "" && c.ID != company {
			continue
		}
		date, err := day.LastEnded(now.Add(-missedGrace), c.Zone)
		if err != nil {
			return nil, err
		}
		ids, last = append(ids, c.ID), append(last, date)
	}
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error { return tx.SelectContext(ctx, &list, missedBy, ids, last, limit) })
	if err != nil {
		return nil, fmt.Errorf("look for dates that nobody closed: %w", err)
	}
	return list, nil
}
