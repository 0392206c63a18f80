package forward_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/gateway/internal/forward"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const panico = "alerta:panico"

func serve(t *testing.T, h http.HandlerFunc) *forward.Forwarder {
	t.Helper()
	server := httptest.NewServer(h)
	f := forward.New(server.URL)
	t.Cleanup(func() {
		f.Close()
		server.Close()
	})
	return f
}

// send does with a frame what a socket does.
func send(ctx context.Context, f *forward.Forwarder, event, company, token string, data json.RawMessage) (forward.Answer, error) {
	r, err := forward.Read(event, data)
	if err != nil {
		return forward.Answer{}, err
	}
	if !f.Take(event, company) {
		return forward.Answer{}, errFull
	}
	defer f.Give(event, company)
	return f.Send(ctx, r, token)
}

// inTime sends a frame again when a busy machine took longer than typing waits, which is three seconds. before is called each time.
func inTime(ctx context.Context, f *forward.Forwarder, event string, data json.RawMessage, before func()) (a forward.Answer, err error) {
	for err = context.DeadlineExceeded; errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil; {
		before()
		a, err = send(ctx, f, event, "acme", "t1", data)
	}
	return a, err
}

var errFull = errors.New("no place is free")

func TestAFrameBecomesARequest(t *testing.T) {
	t.Parallel()
	var keys []string
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/alerts/panic" || r.Header.Get("Authorization") != "Bearer t1" {
			t.Errorf("%s %s %q %s, %v", r.Method, r.URL, r.Header, body, err)
		}
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"got":` + string(body) + `}`))
	})
	for i, c := range []struct{ data, key string }{
		{`{"key":"k1","lat":1}`, "k1"},
		{`{"key":""}`, ""},
		{`{"key":"a\nb"}`, ""},
		{`7`, ""},
		{`{"key":null}`, ""},
		{`{"key":7}`, ""},
		{`{"key":"` + strings.Repeat("k", 256) + `"}`, ""},
		{`{"key":"mañana"}`, ""},
		{`{"key":"a b"}`, "a b"},
		{`{"key":" ab"}`, ""},
	} {
		a, err := send(t.Context(), f, panico, "acme", "t1", json.RawMessage(c.data))
		if err != nil || a.Status != http.StatusCreated || string(a.Body) != `{"got":`+c.data+`}` {
			t.Errorf("%s: %+v, %v", c.data, a, err)
		}
		if c.key != "" && keys[i] != c.key || c.key == "" && len(keys[i]) < 20 {
			t.Errorf("%s: key %q", c.data, keys[i])
		}
	}
}

// A service that is restarted answers the repetition, under the same key.
func TestARequestIsRepeated(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	var keys sync.Map
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		keys.Store(r.Header.Get("Idempotency-Key"), true)
		if calls.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(`{}`))
	})
	if a, err := send(t.Context(), f, panico, "acme", "t", nil); err != nil || a.Status != http.StatusOK || calls.Load() != 3 {
		t.Errorf("%+v, %v after %d calls", a, err, calls.Load())
	}
	n := 0
	keys.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d keys", n)
	}
}

func TestAnswersThatCannotBeSentOn(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"not JSON": "<html>", "empty": "", "endless": `"` + strings.Repeat("x", 70<<10) + `"`} {
		f := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
		if a, err := send(t.Context(), f, panico, "acme", "t", nil); err == nil || strings.Contains(err.Error(), "%!") {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

// A service that never answers, or begins an answer and never ends it, does not keep a frame waiting for ever.
func TestAnAnswerThatNeverComes(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(http.ResponseWriter){
		"nothing": func(http.ResponseWriter) {},
		"the beginning": func(w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{`))
			_ = http.NewResponseController(w).Flush()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				begin(w)
				<-r.Context().Done()
			})
			for _, event := range []string{escribiendo, mensaje} {
				a, err := send(t.Context(), f, event, "acme", "t", json.RawMessage(`{"conversation_id":"c1","key":"k"}`))
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %+v, %v", event, a, err)
				}
			}
		})
	}
}

// A key that no header can hold is still the same when the frame is repeated.
func TestAnOddKeyIsTheSameAgain(t *testing.T) {
	t.Parallel()
	var keys []string
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		_, _ = w.Write([]byte(`{}`))
	})
	for _, data := range []string{`{"key":"mañana"}`, `{"key":"mañana","lat":1}`, `{"key":"a\nb"}`, `{"key":"a\nb"}`, `{"key":7}`, `{"key":7}`, `{}`, `{}`} {
		if _, err := send(t.Context(), f, panico, "acme", "t", json.RawMessage(data)); err != nil {
			t.Error(err)
		}
	}
	for i := range 4 {
		if same := keys[2*i] == keys[2*i+1]; same != (i < 3) || i > 0 && keys[2*i] == keys[2*i-2] {
			t.Errorf("pair %d: %q", i, keys)
		}
	}
}

func TestPlacesAreBounded(t *testing.T) {
	t.Parallel()
	inside, release := make(chan struct{}, 200), make(chan struct{})
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		inside <- struct{}{}
		<-release
		_, _ = w.Write([]byte(`{}`))
	})
	var all sync.WaitGroup
	for range forward.Routes[panico].Places / 2 {
		all.Go(func() {
			if _, err := send(context.WithoutCancel(t.Context()), f, panico, "acme", "t", nil); err != nil {
				t.Error(err)
			}
		})
		<-inside
	}
	if _, err := send(t.Context(), f, panico, "acme", "t", nil); !errors.Is(err, errFull) {
		t.Errorf("one more: %v", err)
	}
	all.Go(func() {
		if _, err := send(context.WithoutCancel(t.Context()), f, panico, "beta", "t", nil); err != nil {
			t.Errorf("another company: %v", err)
		}
	})
	<-inside
	close(release)
	all.Wait()
	if _, err := send(t.Context(), f, panico, "acme", "t", nil); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestCheckBase(t *testing.T) {
	t.Parallel()
	for base, ok := range map[string]bool{
		"http://{service}:8080": true, "http://127.0.0.1:8080": true, "https://terreno.example/": true,
		"": false, "{service}:8080": false, "http://": false, "ftp://x": false, "http://x/api": false, "http://u:p@x": false, "http://x?a": false,
	} {
		if err := forward.CheckBase(base); (err == nil) != ok {
			t.Errorf("%q: %v", base, err)
		}
	}
}
