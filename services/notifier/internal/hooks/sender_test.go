package hooks

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/services/notifier/hooktest"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

// local lets calls reach receivers on 127.0.0.1, and no other address of this machine.
var local = webhook.Rules{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}

func sender(t *testing.T, r *hooktest.Receiver, o SenderOptions) *Sender {
	t.Helper()
	if o.Rules.Allowed == nil {
		o.Rules = local
	}
	o.Roots = r.Roots()
	s := NewSender(o)
	t.Cleanup(s.Close)
	return s
}

func (s *Sender) try(t *testing.T, url string) answer {
	t.Helper()
	a, err := s.send(t.Context(), url, webhook.EventTest, "d1", []byte(`{"id":"d1"}`), "whsec_new", "whsec_old")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestACallAsAReceiverSeesIt(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, nil)
	if a := sender(t, r, SenderOptions{}).try(t, r.URL+"/x?y=z"); a.status != 200 || a.reason != "" || a.took <= 0 {
		t.Errorf("%+v", a)
	}
	calls := r.Calls()
	if len(calls) != 1 || calls[0].Body != `{"id":"d1"}` || calls[0].Header.Get("Terreno-Event") != webhook.EventTest ||
		calls[0].Header.Get("Terreno-Delivery") != "d1" || calls[0].Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%+v", calls)
	}
	for _, secret := range []string{"whsec_new", "whsec_old"} {
		if err := calls[0].Verify(secret, time.Now()); err != nil {
			t.Errorf("%s: %v", secret, err)
		}
	}
	if calls[0].Verify("whsec_other", time.Now()) == nil || calls[0].Verify("whsec_new", time.Now().Add(6*time.Minute)) == nil {
		t.Error("another secret, or an old call, is as good")
	}
}

// A name that means an address that may be reached when it is asked for the first time, and another one the second time.
func TestANameThatMeansSomethingElseTheSecondTime(t *testing.T) {
	t.Parallel()
	inside := atomic.Int32{}
	r := hooktest.NewReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") })
	hidden, err := net.Listen("tcp", "127.0.0.2:"+r.Port())
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		for {
			c, err := hidden.Accept()
			if err != nil {
				return
			}
			inside.Add(1)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() {
		_ = hidden.Close()
		<-accepted
	})
	names := hooktest.Names(t, func(_ string, n int) netip.Addr {
		if n == 0 {
			return netip.MustParseAddr("127.0.0.1")
		}
		return netip.MustParseAddr("127.0.0.2")
	})
	s := sender(t, r, SenderOptions{Resolver: names})
	url := "https://" + hooktest.Host + ":" + r.Port()
	if a := s.try(t, url); a.status != 200 {
		t.Fatalf("the first time: %+v", a)
	}
	var a answer
	apptest.Until(t, func() bool { // until the connection is gone, so that the name is asked for again
		s.Close()
		a = s.try(t, url)
		return a.status != 200
	})
	if a.reason != webhook.ReasonAddress || !a.final {
		t.Errorf("the second time: %+v", a)
	}
	if n := inside.Load(); n != 0 {
		t.Errorf("%d connections to the hidden address", n)
	}
}

func TestAddressesThatAreNeverReached(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, nil)
	strict := sender(t, r, SenderOptions{
		Rules:    webhook.Rules{Allowed: []netip.Prefix{}},
		Resolver: hooktest.Names(t, func(string, int) netip.Addr { return netip.MustParseAddr("169.254.169.254") }),
	})
	for _, url := range []string{
		r.URL, "https://localhost:" + r.Port(), "https://[::1]:" + r.Port(), "https://[::ffff:127.0.0.1]:" + r.Port(), "https://169.254.169.254/latest/meta-data",
		"https://metadata.example.com/", "https://10.0.0.1/", "https://100.100.100.200/", "https://[fd00:ec2::254]/", "https://0.0.0.0:" + r.Port(),
		"http://93.184.216.34/", "ftp://93.184.216.34/",
	} {
		if a := strict.try(t, url); a.reason != webhook.ReasonAddress || !a.final {
			t.Errorf("%s: %+v", url, a)
		}
	}
	if n := len(r.Calls()); n != 0 {
		t.Errorf("%d calls came", n)
	}
}

func TestAnswersThatAreNoSuccess(t *testing.T) {
	t.Parallel()
	handle := map[string]http.HandlerFunc{
		"/500":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"/429":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Retry-After", "120"); w.WriteHeader(429) },
		"/gone": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(410) },
		"/metadata": func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "https://169.254.169.254/latest/meta-data", http.StatusTemporaryRedirect)
		},
		"/here": func(w http.ResponseWriter, req *http.Request) {
			http.Redirect(w, req, "/ok", http.StatusPermanentRedirect)
		},
		"/never": func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() },
		"/reset": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	r := hooktest.NewReceiver(t, func(w http.ResponseWriter, req *http.Request) { handle[req.URL.Path](w, req) })
	s, impatient := sender(t, r, SenderOptions{}), sender(t, r, SenderOptions{Timeout: time.Second})
	for path, want := range map[string]answer{
		"/500": {status: 500, reason: "http_500"}, "/429": {status: 429, reason: "http_429", wait: 2 * time.Minute}, "/gone": {status: 410, reason: "http_410", final: true},
		"/metadata": {status: 307, reason: webhook.ReasonRedirect}, "/here": {status: 308, reason: webhook.ReasonRedirect},
		"/never": {reason: webhook.ReasonTimeout}, "/reset": {reason: webhook.ReasonNetwork},
	} {
		by := s
		if want.reason == webhook.ReasonTimeout {
			by = impatient
		}
		a := by.try(t, r.URL+path)
		if a.took = 0; a != want {
			t.Errorf("%s: %+v, want %+v", path, a, want)
		}
	}
	for _, c := range r.Calls() {
		if strings.Contains(c.Header.Get("Referer"), "here") {
			t.Error("a redirect was followed")
		}
	}
	other := hooktest.NewReceiver(t, nil)
	strange := NewSender(SenderOptions{Rules: local}) // It trusts the machine's roots only.
	t.Cleanup(strange.Close)
	if a := strange.try(t, other.URL); a.reason != webhook.ReasonTLS {
		t.Errorf("an untrusted certificate: %+v", a)
	}
}

// An answer of 10 MB, and one that never ends, cost no more than what is read of them.
func TestAnswersWithoutEnd(t *testing.T) {
	t.Parallel()
	for what, handle := range map[string]http.HandlerFunc{
		"10 MB": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bytes.Repeat([]byte("x"), 10<<20)) },
		"for ever": func(w http.ResponseWriter, req *http.Request) {
			for req.Context().Err() == nil {
				if _, err := w.Write(bytes.Repeat([]byte("x"), 1<<10)); err != nil {
					return
				}
			}
		},
		"begun and never ended": func(w http.ResponseWriter, req *http.Request) {
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
			<-req.Context().Done()
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := hooktest.NewReceiver(t, handle)
			s := sender(t, r, SenderOptions{}) // The answer that never ends takes all its time.
			if a := s.try(t, r.URL); a.status != 200 || a.reason != "" {
				t.Errorf("%+v", a)
			}
		})
	}
	huge := hooktest.NewReceiver(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) })
	if a := sender(t, huge, SenderOptions{}).try(t, huge.URL); a.reason != webhook.ReasonNetwork {
		t.Errorf("a header of 1 MB: %+v", a)
	}
}

func TestAShutdownIsNoFailureOfTheWebhook(t *testing.T) {
	t.Parallel()
	r := hooktest.NewReceiver(t, func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() })
	s := sender(t, r, SenderOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := s.send(ctx, r.URL, webhook.EventTest, "d1", nil)
		ended <- err
	}()
	for len(r.Calls()) == 0 {
		select {
		case err := <-ended:
			t.Fatal(err)
		case <-time.After(time.Millisecond):
		}
	}
	cancel()
	if err := <-ended; err == nil {
		t.Error("a call that was cut off has an answer")
	}
}
