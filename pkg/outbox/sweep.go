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
	// Entities are spread over lanes. Each lane publishes one message at a time and waits for its acknowledgement, which takes
	// 5 to 20 ms on three servers that write each message to disk.
	defaultLanes = 64
	// A page's transaction stays short even when each acknowledgement takes seconds.
	pageTime = 5 * time.Second
	// Shorter than the bus is patient: the relay has patience of its own, and a transaction open meanwhile.
	publishTime = 5 * time.Second
	// What was acknowledged is deleted even when the process is on its way out.
	pageGrace = 30 * time.Second
)

// errDown makes the relay back off: the link is down, or every stream that was tried took nothing.
var errDown = errors.New("nothing can be published")

// sweep is one walk through the waiting rows, a page and transaction at a time.
type sweep struct {
	relay *Relay
	// after is the last row that was tried. until is the last row that was there when the sweep began. A row whose
	// transaction is still open may have a number below after; the next event about its entity has one above until.
	after, until int64
	published    int
	// locked says that another relay had the lock.
	locked bool
}

// outcome of one row of a page. The zero value leaves the row for a later sweep.
type outcome struct {
	done    bool  // published: to be deleted
	refused error // to be put aside
	again   bool  // not tried: the walk must not go past it
}

// sweep publishes what waits. It returns what it did beside an error.
func (r *Relay) sweep(ctx context.Context) (*sweep, error) {
	r.postponed.begin()
	defer r.postponed.report(r.log)
	s := &sweep{relay: r}
	for began := time.Now(); ; {
		// Asked before the lock is taken: another replica may have a link.
		if err := r.to.Ready(ctx); err != nil {
			return s, fmt.Errorf("%w: %w", errDown, err)
		}
		more, err := s.page(ctx)
		if err != nil || !more || ctx.Err() != nil {
			return s, errors.Join(err, s.stalled())
		}
		if time.Since(began) > measureEvery { // So that the metrics show how a long backlog gets shorter.
			return s, s.stalled()
		}
	}
}

// stalled returns errDown when streams were tried and none took anything. Then they need not wait by themselves: the relay
// backs off as a whole.
func (s *sweep) stalled() error {
	if s.published > 0 {
		return nil
	}
	if err := s.relay.postponed.release(); err != nil {
		return fmt.Errorf("%w: %w", errDown, err)
	}
	return nil
}

// page handles the next rows and says whether there are more. Only publishing ends with ctx.
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
		rows, err := readWaiting(work, tx, s.relay.schema, s.after, s.until, pageSize)
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

// advance moves past the rows that were tried, and says whether one was not.
func (s *sweep) advance(rows []row, outcomes []outcome) (again bool) {
	for i, o := range outcomes {
		if o.again {
			return true
		}
		s.after = rows[i].ID
	}
	return false
}

// settle writes down what became of the rows.
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

// publish sends the rows, those of one entity in order.
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

// spread gives each lane the places of its rows, in order.
func spread(rows []row, lanes int) [][]int {
	l := make([][]int, lanes)
	for i, r := range rows {
		key := r.Subject // A subject that does not parse is an entity of its own.
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
	in, _ := stream.For(to) // Check refuses a subject that has none.
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
