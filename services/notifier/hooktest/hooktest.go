// Package hooktest is the other side of webhooks for tests: a name server that says what a test wants, and receivers that check
// signatures as the documentation tells receivers to.
package hooktest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Host is a name for which the certificates of receivers hold.
const Host = "hooks.example.com"

// Names returns a resolver that asks answer for the address of a name; n is how often the name was asked for before.
func Names(t testing.TB, answer func(name string, n int) netip.Addr) *net.Resolver {
	t.Helper()
	return Addresses(t, func(name string, n int) []netip.Addr { return []netip.Addr{answer(name, n)} })
}

// Addresses is like Names, for names with several addresses.
func Addresses(t testing.TB, answer func(name string, n int) []netip.Addr) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var served sync.WaitGroup
	t.Cleanup(func() {
		_ = server.Close()
		served.Wait()
	})
	served.Go(func() {
		asked := map[string]int{}
		packet := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(packet)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(reply(packet[:n], func(name string) []netip.Addr {
				a := answer(name, asked[name])
				asked[name]++
				return a
			}), from)
		}
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// reply answers a question for IPv4 addresses. It knows no other addresses.
func reply(query []byte, answer func(name string) []netip.Addr) []byte {
	end, labels := 12, []string{}
	for query[end] != 0 {
		labels = append(labels, string(query[end+1:end+1+int(query[end])]))
		end += 1 + int(query[end])
	}
	end += 5
	r := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[12:end]...)
	if query[end-4] == 0 && query[end-3] == 1 { // an A record is asked for
		for _, a := range answer(strings.ToLower(strings.Join(labels, "."))) {
			four := a.As4()
			r[7]++
			r = append(r, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			r = append(r, four[:]...)
		}
	}
	return r
}

// Received is a call that came.
type Received struct {
	Header http.Header
	Body   string
}

// Receiver is a company's system. It speaks HTTPS, with a certificate for Host and for 127.0.0.1.
type Receiver struct {
	*httptest.Server
	mu    sync.Mutex
	calls []Received
}

// NewReceiver starts a receiver. It notes each call before handle answers; a nil handle answers 200.
func NewReceiver(t testing.TB, handle http.HandlerFunc) *Receiver {
	t.Helper()
	r := &Receiver{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		r.calls = append(r.calls, Received{req.Header.Clone(), string(body)})
		r.mu.Unlock()
		if handle != nil {
			handle(w, req)
		}
	}))
	r.EnableHTTP2 = true
	r.StartTLS()
	t.Cleanup(r.Close)
	return r
}

// Roots are what trusts receivers.
func (r *Receiver) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(r.Certificate())
	return pool
}

// Port returns the receiver's port.
func (r *Receiver) Port() string {
	_, port, _ := net.SplitHostPort(r.Listener.Addr().String())
	return port
}

// Calls returns what came so far.
func (r *Receiver) Calls() []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Received{}, r.calls...)
}

// Verify checks a call as a receiver should: one of the signatures is right, and the call is at most five minutes old.
func (c Received) Verify(secret string, now time.Time) error {
	parts := strings.Split(c.Header.Get("Terreno-Signature"), ",")
	seconds, err := strconv.ParseInt(strings.TrimPrefix(parts[0], "t="), 10, 64)
	if err != nil {
		return err
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > 5*time.Minute || age < -5*time.Minute {
		return fmt.Errorf("signed %v ago", age)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%d.%s", seconds, c.Body)
	for _, p := range parts[1:] {
		if given, err := hex.DecodeString(strings.TrimPrefix(p, "v1=")); err == nil && hmac.Equal(given, mac.Sum(nil)) {
			return nil
		}
	}
	return errors.New("no signature is right")
}
