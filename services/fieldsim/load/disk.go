package load

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

// disk measures what a position takes on the disk and in the write-ahead log, after compaction. The positions are of
// yesterday, so that all of them may be merged.
func disk(users, each, batch int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		day := time.Now().UTC().Truncate(24 * time.Hour)
		p := plan{company: plain, users: users, each: st.scaled(each), batch: batch, format: "json", end: day.Add(-time.Hour)}
		wal, err := st.system.walBytes(ctx)
		if err != nil {
			return r, err
		}
		bytes, passing, err := st.system.bytes(ctx)
		if err != nil {
			return r, err
		}
		m, err := st.system.measure()
		if err != nil {
			return r, err
		}
		if r, err = st.ingest(ctx, p); err != nil {
			return r, err
		}
		merged, err := st.compact(ctx)
		if err != nil {
			return r, err
		}
		if err := m.stop(); err != nil {
			return r, err
		}
		m.fill(&r, "fix", p.fixes())
		walAfter, err := st.system.walBytes(ctx)
		if err != nil {
			return r, err
		}
		bytesAfter, passingAfter, err := st.system.bytes(ctx)
		if err != nil {
			return r, err
		}
		per := func(n int64) float64 { return float64(n) / float64(p.fixes()) }
		went := passingAfter - passing
		r.note("%.1f B of disk a fix, and %.1f until the day's messages are dropped; %.0f B of WAL a fix; %s",
			per(bytesAfter-bytes-went), per(went), per(walAfter-wal), merged)
		return r, nil
	}
}

// compact runs the compaction until nothing is left to merge, and returns words for the row.
func (st *stage) compact(ctx context.Context) (string, error) {
	has, err := st.system.hasCompaction(ctx)
	if err != nil || !has {
		return "no compaction", err
	}
	admin, err := st.system.platformAdmin(ctx)
	if err != nil {
		return "", err
	}
	token, err := st.bench.tokens.Token("", admin, "platform_admin")
	if err != nil {
		return "", err
	}
	c, err := wire.Dial(ctx, st.system.addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	for runs := 1; ; runs++ {
		if err := st.runCompaction(ctx, c, token, runs); err != nil {
			return "", err
		}
		left, err := st.system.number(ctx, selectUnmerged)
		if err != nil {
			return "", err
		}
		if left == 0 || runs == 20 {
			return fmt.Sprintf("%d compactions left %d messages", runs, left), nil
		}
	}
}

func (st *stage) runCompaction(ctx context.Context, c *wire.Conn, token string, n int) error {
	body, err := json.Marshal(struct{}{})
	if err != nil {
		return fmt.Errorf("encode a request: %w", err)
	}
	status, answer, err := c.Do(wire.Request(http.MethodPost, "/v1/jobs/"+compaction+"/run", token, body,
		wire.Header{Name: "Content-Type", Value: "application/json"}, wire.Header{Name: "Idempotency-Key", Value: fmt.Sprint("load-", n)}))
	if err != nil || status != http.StatusAccepted {
		return fmt.Errorf("run %s: %d %s: %w", compaction, status, answer, err)
	}
	for {
		state, err := st.system.compactionState(ctx)
		if err != nil {
			return err
		}
		switch state {
		case "done":
			return nil
		case "failed", "skipped":
			return fmt.Errorf("run %s: it %s", compaction, state)
		}
		if !wait.For(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
}
