package hooks

import (
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/services/notifier/hooktest"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

// listener counts who connects to an address, and hangs up.
func listener(t *testing.T, address string) (at string, came func() int) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			n++
			mu.Unlock()
			_ = c.Close()
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		wg.Wait()
	})
	return l.Addr().String(), func() int {
		mu.Lock()
		defer mu.Unlock()
		return n
	}
}

// Of several addresses of a name, those inside are never connected to, whatever their order.
func TestANameWithAnAddressInsideAmongItsOwn(t *testing.T) {
	t.Parallel()
	outside, inside := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.3")
	for what, addresses := range map[string][]netip.Addr{"first": {inside, outside}, "last": {outside, inside}, "alone": {inside}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := hooktest.NewReceiver(t, nil)
			_, came := listener(t, "127.0.0.3:"+r.Port())
			s := sender(t, r, SenderOptions{Resolver: hooktest.Addresses(t, func(string, int) []netip.Addr { return addresses })})
			a := s.try(t, "https://"+hooktest.Host+":"+r.Port())
			if want := what != "alone"; (a.status == 200) != want || came() != 0 {
				t.Errorf("%+v, %d connections to the address inside", a, came())
			}
		})
	}
}

// A proxy of the environment would connect in our place to addresses that nobody judged.
func TestNoProxyOfTheEnvironment(t *testing.T) {
	proxy, came := listener(t, "127.0.0.1:0")
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"} {
		t.Setenv(name, "http://"+proxy)
	}
	r := hooktest.NewReceiver(t, nil)
	s := sender(t, r, SenderOptions{Resolver: hooktest.Names(t, func(string, int) netip.Addr { return netip.MustParseAddr("127.0.0.1") })})
	if a := s.try(t, "https://"+hooktest.Host+":"+r.Port()); a.status != 200 || came() != 0 {
		t.Errorf("%+v, %d connections to the proxy", a, came())
	}
}

// Servers that speak no HTTP, or never come to an end of it, cost a call its time and nothing else.
func TestReceiversThatSpeakBrokenHTTP(t *testing.T) {
	t.Parallel()
	certificate := hooktest.NewReceiver(t, nil)
	for what, says := range map[string]struct {
		first, again string
		want         string
	}{
		"nonsense":              {"hello\r\n\r\n", "", webhook.ReasonNetwork},
		"half a status":         {"HTTP/1.1 2", "", webhook.ReasonNetwork},
		"a length below zero":   {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "", webhook.ReasonNetwork},
		"header without end":    {"HTTP/1.1 200 OK\r\n", "X-More: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", webhook.ReasonNetwork},
		"informed for ever":     {"", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", webhook.ReasonNetwork},
		"a status of its own":   {"HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", "", "http_999"},
		"a body that is broken": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "", ""},
		"another protocol":      {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n", "", "http_101"},
		"a broken Retry-After":  {"HTTP/1.1 503 No\r\nRetry-After: -99999999999999999999\r\nContent-Length: 0\r\n\r\n", "", "http_503"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificate.TLS.Certificates, MinVersion: tls.VersionTLS12})
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			wg.Go(func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer func() { _ = c.Close() }()
				_, _ = c.Read(make([]byte, 4096))
				if _, err := c.Write([]byte(says.first)); err != nil || says.again == "" {
					return
				}
				for err == nil {
					_, err = c.Write([]byte(says.again))
				}
			})
			a := sender(t, certificate, SenderOptions{Timeout: 20 * time.Second}).try(t, "https://"+l.Addr().String())
			_ = l.Close()
			wg.Wait()
			if a.reason != says.want || a.wait < 0 {
				t.Errorf("%+v, want %q", a, says.want)
			}
		})
	}
}
