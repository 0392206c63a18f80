package forward_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

const mensaje, entregado, leido, escribiendo = "chat:mensaje", "chat:entregado", "chat:leido", "chat:escribiendo"

// The conversation goes into the path and the key into the header. The rest of the data is the body, as the client wrote it.
func TestAChatFrameBecomesARequest(t *testing.T) {
	t.Parallel()
	type call struct{ to, key, body string }
	calls := make(chan call, 100)
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Authorization") != "Bearer t1" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%q, %v", r.Header, err)
		}
		calls <- call{r.Method + " " + r.URL.EscapedPath(), r.Header.Get("Idempotency-Key"), string(body)}
		w.WriteHeader(http.StatusAccepted) // as service chat does of typing
	})
	const any20 = "a key of the gateway's"
	long := strings.Repeat("ñ<\\u0001", 1000)
	for _, c := range []struct{ event, data, path, key, body string }{
		{mensaje, `{"conversation_id":"c1","key":"k1","text":"hola"}`, "c1/messages", "k1", `{"text":"hola"}`},
		{mensaje, `{"text":"` + long + `","key":"k1","conversation_id":"A-b_9"}`, "A-b_9/messages", "k1", `{"text":"` + long + `"}`},
		{mensaje, `{"conversation_id":"c1","key":"k1","lat":1.10,"kind":"location","reply_to":9007199254740993}`, "c1/messages", "k1", `{"kind":"location","lat":1.10,"reply_to":9007199254740993}`},
		// Only these two members are the gateway's. The service judges all others.
		{mensaje, `{"conversation_id":"c1","key":"k1","keys":"x","conversation":{"key":1}}`, "c1/messages", "k1", `{"conversation":{"key":1},"keys":"x"}`},
		{entregado, `{"conversation_id":"c1","seq":7,"key":"k"}`, "c1/delivered", "k", `{"seq":7}`},
		{leido, `{"conversation_id":"c1","seq":7}`, "c1/read", any20, `{"seq":7}`},
		{leido, `{"conversation_id":"c1","seq":7,"key":["ñ"]}`, "c1/read", any20, `{"seq":7}`},
		{escribiendo, `{"conversation_id":"c1","key":"k"}`, "c1/typing", "", `{}`},
	} {
		a, err := inTime(t.Context(), f, c.event, json.RawMessage(c.data), func() {})
		if err != nil || a.Status != http.StatusAccepted || string(a.Body) != "null" {
			t.Fatalf("%s %.60s: %+v, %v", c.event, c.data, a, err)
		}
		got := <-calls
		if c.key == any20 && len(got.key) >= 20 {
			got.key = any20
		}
		if want := (call{"POST /v1/conversations/" + c.path, c.key, c.body}); got != want {
			t.Errorf("%s %.60s: %.200v, want %.200v", c.event, c.data, got, want)
		}
	}
}

func TestChatFramesThatAreNoRequest(t *testing.T) {
	t.Parallel()
	for _, event := range []string{mensaje, entregado, leido, escribiendo} {
		for _, data := range []string{
			``, `null`, `7`, `[]`, `"c1"`, `{}`, `{"key":"k"}`, `{"conversation_id":"","key":"k"}`, `{"conversation_id":7,"key":"k"}`, `{"conversation_id":null,"key":"k"}`,
			`{"conversation_id":"../../alerts/panic?x=","key":"k"}`, `{"conversation_id":"a/b","key":"k"}`, `{"conversation_id":"a.b","key":"k"}`, `{"conversation_id":"%2e%2e","key":"k"}`,
			`{"conversation_id":"a\u0000","key":"k"}`, `{"conversation_id":"` + strings.Repeat("c", 65) + `","key":"k"}`, `{"Conversation_ID":"c1","key":"k"}`,
		} {
			r, err := forward.Read(event, json.RawMessage(data))
			var bad *forward.DataError
			if !errors.As(err, &bad) || !strings.Contains(bad.Detail, "conversation_id") || !strings.Contains(bad.Detail, event) {
				t.Errorf("%s %s: %+v, %v", event, data, r, err)
			}
		}
	}
	// Of what stands twice, the gateway could take one and the service the other.
	deep := strings.Repeat(`{"`+strings.Repeat("m", 100)+`":`, 200) + `{"b":1,"b":2}` + strings.Repeat("}", 200)
	for data, member := range map[string]string{
		`{"conversation_id":"c1","conversation_id":"c2","key":"k"}`: "conversation_id", `{"conversation_id":"c1","key":"k","key":"k2"}`: "key",
		`{"conversation_id":"c1","key":"k","text":"a","text":"b"}`: "text", `{"conversation_id":"c1","key":"k","a":[{"b":1,"\u0062":1}]}`: "b", `{"conversation_id":"c1","key":"k","a":` + deep + `}`: "b",
	} {
		r, err := forward.Read(mensaje, json.RawMessage(data))
		if bad := (*forward.DataError)(nil); !errors.As(err, &bad) || !strings.Contains(bad.Detail, " "+member+" stands twice") || len(bad.Detail) > 300 {
			t.Errorf("%.90s: %+v, %v", data, r, err)
		}
	}
	// Without a name of its own, a message that is sent again would be there twice. The name is the message's client_id, so it is what was sent.
	for _, key := range []string{`""`, `null`, `5`, `false`, `{"a":1}`, `["x"]`, `" a"`, `"a "`, `" "`, `"a\r\nX-Evil: 1"`, `"ñandú"`, `"` + strings.Repeat("k", 256) + `"`} {
		data := `{"conversation_id":"c1","key":` + key + `}`
		if r, err := forward.Read(mensaje, json.RawMessage(data)); err == nil || !strings.Contains(err.Error(), "key") {
			t.Errorf("%s: %+v, %v", data, r, err)
		}
	}
	if r, err := forward.Read(mensaje, json.RawMessage(`{"conversation_id":"c1","key":"a b"}`)); err != nil || r.Key != "a b" {
		t.Errorf("a key that the service takes over HTTP: %+v, %v", r, err)
	}
	for _, data := range []string{`{"conversation_id":"c1"}`, `{"conversation_id":"c1","Key":"k"}`} {
		r, err := forward.Read(mensaje, json.RawMessage(data))
		var bad *forward.DataError
		if !errors.As(err, &bad) || !strings.Contains(bad.Detail, "key") {
			t.Errorf("%s: %+v, %v", data, r, err)
		}
	}
}

// That somebody writes is worth nothing late: it is sent once. A receipt is repeated, also without a key of the client's.
func TestTypingIsNotRepeated(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{}`))
	})
	for event, want := range map[string]int32{escribiendo: 1, leido: 4} {
		a, err := inTime(t.Context(), f, event, json.RawMessage(`{"conversation_id":"c1"}`), func() { calls.Store(0) })
		if err != nil || a.Status != http.StatusServiceUnavailable || calls.Load() != want {
			t.Errorf("%s: %+v, %v after %d calls", event, a, err, calls.Load())
		}
	}
}

// A flood of chat takes no place and no connection of a call for help.
func TestAFloodOfChatLeavesPanicItsPlaces(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}, 2000), make(chan struct{})
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/alerts/panic" {
			inside <- struct{}{}
			<-release
		}
		_, _ = w.Write([]byte(`{}`))
	})
	var all sync.WaitGroup
	// Typing does not wait so long.
	events := []string{mensaje, entregado, leido}
	for _, event := range events {
		for i := range forward.Routes[event].Conns {
			all.Go(func() {
				data := json.RawMessage(`{"conversation_id":"c1","key":"k"}`)
				if _, err := send(context.WithoutCancel(t.Context()), f, event, fmt.Sprint("company", i), "t", data); err != nil {
					t.Error(err)
				}
			})
		}
	}
	for range len(events) * forward.Routes[mensaje].Conns {
		<-inside
	}
	for _, event := range append(events, escribiendo) {
		for i := 0; f.Take(event, fmt.Sprint("more", i)); i++ {
			defer f.Give(event, fmt.Sprint("more", i))
		}
	}
	for range 10 {
		if a, err := send(t.Context(), f, panico, "company0", "t", nil); err != nil || a.Status != http.StatusOK {
			t.Errorf("panic: %+v, %v", a, err)
		}
	}
	close(release)
	all.Wait()
}

var keyInHeader = regexp.MustCompile(`^[!-~]([ -~]{0,253}[!-~])?$`)

// FuzzRead: whatever a client sends, the request goes to one path of its event, and its body is JSON. Of a chat frame, the body has neither
// the conversation nor the key.
func FuzzRead(f *testing.F) {
	for _, data := range []string{
		`{"conversation_id":"c1","key":"k1","text":"hola"}`, `{"conversation_id":"../x"}`, `{"conversation_id":"c1","key":7,"a":{"key":"b"}}`, `[]`, `null`, ``, "\xff",
		`{"conversation_id":"c1","key":"\n"}`, `{"conversation_id":"c1","conversation_id":"c/2","key":"k"}`, `{"key":"k","conversation_id":"\ud800"}`,
	} {
		for i := range 5 {
			f.Add(i, []byte(data))
		}
	}
	f.Fuzz(func(t *testing.T, which int, data []byte) {
		event := []string{panico, mensaje, entregado, leido, escribiendo}[((which%5)+5)%5]
		route := forward.Routes[event]
		// A frame's data is what was read from JSON.
		frame, err := protocol.Decode(fmt.Appendf(nil, `{"event":%q,"data":%s}`, event, data))
		if err != nil {
			return
		}
		r, err := forward.Read(event, frame.Data)
		if err != nil {
			if bad := (*forward.DataError)(nil); !errors.As(err, &bad) || len(bad.Detail) > 300 || route.Path == "/v1/alerts/panic" {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		if r.Key == "" != (route.Every > 0) || r.Key != "" && !keyInHeader.MatchString(r.Key) {
			t.Errorf("%q: key %q", data, r.Key)
		}
		if !route.Conversation {
			if r.Path != route.Path || !bytes.Equal(r.Body, frame.Data) {
				t.Errorf("%q: %+v", data, r)
			}
			return
		}
		before, after, _ := strings.Cut(route.Path, "{conversation_id}")
		id := strings.TrimSuffix(strings.TrimPrefix(r.Path, before), after)
		if r.Path != before+id+after || !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(id) {
			t.Errorf("%q: path %q", data, r.Path)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(r.Body, &members); err != nil || members == nil || members["conversation_id"] != nil || members["key"] != nil || len(r.Body) > len(data)+2 {
			t.Errorf("%q: body %q, %v", data, r.Body, err)
		}
	})
}
