package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/socket"
)

// service stands for the services behind the gateway. It answers each call with what it reads from answers. Events in full have no place.
type service struct {
	calls   chan string
	answers chan forward.Answer
	full    atomic.Value
	taken   atomic.Int32
}

func (s *service) Take(event, company string) bool {
	if company != "acme" || s.full.Load() == event {
		return false
	}
	s.taken.Add(1)
	return true
}

func (s *service) Give(string, string) { s.taken.Add(-1) }

func (s *service) Send(ctx context.Context, r forward.Request, token string) (forward.Answer, error) {
	s.calls <- strings.Join([]string{r.Event, r.Path, token, string(r.Body)}, " ")
	select {
	case a := <-s.answers:
		if a.Status == 0 {
			return a, errors.New("nobody answers")
		}
		return a, nil
	case <-ctx.Done():
		return forward.Answer{}, ctx.Err()
	}
}

func forwarding(t *testing.T, change func(*socket.Config)) (*world, *service) {
	t.Helper()
	s := &service{calls: make(chan string, 100), answers: make(chan forward.Answer, 100)}
	return newWorld(t, func(c *socket.Config, b *socket.Backend) {
		b.Services = s
		if change != nil {
			change(c)
		}
	}), s
}

func called(t *testing.T, s *service) string {
	t.Helper()
	select {
	case call := <-s.calls:
		return call
	case <-time.After(patience):
		t.Fatal("nothing was forwarded")
		return ""
	}
}

func TestACallForHelpIsForwarded(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	token := w.token(t, "ana", time.Now().Add(time.Hour))
	c := w.dial(t, "", "")
	c.send(t, fmt.Sprintf(`{"event":"auth","data":{"token":%q}}`, token))
	c.expect(t, "listo")
	s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{"id":"p1"}`)}
	c.send(t, `{"event":"alerta:panico","id":"f1","data":{"key":"k","lat":1}}`)
	if got, want := called(t, s), "alerta:panico /v1/alerts/panic "+token+` {"key":"k","lat":1}`; got != want {
		t.Errorf("forwarded %s, want %s", got, want)
	}
	if got := string(c.expect(t, "alerta:panico:ok")); got != `{"ref":"f1","status":201,"data":{"id":"p1"}}` {
		t.Errorf("answer %s", got)
	}
	// A refreshed token is the one that goes with the next call.
	next := w.token(t, "ana", time.Now().Add(2*time.Hour))
	c.send(t, fmt.Sprintf(`{"event":"auth","data":{"token":%q}}`, next))
	c.expect(t, "auth:ok")
	s.answers <- forward.Answer{Status: 403, Body: json.RawMessage(`{"code":"company_suspended","detail":"No.","status":403}`)}
	c.send(t, `{"event":"alerta:panico","id":"f2"}`)
	if got := called(t, s); !strings.Contains(got, next) {
		t.Errorf("forwarded %s", got)
	}
	if got := string(c.expect(t, "error")); got != `{"code":"company_suspended","detail":"No.","ref":"f2"}` {
		t.Errorf("answer %s", got)
	}
	s.answers <- forward.Answer{Status: 422, Body: json.RawMessage(`{"code":"validation_failed","detail":"See errors.","errors":[{"location":"body.lat"}],"status":422}`)}
	c.send(t, `{"event":"alerta:panico","id":"f4"}`)
	called(t, s)
	if got := string(c.expect(t, "error")); got != `{"code":"validation_failed","detail":"See errors.","errors":[{"location":"body.lat"}],"ref":"f4"}` {
		t.Errorf("answer %s", got)
	}
	for _, a := range []forward.Answer{{}, {Status: 502, Body: json.RawMessage(`[]`)}} {
		s.answers <- a
		c.send(t, `{"event":"alerta:panico","id":"f3"}`)
		if got := string(c.expect(t, "error")); !strings.HasPrefix(got, `{"code":"service_unreachable"`) || !strings.HasSuffix(got, `"ref":"f3"}`) {
			t.Errorf("answer %s", got)
		}
	}
	// Somebody without a token calls nobody.
	stranger := w.dial(t, "", "")
	stranger.send(t, `{"event":"alerta:panico"}`)
	stranger.closed(t, 4401, "token_missing")
}

// A socket that has used up its frames may still call for help, a few times. Afterwards it is a flood like any other.
func TestACallForHelpIsNoFlood(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, func(c *socket.Config) { c.FramesPerSecond, c.FrameBurst = 0.0001, 3 })
	c := w.dial(t, w.token(t, "ana", time.Now().Add(time.Hour)), "")
	c.expect(t, "listo")
	for range 3 {
		c.send(t, `{"event":"ping"}`)
		c.expect(t, "pong")
	}
	for range 5 {
		s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
		c.send(t, `{"event":"alerta:panico"}`)
		c.expect(t, "alerta:panico:ok")
	}
	c.send(t, `{"event":"ping"}`)
	c.closed(t, 4429, "frame_flood")
	mad := w.dial(t, w.token(t, "ana", time.Now().Add(time.Hour)), "")
	mad.expect(t, "listo")
	go func() {
		for range 200 {
			if mad.Write(context.WithoutCancel(t.Context()), 1, []byte(`{"event":"alerta:panico"}`)) != nil {
				return
			}
		}
	}()
	mad.closed(t, 4429, "frame_flood")
	close(s.answers)
}

// Many requests of one socket wait for their answers no more than a few at a time, and its other frames are served meanwhile. A request goes
// on when its socket ends, and a drain waits for it.
func TestRequestsAreBoundedAndOutliveTheirSocket(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	c := w.dial(t, w.token(t, "ana", time.Now().Add(time.Hour)), "")
	c.expect(t, "listo")
	for range 4 {
		c.send(t, `{"event":"alerta:panico"}`)
		called(t, s)
	}
	c.send(t, `{"event":"alerta:panico","id":"fifth"}`)
	if got := string(c.expect(t, "error")); !strings.HasPrefix(got, `{"code":"overloaded"`) || !strings.Contains(got, "fifth") {
		t.Errorf("answer %s", got)
	}
	c.send(t, `{"event":"ping"}`)
	c.expect(t, "pong")
	_ = c.CloseNow()
	drained := make(chan struct{})
	go func() {
		w.Drain(context.WithoutCancel(t.Context()))
		close(drained)
	}()
	for range 4 {
		select {
		case <-drained:
			t.Fatal("the drain did not wait for a call for help")
		default:
		}
		s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
	}
	select {
	case <-drained:
	case <-time.After(patience):
		t.Fatal("the drain does not end")
	}
}

const message = `{"event":"chat:mensaje","id":%q,"data":{"conversation_id":"c1","key":%q,"text":"hola"}}`

func signedIn(t *testing.T, w *world) client {
	t.Helper()
	c := w.dial(t, w.token(t, "ana", time.Now().Add(time.Hour)), "")
	c.expect(t, "listo")
	return c
}

func problem(t *testing.T, c client) (code, ref string) {
	t.Helper()
	var p struct{ Code, Ref string }
	if err := json.Unmarshal(c.expect(t, "error"), &p); err != nil {
		t.Fatal(err)
	}
	return p.Code, p.Ref
}

func TestChatFramesAreForwarded(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	c := signedIn(t, w)
	s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{"seq":7}`)}
	c.send(t, fmt.Sprintf(message, "f1", "k1"))
	if got := called(t, s); !strings.HasPrefix(got, "chat:mensaje /v1/conversations/c1/messages ") || !strings.HasSuffix(got, ` {"text":"hola"}`) {
		t.Errorf("forwarded %s", got)
	}
	if got := string(c.expect(t, "chat:mensaje:ok")); got != `{"ref":"f1","status":201,"data":{"seq":7}}` {
		t.Errorf("answer %s", got)
	}
	for _, event := range []string{"chat:entregado", "chat:leido"} {
		s.answers <- forward.Answer{Status: 200, Body: json.RawMessage(`{"read_seq":7}`)}
		c.send(t, fmt.Sprintf(`{"event":%q,"id":"f2","data":{"conversation_id":"c1","seq":7}}`, event))
		called(t, s)
		if got := string(c.expect(t, event+":ok")); got != `{"ref":"f2","status":200,"data":{"read_seq":7}}` {
			t.Errorf("answer %s", got)
		}
	}
	s.answers <- forward.Answer{Status: 409, Body: json.RawMessage(`{"code":"client_id_used","detail":"Use another.","status":409}`)}
	c.send(t, fmt.Sprintf(message, "f3", "k1"))
	called(t, s)
	if code, ref := problem(t, c); code != "client_id_used" || ref != "f3" {
		t.Errorf("answer %s to %s", code, ref)
	}
	for _, data := range []string{`{"conversation_id":"../c1","key":"k"}`, `{"key":"k"}`, `{"conversation_id":"c1"}`} {
		c.send(t, `{"event":"chat:mensaje","id":"f4","data":`+data+`}`)
		if code, ref := problem(t, c); code != "data_invalid" || ref != "f4" {
			t.Errorf("%s: answer %s to %s", data, code, ref)
		}
	}
	if len(s.calls) > 0 {
		t.Errorf("called %s", <-s.calls)
	}
}

// The messages of a socket reach the service in the order in which they were sent, also when an answer takes long.
func TestMessagesKeepTheirOrder(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	c := signedIn(t, w)
	for i := range 4 {
		c.send(t, fmt.Sprintf(`{"event":"chat:mensaje","id":"m%d","data":{"conversation_id":"c1","key":"k%d","text":"%d"}}`, i, i, i))
	}
	for i := range 4 {
		if got := called(t, s); !strings.HasSuffix(got, fmt.Sprintf(` {"text":"%d"}`, i)) {
			t.Errorf("call %d is %s", i, got)
		}
		c.send(t, `{"event":"ping"}`)
		c.expect(t, "pong")
		if len(s.calls) > 0 {
			t.Errorf("%s does not wait for message %d", <-s.calls, i)
		}
		// The second one fails, and the others go on.
		status := map[bool]int{true: 0, false: 201}[i == 1]
		s.answers <- forward.Answer{Status: status, Body: json.RawMessage(`{}`)}
		if status == 0 {
			if code, ref := problem(t, c); code != "service_unreachable" || ref != "m1" {
				t.Errorf("answer %s to %s", code, ref)
			}
			continue
		}
		if got := string(c.expect(t, "chat:mensaje:ok")); !strings.Contains(got, fmt.Sprintf(`"m%d"`, i)) {
			t.Errorf("answer %s", got)
		}
	}
	eventually(t, "all places are given back", func() bool { return s.taken.Load() == 0 })
}

// Messages that a socket sent before it ended reach the service all the same, one after the other.
func TestMessagesOutliveTheirSocket(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	c := signedIn(t, w)
	for i := range 3 {
		c.send(t, fmt.Sprintf(message, fmt.Sprint("f", i), fmt.Sprint("k", i)))
	}
	c.send(t, `{"event":"ping"}`)
	c.expect(t, "pong")
	_ = c.CloseNow()
	eventually(t, "the socket has ended", func() bool { return w.Open() == 0 })
	for i := range 3 {
		called(t, s)
		if len(s.calls) > 0 {
			t.Errorf("%s does not wait for message %d", <-s.calls, i)
		}
		s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
	}
	eventually(t, "all places are given back", func() bool { return s.taken.Load() == 0 })
}

// A socket that waits for the answers to its messages may call for help, and so may one whose company has no place left for messages.
func TestAFloodOfMessagesTakesNoPlaceOfACallForHelp(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	c := signedIn(t, w)
	for i := range 5 {
		c.send(t, fmt.Sprintf(message, fmt.Sprint("m", i), "k"))
	}
	if code, ref := problem(t, c); code != "overloaded" || ref != "m4" {
		t.Errorf("answer %s to %s", code, ref)
	}
	called(t, s)
	c.send(t, `{"event":"alerta:panico","id":"help"}`)
	if got := called(t, s); !strings.HasPrefix(got, "alerta:panico ") {
		t.Errorf("forwarded %s", got)
	}
	for range 5 {
		s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
	}
	for range 5 {
		if event, _, err := c.next(t); err != nil || !strings.HasSuffix(event, ":ok") {
			t.Errorf("answer %s, %v", event, err)
		}
	}
	s.full.Store("chat:mensaje")
	c.send(t, fmt.Sprintf(message, "full", "k"))
	if code, ref := problem(t, c); code != "overloaded" || ref != "full" {
		t.Errorf("answer %s to %s", code, ref)
	}
	s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
	c.send(t, `{"event":"alerta:panico","id":"help"}`)
	c.expect(t, "alerta:panico:ok")
}

// Typing is sent at most once in three seconds for each conversation. It has no answer, unless the service refuses it.
func TestTypingIsThrottled(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	c := signedIn(t, w)
	calls := 0
	// types says that somebody writes, and returns whether that was forwarded.
	types := func(conversation string) bool {
		t.Helper()
		s.answers <- forward.Answer{Status: 204, Body: json.RawMessage("null")}
		c.send(t, fmt.Sprintf(`{"event":"chat:escribiendo","id":"t","data":{"conversation_id":%q}}`, conversation))
		c.send(t, `{"event":"ping"}`)
		c.expect(t, "pong")
		eventually(t, "the errand has ended", func() bool { return s.taken.Load() == 0 })
		if len(s.calls) == 0 {
			<-s.answers
			return false
		}
		<-s.calls
		calls++
		return true
	}
	for i, want := range []bool{true, false, false} {
		if got := types("c1"); got != want {
			t.Errorf("frame %d forwarded: %t", i, got)
		}
	}
	if !types("c2") {
		t.Error("another conversation was throttled")
	}
	w.wall.Advance(3*time.Second - 1)
	if types("c1") {
		t.Error("forwarded before three seconds were over")
	}
	w.wall.Advance(1)
	if !types("c1") {
		t.Error("throttled after three seconds")
	}
	// A socket writes in a few conversations at once, not in thousands.
	w.wall.Advance(time.Minute)
	calls = 0
	for i := range 40 {
		types(fmt.Sprint("c", i))
	}
	if calls != 16 {
		t.Errorf("typing in %d conversations at once", calls)
	}
	w.wall.Advance(-time.Hour)
	if !types("c1") {
		t.Error("throttled after the wall clock went back")
	}
	w.wall.Advance(time.Minute)
	s.full.Store("chat:escribiendo")
	if types("c1") {
		t.Error("forwarded without a place")
	}
	s.full.Store("")
	w.wall.Advance(time.Minute)
	s.answers <- forward.Answer{Status: 404, Body: json.RawMessage(`{"code":"not_found","detail":"No."}`)}
	c.send(t, `{"event":"chat:escribiendo","id":"t","data":{"conversation_id":"c1"}}`)
	if code, ref := problem(t, c); code != "not_found" || ref != "t" {
		t.Errorf("answer %s to %s", code, ref)
	}
}

// A client that is signed in may send a message of 8,000 characters. One that is not has less to say.
func TestTheLargestFrames(t *testing.T) {
	t.Parallel()
	w, s := forwarding(t, nil)
	pad := func(n int) string {
		frame := fmt.Sprintf(message, "f", "k")
		return frame + strings.Repeat(" ", n-len(frame))
	}
	for _, text := range []string{
		strings.Repeat(`\u0007`, 8000), strings.Repeat("🙂", 8000), strings.Repeat(`\"`, 8000), strings.Repeat("<", 8000),
	} {
		c := signedIn(t, w)
		s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{"text":"` + text + `"}`)}
		c.send(t, `{"event":"chat:mensaje","id":"f","data":{"conversation_id":"`+strings.Repeat("c", 64)+`","key":"`+strings.Repeat("k", 255)+`","text":"`+text+`"}}`)
		if got := called(t, s); !strings.HasSuffix(got, ` {"text":"`+text+`"}`) {
			t.Errorf("forwarded %.100s ...", got)
		}
		c.SetReadLimit(1 << 20)
		c.expect(t, "chat:mensaje:ok")
	}
	for size, fits := range map[int]bool{64 << 10: true, 64<<10 + 1: false} {
		c := signedIn(t, w)
		go func() { _ = c.Write(context.WithoutCancel(t.Context()), 1, []byte(pad(size))) }()
		if fits {
			s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
			c.expect(t, "chat:mensaje:ok")
			called(t, s)
			continue
		}
		c.closed(t, 1009, "read limited at 65537 bytes")
	}
	auth := fmt.Sprintf(`{"event":"auth","data":{"token":%q}}`, w.token(t, "ana", time.Now().Add(time.Hour)))
	stranger := w.dial(t, "", "")
	go func() {
		_ = stranger.Write(context.WithoutCancel(t.Context()), 1, []byte(auth+strings.Repeat(" ", 32<<10)))
	}()
	stranger.closed(t, 1009, "read limited at 32769 bytes")
	// Signed in by a first frame, it may send as much as the others.
	late := w.dial(t, "", "")
	late.send(t, auth)
	late.expect(t, "listo")
	s.answers <- forward.Answer{Status: 201, Body: json.RawMessage(`{}`)}
	late.send(t, pad(64<<10))
	late.expect(t, "chat:mensaje:ok")
}
