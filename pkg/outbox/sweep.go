package outbox

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

const (
	pageSize = 500
	// Each entity belongs to one lane. Each lane publishes one message at a time and waits for its acknowledgement, which
	// takes 5 to 20 ms on three servers that write each message to disk.
	defaultLanes = 64
	// pageTime keeps the transaction of a page short, even when each acknowledgement takes seconds.
	pageTime = 5 * time.Second
	// publishTime is shorter than the timeout of the bus: the relay tries again by itself, and its transaction is open
	// meanwhile.
	publishTime = 5 * time.Second
	// pageGrace is the extra time in which a stopping process can still delete the rows that NATS has acknowledged.
	pageGrace = 30 * time.Second
)

// errDown makes the relay back off: the link is down, or every stream that the relay tried refused everything.
var errDown = errors.New("nothing can be published")

// sweep is one pass through the waiting rows. Each page has its own transaction.
type sweep struct {
	relay *Relay
	// after is the last row that was tried. until is the last row that existed when the sweep began. A row of an open
	// transaction may have a number below after. The next event about its entity then has a number above until, so the
	// sweep does not publish it too early.
	after, until int64
	published    int
	// locked says that another relay holds the lock.
	locked bool
}

// outcome is the result for one row of a page. The zero value leaves the row for a later sweep.
type outcome struct {
	done    bool  // It was published; delete it.
	refused error // It can never be published; mark it as failed.
	again   bool  // It was not tried; the sweep must not go past it.
}

// sweep publishes the waiting rows. It also returns what it did before an error.
func (r *Relay) sweep(ctx context.Context) (*sweep, error) {
	r.postponed.begin()
	defer r.postponed.report(r.log)
	s := &sweep{relay: r}
	for began := time.Now(); ; {
		// Ask before taking the lock, because another replica may have a link.
		if err := r.to.Ready(ctx); err != nil {
			return s, fmt.Errorf("%w: %w", errDown, err)
		}
		more, err := s.page(ctx)
		if err != nil || !more || ctx.Err() != nil {
			return s, errors.Join(err, s.stalled())
		}
		// Stop here so that the metrics show a long backlog shrinking. Before that, go on until a row is published, because
		// the rows of other streams may lie behind those of a stream that does not answer.
		if s.published > 0 && time.Since(began) > measureEvery {
			return s, nil
		}
	}
}

// stalled returns errDown when the relay tried streams and none accepted anything. It then ends the waits of the streams,
// because the relay backs off as a whole.
func (s *sweep) stalled() error {
	if s.published > 0 {
		return nil
	}
	if err := s.relay.postponed.release(); err != nil {
		return fmt.Errorf("%w: %w", errDown, err)
	}
	return nil
}

// page handles the next rows and says whether there are more. When ctx ends, only the publishing stops.
func (s *sweep) page(ctx context.Context) (more bool, err error) {
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), pageTime+pageGrace)
	defer cancel()
	var published, refused int
	err = s.relay.db.AsWorker(work, func(tx *sqlx.Tx) error {
		mine, err := lead(work, tx, s.relay.schema)
		if s.locked = !mine; err != nil || !mine {
			return err
		}
		if s.until == 0 {
			if s.until, err = lastWaiting(work, tx, s.relay.schema); err != nil {
				return err
			}
		}
		rows, err := readWaiting(work, tx, s.relay.schema, s.after, s.until, pageSize, s.relay.postponed.subjects())
		if err != nil {
			return err
		}
		outcomes := s.publish(ctx, rows)
		published, refused, err = s.settle(work, tx, rows, outcomes)
		again := s.advance(rows, outcomes)
		more = again || len(rows) == pageSize
		return err
	})
	if err == nil { // The transaction is committed.
		s.published += published
		s.relay.metrics.published.Add(float64(published))
		s.relay.metrics.refused.Add(float64(refused))
	}
	return more, err
}

// advance moves past the rows that were tried, and says whether a row was not tried.
func (s *sweep) advance(rows []row, outcomes []outcome) (again bool) {
	for i, o := range outcomes {
		if o.again {
			return true
		}
		s.after = rows[i].ID
	}
	return false
}

// settle deletes the published rows and marks the refused rows.
func (s *sweep) settle(ctx context.Context, tx *sqlx.Tx, rows []row, outcomes []outcome) (published, refused int, err error) {
	var done []int64
	for i, o := range outcomes {
		switch {
		case o.done:
			done = append(done, rows[i].ID)
		case o.refused != nil:
			refused++
			s.relay.log.Error("event is refused for good", "id", rows[i].ID, "subject", rows[i].Subject, "error", o.refused)
			if err := markFailed(ctx, tx, s.relay.schema, rows[i].ID, o.refused.Error()); err != nil {
				return 0, 0, err
			}
		}
	}
	return len(done), refused, deletePublished(ctx, tx, s.relay.schema, done)
}

// publish sends the rows. It keeps the order of each entity.
func (s *sweep) publish(ctx context.Context, rows []row) []outcome {
	outcomes := make([]outcome, len(rows))
	giveUp := time.Now().Add(pageTime)
	var wg sync.WaitGroup
	for _, lane := range spread(rows, s.relay.lanes) {
		wg.Go(func() {
			for _, i := range lane {
				if ctx.Err() != nil || time.Now().After(giveUp) {
					outcomes[i].again = true
					continue
				}
				outcomes[i] = s.publishRow(ctx, rows[i])
			}
		})
	}
	wg.Wait()
	return outcomes
}

// spread gives each lane the indexes of its rows, in order.
func spread(rows []row, lanes int) [][]int {
	l := make([][]int, lanes)
	for i, r := range rows {
		key := r.Subject // A subject that does not parse counts as an entity of its own.
		if to, err := subject.Parse(r.Subject); err == nil {
			key = to.Tenant() + "." + to.Domain() + "." + to.Entity()
		}
		h := fnv.New32a()
		_, _ = h.Write([]byte(key))
		n := h.Sum32() % uint32(lanes)
		l[n] = append(l[n], i)
	}
	return l
}

func (s *sweep) publishRow(ctx context.Context, r row) outcome {
	to, err := subject.Parse(r.Subject)
	if err != nil {
		return outcome{refused: err}
	}
	header, err := r.header()
	if err != nil {
		return outcome{refused: err}
	}
	in, _ := stream.For(to) // Check has refused a subject without a stream.
	if s.relay.postponed.has(entityOf(to), in.Name) {
		return outcome{}
	}
	m := bus.Message{Subject: to, ID: r.messageID(s.relay.schema), Header: header, Data: r.Body}
	if err := bus.Check(m); err != nil {
		return outcome{refused: err}
	}
	attempt, cancel := context.WithTimeout(ctx, publishTime)
	defer cancel()
	_, err = s.relay.to.Publish(attempt, m)
	switch {
	case err == nil:
		return outcome{done: true}
	case errors.Is(err, bus.ErrTooLarge):
		return outcome{refused: err}
	case ctx.Err() != nil:
		return outcome{again: true}
	case errors.Is(err, bus.ErrUnavailable), errors.Is(err, bus.ErrStreamFull):
		s.relay.postponed.addStream(in.Name, err)
		return outcome{}
	}
	s.relay.postponed.add(entityOf(to), err)
	return outcome{}
}
