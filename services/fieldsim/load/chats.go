package load

import (
	"context"
	"encoding/json"
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
	// chatters are people with a socket each. It is the most that a group may have.
	chatters = 256
	// sendAgain is how long a phone waits when the service has no place for its message.
	sendAgain = 250 * time.Millisecond
)

var (
	messageFrame = []byte(`{"event":"chat:mensaje"`)
	messageText  = []byte(`"text":"`)
)

// chats measures so many messages a second, one a POST, in conversations of so many people, of whom each has a socket. The latency is from
// the instant at which the message is sent, which is its text, until a socket of one of its people has read it; the note says until when
// the sender has its answer. Instants are whole milliseconds, as in fanout. Of two people, the one who gets a message says at once over the
// socket that it is read.
func chats(members, perSecond int) func(context.Context, *stage) (Result, error) {
	return func(ctx context.Context, st *stage) (r Result, err error) {
		during := time.Duration(float64(fanoutTime) * min(1, st.bench.scale))
		arrived := new(atomic.Int64)
		watchers, err := st.openAs(ctx, chatters, func(i int) (string, string) { return userID(i), "colaborador" }, arrived)
		if err != nil {
			return r, err
		}
		var reading sync.WaitGroup
		for _, w := range watchers {
			reading.Go(func() { w.watchMessages(members == 2) })
		}
		end := sync.OnceFunc(func() {
			closeAll(watchers)
			reading.Wait()
		})
		defer end()
		conversations, err := st.converse(ctx, members)
		if err != nil {
			return r, err
		}
		begin := time.Now().Add(warmTime).Truncate(time.Millisecond)
		wait.For(ctx, time.Until(begin))
		meter, err := st.system.measure()
		if err != nil {
			return r, err
		}
		answers, err := st.chat(ctx, begin, conversations, members, perSecond, int(during.Seconds()*float64(perSecond)))
		if err != nil {
			return r, err
		}
		awaitArrived(ctx, arrived, int64(len(answers)*members))
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
		meter.fill(&r, "delivery of a message", len(all))
		r.PerSecond = rate(len(all), during)
		r.P50, r.P99 = percentile(all, 0.5), percentile(all, 0.99)
		r.note("%.1f %% of %d messages x %d members, in %d conversations; the sender has its answer after p50 %s ms, p99 %s ms",
			100*float64(len(all))/float64(max(1, len(answers)*members)), len(answers), members, len(conversations),
			millis(percentile(answers, 0.5)), millis(percentile(answers, 0.99)))
		return r, ctx.Err()
	}
}

// chatter returns who is the nth of a conversation.
func chatter(conversation, members, n int) string { return userID(conversation*members + n) }

// converse begins the conversations, each of other people.
func (st *stage) converse(ctx context.Context, members int) (ids []string, err error) {
	for c := range chatters / members {
		others := make([]string, members-1)
		for n := range others {
			others[n] = chatter(c, members, n+1)
		}
		in := map[string]any{"kind": "group", "title": "Grupo", "user_ids": others}
		if members == 2 {
			in = map[string]any{"kind": "private", "user_ids": others}
		}
		body, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		status, answer, err := st.postAs(ctx, chatter(c, members, 0), "/v1/conversations", "load", body)
		var is struct {
			ID string `json:"id"`
		}
		if err != nil || status != http.StatusCreated && status != http.StatusOK || json.Unmarshal(answer, &is) != nil {
			return nil, fmt.Errorf("begin a conversation: %d %s: %w", status, answer, err)
		}
		ids = append(ids, is.ID)
	}
	return ids, nil
}

// chat sends n messages, evenly, into one conversation after the other, by one of its people after the other. It returns how long each
// sender waited for its answer.
func (st *stage) chat(ctx context.Context, from time.Time, conversations []string, members, perSecond, n int) (took []time.Duration, err error) {
	took, errs := make([]time.Duration, n), make([]error, n)
	var running sync.WaitGroup
	for i := range n {
		at := from.Add(time.Duration(i) * time.Second / time.Duration(perSecond)).Truncate(time.Millisecond)
		if !wait.For(ctx, time.Until(at)) {
			break
		}
		c := i % len(conversations)
		running.Go(func() {
			body := fmt.Appendf(nil, `{"text":%q}`, at.UTC().Format(time.RFC3339Nano))
			sender, path := chatter(c, members, i/len(conversations)%members), "/v1/conversations/"+conversations[c]+"/messages"
			status, answer, err := st.postAs(ctx, sender, path, fmt.Sprint("load-", i), body)
			for err == nil && status == http.StatusServiceUnavailable && wait.For(ctx, sendAgain) {
				status, answer, err = st.postAs(ctx, sender, path, fmt.Sprint("load-", i), body)
			}
			took[i] = time.Since(at)
			if err == nil && status != http.StatusCreated {
				err = fmt.Errorf("send a message: %d %s", status, answer)
			}
			errs[i] = err
		})
	}
	running.Wait()
	return took, errors.Join(slices.Concat(errs, []error{ctx.Err()})...)
}

// postAs opens a connection and sends a request of a colaborador.
func (st *stage) postAs(ctx context.Context, user, path, key string, body []byte) (status int, answer []byte, err error) {
	token, err := st.bench.tokens.Token(plain, user, "colaborador")
	if err != nil {
		return 0, nil, err
	}
	conn, err := wire.Dial(ctx, st.system.addr)
	if err != nil {
		return 0, nil, err
	}
	defer conn.Close()
	return conn.Do(wire.Request(http.MethodPost, path, token, body,
		wire.Header{Name: "Content-Type", Value: "application/json"}, wire.Header{Name: "Idempotency-Key", Value: key}))
}

// watchMessages reads until the socket is closed and keeps the latencies of messages. The text of a line of the system is no instant.
// When it reads for a person who acknowledges, it answers the messages of others with chat:leido.
func (w *watcher) watchMessages(acknowledges bool) {
	for {
		text, err := w.socket.Next()
		if err != nil {
			if closed, ok := errors.AsType[*wire.ClosedError](err); ok {
				w.err = closed
			}
			return
		}
		at, ok := instantIn(text, messageFrame, messageText)
		if !ok {
			continue
		}
		w.latencies = append(w.latencies, time.Since(at))
		w.arrived.Add(1)
		if acknowledges {
			w.err = errors.Join(w.err, w.acknowledge(text))
		}
	}
}

// acknowledge says that a message is read, unless the person wrote it.
func (w *watcher) acknowledge(frame []byte) error {
	var is struct {
		Data struct {
			Conversation string `json:"conversation_id"`
			Seq          int64  `json:"seq"`
			SenderID     string `json:"sender_id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(frame, &is); err != nil || is.Data.SenderID == w.user {
		return err
	}
	return w.socket.Send(fmt.Appendf(nil, `{"event":"chat:leido","data":{"conversation_id":%q,"seq":%d}}`, is.Data.Conversation, is.Data.Seq))
}
