package cluster_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
)

// sayEnd is the last message to everybody: nothing more comes.
const sayEnd = "fin"

// person is somebody with one phone, which keeps its cursor over all its sockets.
type person struct {
	*world
	company, id, role, team, token string
	rng                            *rand.Rand
	cursor                         string
	// mine are the conversations that the person is in. have is what the phone has of each, in order, and reread up to which message it
	// read one over HTTP.
	mine   map[string]bool
	have   map[string][]string
	reread map[string]int
	ended  bool
	// queue is what it has to write, over sockets or over HTTP. links has the newest socket, link is the one in use, and answers are those to
	// frames, of which asked were sent.
	queue      []outgoing
	overSocket bool
	links      chan *link
	link       *link
	answers    chan reply
	asked      int
}

// link is a socket until it is gone.
type link struct {
	conn *websocket.Conn
	gone chan struct{}
}

// reply is the answer to a frame.
type reply struct {
	Ref, Code, Detail string
	Status            int
}

// outgoing is a message that is to be sent. The same is there twice if it is to be sent again although it was acknowledged. One that may be
// refused is dropped then.
type outgoing struct {
	conversation, key, text string
	again, mayBeRefused     bool
}

type message struct {
	Conversation string `json:"conversation_id"`
	Seq          int    `json:"seq"`
	Sender       string `json:"sender_id"`
	Key          string `json:"client_id"`
	Text         string `json:"text"`
}

func (p *person) who() string { return p.company + "/" + p.id }

func (p *person) do(ctx context.Context, method, path string, in any, key string) (answer, error) {
	if key == "" {
		return httpxtest.Do(ctx, method, p.chat+path, p.token, in)
	}
	return httpxtest.Do(ctx, method, p.chat+path, p.token, in, "Idempotency-Key", key)
}

// must repeats a request until a busy machine has served it.
func (p *person) must(t *testing.T, method, path string, in any, key string) (a answer) {
	t.Helper()
	apptest.Until(t, func() bool {
		var err error
		a, err = p.do(t.Context(), method, path, in, key)
		return err == nil && a.Status < http.StatusInternalServerError
	})
	if a.Status >= http.StatusBadRequest {
		t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Text)
	}
	return a
}

// dial opens the next socket at a random gateway.
func (p *person) dial(ctx context.Context) (*websocket.Conn, error) {
	g := p.gateways[p.rng.IntN(len(p.gateways))]
	conn, resp, err := websocket.Dial(ctx, g.url+"/ws?desde="+p.cursor, &websocket.DialOptions{
		HTTPClient: plain, HTTPHeader: http.Header{"Authorization": {"Bearer " + p.token}},
	})
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusServiceUnavailable && resp.StatusCode != http.StatusTooManyRequests {
			return nil, fmt.Errorf("%w: %w", errWrong, err)
		}
		return nil, err
	}
	conn.SetReadLimit(1 << 20)
	p.sockets.Add(1)
	return conn, nil
}

var plain = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// errWrong is what no link is to blame for.
var errWrong = errors.New("wrong")

// run reads until nothing more comes. It cuts each socket after some frames, and goes on with another one.
func (p *person) run(ctx context.Context, connected func()) error {
	for first := true; ctx.Err() == nil; {
		c, err := p.dial(ctx)
		if errors.Is(err, errWrong) {
			return fmt.Errorf("%s: %w", p.who(), err)
		}
		if err != nil {
			p.refused.Add(1)
			continue
		}
		err = p.read(ctx, c, func() {
			if first {
				connected()
			}
			first = false
		})
		_ = c.CloseNow()
		if errors.Is(err, errWrong) {
			return fmt.Errorf("%s: %w", p.who(), err)
		}
		if p.ended {
			return nil
		}
	}
	return fmt.Errorf("%s: %w with %d to write", p.who(), ctx.Err(), len(p.queue))
}

func (p *person) read(ctx context.Context, c *websocket.Conn, listo func()) error {
	is := &link{c, make(chan struct{})}
	defer close(is.gone)
	select {
	case <-p.links: // Nobody wrote over the one before.
	default:
	}
	p.links <- is
	for frames := 10 + p.rng.IntN(80); frames > 0 && !p.ended; frames-- {
		_, text, err := c.Read(ctx)
		if err != nil {
			return err
		}
		var f struct {
			Event string
			Data  json.RawMessage
			ID    string
		}
		if err := json.Unmarshal(text, &f); err != nil {
			return fmt.Errorf("%w: frame %q: %w", errWrong, text, err)
		}
		if f.ID != "" {
			p.cursor = f.ID
		}
		switch f.Event {
		case "listo":
			listo()
		case "chat:mensaje":
			err = p.take(f.Data)
		case "chat:mensaje:ok", "error":
			var a reply
			if err = json.Unmarshal(f.Data, &a); err == nil {
				select {
				case p.answers <- a:
				case <-ctx.Done():
				}
			}
		case "recargar":
			p.reloads.Add(1)
			err = p.reload(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// take stores a message that came over a socket. It must be the next of its conversation, unless the phone has it from HTTP.
func (p *person) take(data []byte) error {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("%w: message %s: %w", errWrong, data, err)
	}
	have := len(p.have[m.Conversation])
	switch {
	case !p.mine[m.Conversation]:
		return fmt.Errorf("%w: a message of somebody else's conversation %s", errWrong, data)
	case m.Seq <= p.reread[m.Conversation]:
		return nil
	case m.Seq != have+1:
		return fmt.Errorf("%w: seq %d of %s behind %d", errWrong, m.Seq, m.Conversation, have)
	}
	p.add(m)
	return nil
}

func (p *person) add(m message) {
	p.have[m.Conversation] = append(p.have[m.Conversation], strings.Join([]string{m.Sender, m.Key, m.Text}, " "))
	p.ended = p.ended || m.Text == sayEnd
}

// reload reads what the phone lacks over HTTP.
func (p *person) reload(ctx context.Context) error {
	for id := range p.mine {
		for more := true; more && ctx.Err() == nil; {
			p.reads <- struct{}{}
			a, err := p.do(ctx, http.MethodGet, fmt.Sprintf("/v1/conversations/%s/messages?limit=200&after_seq=%d", id, len(p.have[id])), nil, "")
			<-p.reads
			if err != nil || a.Status >= 500 || a.Status == http.StatusTooManyRequests {
				continue
			}
			if a.Status != http.StatusOK {
				break // It was removed from it.
			}
			var page struct {
				Messages []message
				More     bool
			}
			if err := json.Unmarshal([]byte(a.Text), &page); err != nil {
				return fmt.Errorf("%w: %w", errWrong, err)
			}
			for _, m := range page.Messages {
				if m.Conversation = id; m.Seq != len(p.have[id])+1 {
					return fmt.Errorf("%w: read seq %d of %s behind %d", errWrong, m.Seq, id, len(p.have[id]))
				}
				p.add(m)
			}
			more = page.More
			p.reread[id] = len(p.have[id])
		}
	}
	return nil
}

// write sends all of the queue, over HTTP or over whatever socket there is, and each message until it is acknowledged.
func (p *person) write(ctx context.Context) error {
	send := p.post
	if p.overSocket {
		send = p.frame
	}
	for _, m := range p.queue {
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
		err := p.insist(ctx, m, send)
		<-p.slots
		if err != nil {
			return fmt.Errorf("%s writes %s: %w", p.who(), m.key, err)
		}
		if !m.again {
			p.acked.Add(1)
		}
	}
	return nil
}

func (p *person) insist(ctx context.Context, m outgoing, send func(context.Context, outgoing) (status int, text string, err error)) error {
	for ctx.Err() == nil {
		status, text, err := send(ctx, m)
		switch {
		case err == nil && (status == http.StatusOK || status == http.StatusCreated):
			return nil
		case m.mayBeRefused && (status == http.StatusNotFound || status == http.StatusForbidden):
			return nil
		case err != nil || status >= 500 || status == http.StatusTooManyRequests:
			p.repeats.Add(1)
		default:
			return fmt.Errorf("%d %s", status, text)
		}
	}
	return ctx.Err()
}

func (p *person) post(ctx context.Context, m outgoing) (status int, text string, err error) {
	a, err := p.do(ctx, http.MethodPost, "/v1/conversations/"+m.conversation+"/messages", body{"text": m.text}, m.key)
	return a.Status, a.Text, err
}

// frame sends a message over the phone's socket, and waits for the answer or for the end of the socket.
func (p *person) frame(ctx context.Context, m outgoing) (status int, text string, err error) {
	if p.link == nil {
		select {
		case p.link = <-p.links:
		case <-ctx.Done():
			return 0, "", ctx.Err()
		}
	}
	p.asked++
	ref := fmt.Sprint(p.asked)
	raw, err := json.Marshal(body{"event": "chat:mensaje", "id": ref, "data": body{"conversation_id": m.conversation, "key": m.key, "text": m.text}})
	if err != nil {
		return 0, "", err
	}
	if err := p.link.conn.Write(ctx, websocket.MessageText, raw); err != nil {
		p.link = nil
		return 0, "", err
	}
	for {
		select {
		case a := <-p.answers:
			if a.Ref != ref {
				continue
			}
			if a.Status == 0 {
				a.Status = statusOf[a.Code]
			}
			return a.Status, a.Code + " " + a.Detail, nil
		case <-p.link.gone:
			p.link = nil
			return 0, "", errors.New("the socket ended")
		case <-ctx.Done():
			return 0, "", ctx.Err()
		}
	}
}

// statusOf are the statuses of refusals that a phone has to expect.
var statusOf = map[string]int{
	"overloaded": http.StatusServiceUnavailable, "service_unreachable": http.StatusServiceUnavailable, "unavailable": http.StatusServiceUnavailable,
	"not_found": http.StatusNotFound, "forbidden": http.StatusForbidden,
}
