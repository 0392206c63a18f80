package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/wire"
)

const (
	panicsPerSecond = 20
	// panicWatchers are sockets of the supervisor, who sees everyone.
	panicWatchers = 5
	panicWatcher  = "s1"
)

var (
	panicFrame = []byte(`{"event":"alerta:nueva"`)
	startedAt  = []byte(`"started_at":"`)
)

// panics measures calls for help beside so many fixes a second, one a POST, with the sockets that see all of it. The latency is from the
// instant at which the person calls until a socket of the supervisor has read the alert; the note says until when the fake of FCM had the
// push to the supervisor's phone. Each call is of another person, so each is stored and told. Instants are whole milliseconds, as in
// fanout.
func panics(fixes int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		during := time.Duration(float64(fanoutTime) * min(1, st.bench.scale))
		arrived := new(atomic.Int64)
		if err := st.takePushes(ctx); err != nil {
			return r, err
		}
		watchers, err := st.openAs(ctx, panicWatchers, func(int) (string, string) { return panicWatcher, "supervisor" }, arrived)
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
		cries, err := st.cry(ctx, begin, int(during.Seconds()*panicsPerSecond))
		if err := errors.Join(err, <-sent); err != nil {
			return r, err
		}
		awaitArrived(ctx, arrived, int64(len(cries)*panicWatchers))
		pushes, err := st.pushed(ctx, cries)
		if err := errors.Join(err, meter.stop()); err != nil {
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
		answers := make([]time.Duration, len(cries))
		for i, c := range cries {
			answers[i] = c.took
		}
		r.note("%d of %d panics x %d sockets, beside %d fixes a second; the phone has its answer after p50 %s ms, p99 %s ms; FCM has the push after p50 %s ms, p99 %s ms",
			len(all), len(cries), panicWatchers, fixes, millis(percentile(answers, 0.5)), millis(percentile(answers, 0.99)),
			millis(percentile(pushes, 0.5)), millis(percentile(pushes, 0.99)))
		return r, ctx.Err()
	}
}

// call is a call for help: the alert, when the person called, and how long it waited for the answer.
type call struct {
	alert string
	at    time.Time
	took  time.Duration
}

// cry calls for help, evenly, for one person after the other.
func (st *stage) cry(ctx context.Context, from time.Time, n int) (calls []call, err error) {
	calls, errs := make([]call, n), make([]error, n)
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
		running.Go(func() { calls[i], errs[i] = st.cryOnce(ctx, token, at) })
	}
	running.Wait()
	return calls, errors.Join(slices.Concat(errs, []error{ctx.Err()})...)
}

// cryOnce opens a connection first, as a phone does.
func (st *stage) cryOnce(ctx context.Context, token string, at time.Time) (c call, err error) {
	conn, err := wire.Dial(ctx, st.system.addr)
	if err != nil {
		return c, err
	}
	defer conn.Close()
	body := fmt.Appendf(nil, `{"occurred_at":%q,"lat":4.6,"lon":-74.08}`, at.UTC().Format(time.RFC3339Nano))
	status, answer, err := conn.Do(wire.Request(http.MethodPost, "/v1/alerts/panic", token, body,
		wire.Header{Name: "Content-Type", Value: "application/json"}, wire.Header{Name: "Idempotency-Key", Value: "load"}))
	c = call{at: at, took: time.Since(at)}
	var says struct {
		ID string `json:"id"`
	}
	if err == nil && (status != http.StatusCreated || json.Unmarshal(answer, &says) != nil || says.ID == "") {
		err = fmt.Errorf("call for help: %d %s", status, answer)
	}
	c.alert = says.ID
	return c, err
}

// takePushes gives the supervisor a phone that takes pushes.
func (st *stage) takePushes(ctx context.Context) error {
	token, err := st.bench.tokens.Token(plain, panicWatcher, "supervisor")
	if err != nil {
		return err
	}
	conn, err := wire.Dial(ctx, st.system.addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	status, answer, err := conn.Do(wire.Request(http.MethodPut, "/v1/push-tokens/phone-of-"+panicWatcher, token, []byte(`{"platform":"android"}`),
		wire.Header{Name: "Content-Type", Value: "application/json"}))
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("bring a push token: %d %s: %w", status, answer, err)
	}
	return nil
}

// pushed waits until the fake of FCM has a push about each call, and returns how long after the call it came.
func (st *stage) pushed(ctx context.Context, calls []call) (after []time.Duration, err error) {
	first := map[string]time.Time{}
	missing := func() (n int) {
		for _, m := range st.bench.fcm.Received() {
			about := strings.TrimPrefix(m.Data["ref"], "alert/")
			if _, had := first[about]; !had {
				first[about] = m.At
			}
		}
		for _, c := range calls {
			if first[c.alert].IsZero() {
				n++
			}
		}
		return n
	}
	for giveUp := time.Now().Add(startTimeout); missing() > 0; {
		if time.Now().After(giveUp) || !wait.For(ctx, 100*time.Millisecond) {
			return nil, fmt.Errorf("%d of %d calls for help are no push", missing(), len(calls))
		}
	}
	for _, c := range calls {
		after = append(after, first[c.alert].Sub(c.at))
	}
	return after, nil
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
