package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/walk"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

const (
	// socketsOfAdmin is how many sockets a user may open: the default of the gateway.
	socketsOfAdmin = 20
	// opensAtOnce is how many sockets are opened at the same time.
	opensAtOnce = 32
	fanoutTime  = 10 * time.Second
	// warmTime is before it, for connections and for memory to reach their size.
	warmTime = time.Second
	// patience is how long a delivery may keep the others waiting. What does not come was replaced by a newer fix.
	patience = 10 * time.Second
)

// watcher is a socket and what arrived there.
type watcher struct {
	user      string
	socket    *wire.Socket
	latencies []time.Duration
	// arrived counts the latencies of all watchers.
	arrived *atomic.Int64
	err     error
}

// fanout measures one fix a POST, relayed to sockets that see everyone. The latency is from the instant at which the phone
// took the fix, which is when it should be sent, until the frame was read. Instants are whole milliseconds, because
// that is what recorded_at keeps, so the latency is exact.
func fanout(sockets, perSecond int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		sockets, during := st.scaled(sockets), time.Duration(float64(fanoutTime)*min(1, st.bench.scale))
		arrived := new(atomic.Int64)
		watchers, err := st.open(ctx, sockets, arrived)
		if err != nil {
			return r, err
		}
		begin := time.Now().Add(warmTime).Truncate(time.Millisecond)
		window := span{begin.UnixMilli(), begin.Add(during).UnixMilli()}
		var reading sync.WaitGroup
		for _, w := range watchers {
			reading.Go(func() { w.watch(window) })
		}
		end := sync.OnceFunc(func() {
			closeAll(watchers)
			reading.Wait()
		})
		defer end()

		phones, err := newPhones(st, perSecond)
		if err != nil {
			return r, err
		}
		sent := make(chan error, 1)
		go func() { sent <- phones.send(ctx, begin.Add(-warmTime), begin.Add(during)) }()
		wait.For(ctx, time.Until(begin))
		meter, err := st.system.measure()
		if err != nil {
			return r, err
		}
		if err := <-sent; err != nil {
			return r, err
		}
		fixes := phones.inWindow.Load()
		awaitArrived(ctx, arrived, fixes*int64(sockets))
		if err := meter.stop(); err != nil {
			return r, err
		}
		end()
		var all []time.Duration
		for _, w := range watchers {
			all = append(all, w.latencies...)
			err = errors.Join(err, w.err)
		}
		if err != nil {
			return r, err
		}
		meter.fill(&r, "delivery", len(all))
		r.PerSecond = rate(len(all), during)
		r.P50, r.P99 = percentile(all, 0.5), percentile(all, 0.99)
		r.note("%.1f %% of %d fixes x %d sockets", 100*float64(len(all))/max(1, float64(fixes)*float64(sockets)), fixes, sockets)
		return r, ctx.Err()
	}
}

// awaitArrived waits until all have arrived, or until no more come.
func awaitArrived(ctx context.Context, arrived *atomic.Int64, all int64) {
	for last, since := int64(-1), time.Now(); arrived.Load() < all && time.Since(since) < patience && wait.For(ctx, 20*time.Millisecond); {
		if n := arrived.Load(); n > last {
			last, since = n, time.Now()
		}
	}
}

// span is a time in milliseconds since 1970: from the first to before the second.
type span struct{ from, to int64 }

func (s span) holds(ms int64) bool { return ms >= s.from && ms < s.to }

// open opens sockets of admins of the company plain, who see everyone, and waits for their first frame.
func (st *stage) open(ctx context.Context, n int, arrived *atomic.Int64) ([]*watcher, error) {
	if n > admins*socketsOfAdmin {
		return nil, fmt.Errorf("%d sockets are more than %d admins may open", n, admins)
	}
	return st.openAs(ctx, n, func(i int) (string, string) { return fmt.Sprintf("a%d", i%admins+1), "admin" }, arrived)
}

// openAs opens sockets of users of the company plain: who returns the user and the role of each.
func (st *stage) openAs(ctx context.Context, n int, who func(i int) (user, role string), arrived *atomic.Int64) ([]*watcher, error) {
	watchers, errs := make([]*watcher, n), make([]error, n)
	places := make(chan struct{}, opensAtOnce)
	var running sync.WaitGroup
	for i := range watchers {
		places <- struct{}{}
		running.Go(func() {
			defer func() { <-places }()
			user, role := who(i)
			token, err := st.bench.tokens.Token(plain, user, role)
			if err != nil {
				errs[i] = err
				return
			}
			// An empty cursor says that the client begins here, so that nothing waits for it to say where.
			s, err := wire.Open(ctx, st.system.addr, "/ws?desde=", token)
			if err != nil {
				errs[i] = err
				return
			}
			watchers[i] = &watcher{user: user, socket: s, arrived: arrived}
			_, errs[i] = s.Next() // listo
		})
	}
	running.Wait()
	if err := errors.Join(errs...); err != nil {
		closeAll(watchers)
		return nil, err
	}
	return watchers, nil
}

func closeAll(watchers []*watcher) {
	for _, w := range watchers {
		if w != nil {
			w.socket.Close()
		}
	}
}

var (
	positionFrame = []byte(`{"event":"tracking:ubicacion"`)
	recordedAt    = []byte(`"recorded_at":"`)
)

// watch reads until the socket is closed and keeps the latencies of positions that were taken within the window.
func (w *watcher) watch(window span) {
	for {
		text, err := w.socket.Next()
		if err != nil {
			if closed, ok := errors.AsType[*wire.ClosedError](err); ok {
				w.err = closed
			}
			return
		}
		taken, ok := takenAt(text)
		if ok && window.holds(taken.UnixMilli()) {
			w.latencies = append(w.latencies, time.Since(taken))
			w.arrived.Add(1)
		}
	}
}

// takenAt returns the instant of a frame with a position.
func takenAt(frame []byte) (time.Time, bool) {
	return instantIn(frame, positionFrame, recordedAt)
}

// phones send one fix at a time, each phone once a second.
type phones struct {
	st       *stage
	people   []*walk.Walker
	tokens   []string
	inWindow atomic.Int64
}

func newPhones(st *stage, perSecond int) (*phones, error) {
	p := &phones{st: st, people: make([]*walk.Walker, perSecond), tokens: make([]string, perSecond)}
	for u := range p.people {
		p.people[u] = walk.New(uint64(u))
		var err error
		if p.tokens[u], err = st.bench.tokens.Token(plain, userID(u), "colaborador"); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// send posts fixes evenly, by one phone after the other, until the end. It counts those after warmTime. It never waits for
// an answer before it sends the next fix, unless all connections are busy.
func (p *phones) send(ctx context.Context, from, to time.Time) error {
	due, errs := make(chan []byte, len(p.people)), make([]error, connections)
	var running sync.WaitGroup
	for i := range connections {
		running.Go(func() { errs[i] = postEach(ctx, p.st.system.addr, due) })
	}
	for n := 0; ; n++ {
		at := from.Add(time.Duration(n) * time.Second / time.Duration(len(p.people))).Truncate(time.Millisecond)
		if !at.Before(to) {
			break
		}
		request := p.request(n%len(p.people), at)
		if !wait.For(ctx, time.Until(at)) {
			break
		}
		if !at.Before(from.Add(warmTime)) {
			p.inWindow.Add(1)
		}
		due <- request
	}
	close(due)
	running.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

func (p *phones) request(user int, at time.Time) []byte {
	format := walk.Formats["json"]
	body := format.Upload("phone-"+userID(user), []walk.Fix{p.people[user].Next(at.UnixMilli(), 1)})
	return wire.Request(http.MethodPost, "/v1/positions", p.tokens[user], body, wire.Header{Name: "Content-Type", Value: format.ContentType})
}

// postEach sends requests with one fix each. After an error it sends no more, but still takes what is due.
func postEach(ctx context.Context, addr string, due <-chan []byte) error {
	c, err := wire.Dial(ctx, addr)
	if err == nil {
		defer c.Close()
	}
	for request := range due {
		if err != nil {
			continue
		}
		var status int
		var answer []byte
		if status, answer, err = c.Do(request); err == nil {
			_, err = acceptedAll(status, answer, 1)
		}
	}
	return err
}
