package retry_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errNetwork = errors.New("connection reset by peer")

// script answers each attempt with its next step and repeats the last step. It records the time and the body of each
// attempt.
type script struct {
	steps []step

	mu     sync.Mutex
	at     []time.Time
	bodies []string
	open   int
}

type step struct {
	status     int
	err        error
	retryAfter func() string
	then       func()
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, time.Now())
	s.bodies = append(s.bodies, string(sent))
	now := s.steps[min(len(s.at), len(s.steps))-1]
	if now.then != nil {
		defer now.then()
	}
	if now.err != nil {
		return nil, now.err
	}
	s.open++
	resp := &http.Response{StatusCode: now.status, Header: http.Header{}, Body: &body{Reader: strings.NewReader("answer"), s: s}}
	if now.retryAfter != nil {
		resp.Header.Set("Retry-After", now.retryAfter())
	}
	return resp, nil
}

type body struct {
	io.Reader
	s      *script
	closed bool
}

func (b *body) Close() error {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	if !b.closed {
		b.closed = true
		b.s.open--
	}
	return nil
}

func (s *script) do(ctx context.Context, t *testing.T, method string, change func(*http.Request), opts ...retry.Option) (*http.Response, error) {
	t.Helper()
	var payload io.Reader
	if method == http.MethodPost || method == http.MethodPut {
		payload = bytes.NewReader([]byte("payload"))
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://example.test/", payload)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := retry.New(s, opts...).RoundTrip(req)
	if (resp == nil) == (err == nil) {
		t.Fatalf("got response %v and error %v: want exactly one", resp, err)
	}
	return resp, err
}

func key(req *http.Request) { req.Header.Set("Idempotency-Key", "k1") }

func TestRetriesDependOnMethodAndResponse(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		method   string
		change   func(*http.Request)
		steps    []step
		attempts int
		status   int
	}{
		"success on the first attempt": {method: "GET", steps: []step{{status: 200}}, attempts: 1, status: 200},
		"503 then success":             {method: "GET", steps: []step{{status: 503}, {status: 200}}, attempts: 2, status: 200},
		"network error then success":   {method: "GET", steps: []step{{err: errNetwork}, {status: 204}}, attempts: 2, status: 204},
		"three retries, last response": {method: "GET", steps: []step{{status: 502}}, attempts: 4, status: 502},
		"three retries, last error":    {method: "GET", steps: []step{{err: errNetwork}}, attempts: 4},
		"429":                          {method: "DELETE", steps: []step{{status: 429}, {status: 200}}, attempts: 2, status: 200},
		"500":                          {method: "PUT", steps: []step{{status: 500}, {status: 200}}, attempts: 2, status: 200},
		"504":                          {method: "HEAD", steps: []step{{status: 504}, {status: 200}}, attempts: 2, status: 200},
		"501 is final":                 {method: "GET", steps: []step{{status: 501}}, attempts: 1, status: 501},
		"400 is final":                 {method: "GET", steps: []step{{status: 400}}, attempts: 1, status: 400},
		"409 is final":                 {method: "PUT", steps: []step{{status: 409}}, attempts: 1, status: 409},
		"POST without key":             {method: "POST", steps: []step{{status: 503}}, attempts: 1, status: 503},
		"POST without key, network":    {method: "POST", steps: []step{{err: errNetwork}}, attempts: 1},
		"PATCH without key":            {method: "PATCH", steps: []step{{status: 503}}, attempts: 1, status: 503},
		"POST with key":                {method: "POST", change: key, steps: []step{{status: 503}}, attempts: 4, status: 503},
		"body that cannot be replayed": {method: "PUT", change: func(r *http.Request) { r.GetBody = nil }, steps: []step{{status: 503}}, attempts: 1, status: 503},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: c.steps}
				resp, err := s.do(t.Context(), t, c.method, c.change)
				if got := len(s.at); got != c.attempts {
					t.Errorf("attempts = %d, want %d", got, c.attempts)
				}
				if c.status == 0 {
					if !errors.Is(err, errNetwork) {
						t.Errorf("error = %v, want the last network error", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if resp.StatusCode != c.status {
					t.Errorf("status = %d, want %d", resp.StatusCode, c.status)
				}
				if read, _ := io.ReadAll(resp.Body); string(read) != "answer" {
					t.Errorf("body of the last response = %q", read)
				}
				_ = resp.Body.Close()
				if s.open != 0 {
					t.Errorf("%d responses were never closed", s.open)
				}
				for i, sent := range s.bodies {
					if (c.method == "POST" || c.method == "PUT") && sent != "payload" {
						t.Errorf("attempt %d sent body %q", i+1, sent)
					}
				}
			})
		})
	}
}

func TestBackoffGrowsAndIsJittered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const first, longest = 100 * time.Millisecond, 300 * time.Millisecond
		distinct := map[time.Duration]bool{}
		var most [3]time.Duration
		for range 300 {
			s := &script{steps: []step{{err: errNetwork}}}
			_, _ = s.do(t.Context(), t, "GET", nil, retry.WithBackoff(first, longest))
			for i := range most {
				wait := s.at[i+1].Sub(s.at[i])
				most[i] = max(most[i], wait)
				distinct[wait] = true
			}
		}
		for i, ceiling := range []time.Duration{first, 2 * first, longest} {
			if most[i] > ceiling || most[i] < ceiling*8/10 {
				t.Errorf("longest of 300 waits before retry %d = %v, want just under %v", i+1, most[i], ceiling)
			}
		}
		if len(distinct) < 500 {
			t.Errorf("only %d distinct waits of 900: not jittered", len(distinct))
		}
	})
}

func TestRetryAfterIsAFloor(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) func() string {
		// An HTTP date has whole seconds. One more second keeps the date from falling before d.
		return func() string { return time.Now().UTC().Add(d + time.Second).Format(http.TimeFormat) }
	}
	text := func(s string) func() string { return func() string { return s } }
	cases := map[string]struct {
		value    func() string
		floor    time.Duration
		attempts int
	}{
		"seconds":            {text("7"), 7 * time.Second, 4},
		"a date":             {in(9 * time.Second), 9 * time.Second, 4},
		"the longest":        {text("60"), time.Minute, 4},
		"too long":           {text("61"), 0, 1},
		"too long a date":    {in(time.Hour), 0, 1},
		"absurd":             {text("18446744073709551615"), 0, 1},
		"a date in the past": {in(-time.Hour), 0, 4},
		"nonsense":           {text("soon"), 0, 4},
		"negative":           {text("-5"), 0, 4},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{steps: []step{{status: 503, retryAfter: c.value}}}
				resp, err := s.do(t.Context(), t, "GET", nil)
				if err != nil || resp.StatusCode != 503 {
					t.Fatalf("got %v, %v: want the 503 response", resp, err)
				}
				if len(s.at) != c.attempts {
					t.Fatalf("attempts = %d, want %d", len(s.at), c.attempts)
				}
				if c.attempts > 1 && !s.at[len(s.at)-1].After(s.at[0]) {
					t.Error("there was no wait between the attempts")
				}
				for i := 1; i < len(s.at); i++ {
					if wait := s.at[i].Sub(s.at[i-1]); wait < c.floor || wait > c.floor+6*time.Second {
						t.Errorf("wait before attempt %d = %v, want at least %v and at most 6 s more", i+1, wait, c.floor)
					}
				}
			})
		})
	}
}

func TestContextEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		s := &script{steps: []step{{status: 503, retryAfter: func() string { return "30" }}}}
		start := time.Now()
		_, err := s.do(ctx, t, "GET", nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v", err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("took %v, want to end with the context", took)
		}
		if len(s.at) != 1 || s.open != 0 {
			t.Errorf("%d attempts, %d responses left open", len(s.at), s.open)
		}
	})
}

func TestResponseThatComesAsTheContextEndsIsClosed(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := &script{steps: []step{{status: 200, then: cancel}}}
	if _, err := s.do(ctx, t, "GET", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
	if s.open != 0 {
		t.Error("the response was left open")
	}
}

func TestBodyReplayOverARealServer(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Header.Get("Idempotency-Key")+":"+string(b))
		if len(got) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer srv.Close()
	client := &http.Client{Transport: retry.New(srv.Client().Transport, retry.WithBackoff(time.Microsecond, time.Microsecond))}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, strings.NewReader("fix"))
	key(req)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if want := "k1:fix k1:fix k1:fix"; resp.StatusCode != 200 || strings.Join(got, " ") != want {
		t.Errorf("status %d after %q, want 200 after %q", resp.StatusCode, got, want)
	}
}

func TestUntrustedCertificateIsNotRetried(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = discardLog()
	srv.StartTLS()
	defer srv.Close()
	counted := &counting{next: &http.Transport{}}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
	if resp, err := retry.New(counted, retry.WithBackoff(time.Microsecond, time.Microsecond)).RoundTrip(req); err == nil {
		_ = resp.Body.Close()
		t.Fatal("an untrusted certificate was accepted")
	}
	if counted.n != 1 {
		t.Errorf("attempts = %d, want 1", counted.n)
	}
}

// A server that begins an answer and never ends it does not hold up the next attempt.
func TestABodyWithoutEndIsNotRead(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		first := n == 1
		mu.Unlock()
		if !first {
			return
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	defer server.Close()
	next := &http.Transport{}
	defer next.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := retry.New(next, retry.WithBackoff(time.Millisecond, time.Millisecond)).RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", resp, err)
	}
	_ = resp.Body.Close()
}
