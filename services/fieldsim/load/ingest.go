package load

import (
	"context"
	"time"
)

// ingest measures uploads until everything is stored.
func ingest(company string, each, batch int, format string) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		p := plan{company: company, users: usersOf[company], each: each, batch: batch, format: format, end: time.Now()}
		if st.bench.scale < 1 {
			p.users = st.scaled(p.users)
		} else {
			p.each = st.scaled(each)
		}
		return st.ingest(ctx, p)
	}
}

// ingestLater measures batch50 when each user has so many earlier days stored and merged, of as many positions.
func ingestLater(days int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		end := time.Now()
		p := plan{company: plain, users: st.scaled(usersOf[plain]), each: 8, batch: 50, format: "json"}
		for d := days; d > 0; d-- {
			p.end = end.AddDate(0, 0, -d)
			if _, err := st.ingest(ctx, p); err != nil {
				return r, err
			}
		}
		if _, err := st.compact(ctx); err != nil {
			return r, err
		}
		p.end = end
		return st.ingest(ctx, p)
	}
}

// ingest sends what is planned and fills in a row of figures.
func (st *stage) ingest(ctx context.Context, p plan) (r Result, err error) {
	dealt, err := p.prepare(st.bench.tokens, connections)
	if err != nil {
		return r, err
	}
	before, err := st.system.stored(ctx)
	if err != nil {
		return r, err
	}
	meter, err := st.system.measure()
	if err != nil {
		return r, err
	}
	sent, err := post(ctx, st.system.addr, dealt)
	if err != nil {
		return r, err
	}
	stored, err := st.system.awaitStored(ctx, before+int64(sent.accepted))
	if err != nil {
		return r, err
	}
	if err := meter.stop(); err != nil {
		return r, err
	}
	stored -= before
	meter.fill(&r, "fix", int(stored))
	r.PerSecond, r.StoredPerSecond = rate(sent.accepted, sent.took), rate(int(stored), meter.took)
	r.P50, r.P99 = percentile(sent.latencies, 0.5), percentile(sent.latencies, 0.99)
	r.Missing = int64(sent.accepted) - stored
	r.note("%d fixes, %d missing", sent.accepted, r.Missing)
	if sent.retries > 0 {
		r.note("%d uploads sent again after a 503", sent.retries)
	}
	return r, nil
}
