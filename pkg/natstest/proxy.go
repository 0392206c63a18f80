package natstest

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy is a TCP link to a server. A test can cut the link.
type Proxy struct {
	target   string
	listener net.Listener
	wg       sync.WaitGroup

	mu     sync.Mutex
	closed bool
	down   bool
	pairs  map[*pair]struct{}
}

// pair is one client's connection to the proxy, and the proxy's connection to the server for that client.
type pair struct{ client, server net.Conn }

// NewProxy starts a link to an address. The link ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{target: target, listener: l, pairs: map[*pair]struct{}{}}
	p.wg.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Addr returns the address to which a client connects.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Cut breaks every connection. The proxy accepts new ones at once.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut()
}

// Down breaks every connection and refuses new ones until Up.
func (p *Proxy) Down() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = true
	p.cut()
}

// Up ends the effect of Down.
func (p *Proxy) Up() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

func (p *Proxy) cut() {
	for link := range p.pairs {
		link.close()
	}
}

func (l *pair) close() {
	_ = l.client.Close()
	_ = l.server.Close()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.join(&pair{client, server})
	}
}

func (p *Proxy) join(link *pair) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.down {
		link.close()
		return
	}
	p.pairs[link] = struct{}{}
	p.wg.Go(func() { p.copy(link, link.client, link.server) })
	p.wg.Go(func() { p.copy(link, link.server, link.client) })
}

func (p *Proxy) copy(link *pair, to, from net.Conn) {
	// However this direction ends, the other direction ends with it.
	_, _ = io.Copy(to, from)
	link.close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.pairs, link)
}

func (p *Proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.cut()
	p.mu.Unlock()
	p.wg.Wait()
}
