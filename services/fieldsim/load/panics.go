package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

const (
	panicsPerSecond = 20
	// panicWatchers are sockets of admins.
	panicWatchers = 5
)

var (
	panicFrame = []byte(`{"event":"alerta:nueva"`)
	startedAt  = []byte(`"started_at":"`)
)

// panics measures calls for help beside so many fixes a second, one a POST, with the sockets that see all of it. The latency is from the
// instant at which the person calls until a socket has read the alert. Each call is of another person, so each is stored, and its admins are
// told. Instants are whole milliseconds, as in fanout.
func panics(fixes int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		during := time.Duration(float64(fanoutTime) * min(1, st.bench.scale))
		arrived := new(atomic.Int64)
		watchers, err := st.open(ctx, panicWatchers, arrived)
		if err != nil {
			return r, err
		}
		begin := time.Now().Add(warmTime).Truncate(time.Millisecond)
		var reading sync.WaitGroup
		for _, w := range watchers {
			reading.Go(w.watchPanics)
		}
		end := sync.OnceFunc(func() {
			closeAll(watchers)
			reading.Wait()
		})
		defer end()
		phones, err := newPhones(st, fixes)
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
		answers, err := st.cry(ctx, begin, int(during.Seconds()*panicsPerSecond))
		if err := errors.Join(err, <-sent); err != nil {
			return r, err
		}
		awaitArrived(ctx, arrived, int64(len(answers)*panicWatchers))
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
		meter.fill(&r, "delivery of a panic", len(all))
		r.PerSecond = rate(len(all), during)
		r.P50, r.P99 = percentile(all, 0.5), percentile(all, 0.99)
		r.note("%d of %d panics x %d sockets, beside %d fixes a second; the phone has its answer after p50 %s ms, p99 %s ms",
			len(all), len(answers), panicWatchers, fixes, millis(percentile(answers, 0.5)), millis(percentile(answers, 0.99)))
		return r, ctx.Err()
	}
}

// cry calls for help, evenly, for one person after the other, and returns how long each waited for the answer.
func (st *stage) cry(ctx context.Context, from time.Time, n int) (answers []time.Duration, err error) {
	answers, errs := make([]time.Duration, n), make([]error, n)
	var running sync.WaitGroup
	for i := range n {
		at := from.Add(time.Duration(i) * time.Second / panicsPerSecond).Truncate(time.Millisecond)
		token, err := st.bench.tokens.Token(plain, userID(usersOf[plain]-1-i), "colaborador")
		if err != nil {
			return nil, err
		}
		if !wait.For(ctx, time.Until(at)) {
			break
		}
		running.Go(func() { answers[i], errs[i] = st.cryOnce(ctx, token, at) })
	}
	running.Wait()
	return answers, errors.Join(slices.Concat(errs, []error{ctx.Err()})...)
}

// cryOnce opens a connection first, as a phone does.
func (st *stage) cryOnce(ctx context.Context, token string, at time.Time) (time.Duration, error) {
	c, err := wire.Dial(ctx, st.system.addr)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	body := fmt.Appendf(nil, `{"occurred_at":%q,"lat":4.6,"lon":-74.08}`, at.UTC().Format(time.RFC3339Nano))
	status, answer, err := c.Do(wire.Request(http.MethodPost, "/v1/alerts/panic", token, body,
		wire.Header{Name: "Content-Type", Value: "application/json"}, wire.Header{Name: "Idempotency-Key", Value: "load"}))
	if err == nil && status != http.StatusCreated {
		err = fmt.Errorf("call for help: %d %s", status, answer)
	}
	return time.Since(at), err
}

// watchPanics reads until the socket is closed and keeps the latencies of panics.
func (w *watcher) watchPanics() {
	for {
		text, err := w.socket.Next()
		if err != nil {
			if closed, ok := errors.AsType[*wire.ClosedError](err); ok {
				w.err = closed
			}
			return
		}
		if at, ok := instantIn(text, panicFrame, startedAt); ok {
			w.latencies = append(w.latencies, time.Since(at))
			w.arrived.Add(1)
		}
	}
}

// instantIn returns the instant of a member of a frame that begins with these bytes.
func instantIn(frame, begin, member []byte) (time.Time, bool) {
	if !bytes.HasPrefix(frame, begin) {
		return time.Time{}, false
	}
	_, rest, ok := bytes.Cut(frame, member)
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, string(rest[:end]))
	return at, err == nil
}
