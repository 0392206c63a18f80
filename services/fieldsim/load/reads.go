package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

const (
	// dayFixes is a whole day of a phone that takes a position every dayEvery.
	dayFixes = 8700
	dayEvery = 9900 * time.Millisecond
	// readers are the users whose days are stored.
	readers = 3
	// ledUsers are in the team of the supervisor.
	ledUsers = 1000
	// dayBatch is how phones send such a day.
	dayBatch = 50
)

// readDay measures a supervisor's look at a whole day of a user, by pages. So many days of each of some users are stored.
func readDay(company string, days, times int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		today := time.Now().UTC().Truncate(24 * time.Hour)
		fixes := st.scaled(dayFixes/dayBatch) * dayBatch
		for d := range days {
			end := today.AddDate(0, 0, d-days+1).Add(-time.Minute) // jitter moves all instants, and none may reach the next day.
			p := plan{company: company, users: readers, each: fixes / dayBatch, batch: dayBatch, format: "json", every: dayEvery, end: end}
			if _, err := st.ingest(ctx, p); err != nil {
				return r, err
			}
		}
		if _, err := st.compact(ctx); err != nil {
			return r, err
		}
		query := url.Values{"from": {today.AddDate(0, 0, -1).Format(time.RFC3339)}, "to": {today.Format(time.RFC3339)}, "limit": {"5000"}}
		return st.read(ctx, company, "a1", "admin", "/v1/users/"+userID(0)+"/positions?"+query.Encode(), fixes, st.scaled(times))
	}
}

// readLatest measures a supervisor's look at the newest positions of the users of their team. Every user of the company has
// one.
func readLatest(company string, times int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		p := plan{company: company, users: usersOf[company], each: 1, batch: 1, format: "json", end: time.Now()}
		if _, err := st.ingest(ctx, p); err != nil {
			return r, err
		}
		return st.read(ctx, company, "s1", "supervisor", "/v1/positions/latest?limit=1000", ledUsers, st.scaled(times))
	}
}

// read reads all pages of an address some times and checks how many positions they hold.
func (st *stage) read(ctx context.Context, company, user, role, path string, want, times int) (r Result, err error) {
	token, err := st.bench.tokens.Token(company, user, role)
	if err != nil {
		return r, err
	}
	c, err := wire.Dial(ctx, st.system.addr)
	if err != nil {
		return r, err
	}
	defer c.Close()
	// Once before, as the pools and the caches of a server that runs are warm.
	if err := readPages(c, token, path, want); err != nil {
		return r, err
	}
	m, err := st.system.measure()
	if err != nil {
		return r, err
	}
	latencies := make([]time.Duration, times)
	for i := range latencies {
		began := time.Now()
		if err := readPages(c, token, path, want); err != nil {
			return r, err
		}
		latencies[i] = time.Since(began)
	}
	if err := m.stop(); err != nil {
		return r, err
	}
	m.fill(&r, "read", times)
	r.PerSecond, r.P50, r.P99 = rate(times, m.took), percentile(latencies, 0.5), percentile(latencies, 0.99)
	r.note("%.2f ms of CPU a read of %d positions, of it PostgreSQL %.2f", (r.Process+r.Postgres)/1000, want, r.Postgres/1000)
	return r, ctx.Err()
}

func readPages(c *wire.Conn, token, path string, want int) error {
	got, cursor := 0, ""
	for {
		page := path
		if cursor != "" {
			page += "&cursor=" + url.QueryEscape(cursor)
		}
		status, body, err := c.Do(wire.Request(http.MethodGet, page, token, nil))
		if err != nil {
			return err
		}
		var list struct {
			Positions []struct{} `json:"positions"`
			Next      string     `json:"next"`
		}
		if err := json.Unmarshal(body, &list); err != nil || status != http.StatusOK {
			return fmt.Errorf("read %s: %d %.300s: %w", page, status, body, err)
		}
		got += len(list.Positions)
		if cursor = list.Next; cursor == "" {
			break
		}
	}
	if got != want {
		return fmt.Errorf("read %s: %d positions, want %d", path, got, want)
	}
	return nil
}
