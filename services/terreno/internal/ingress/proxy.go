package ingress

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
)

// door is what the ways to all services share.
type door struct {
	log               *slog.Logger
	metrics           *metrics
	trusted           []netip.Prefix
	transport         *http.Transport
	total             time.Duration // of a request, not of a socket
	requests, sockets places
}

// places bound how many may be inside at once.
type places chan struct{}

func (p places) enter() bool {
	select {
	case p <- struct{}{}:
		return true
	default:
		return false
	}
}

func (p places) leave() { <-p }

var (
	errFull    = errors.New("too many sockets are open")
	errTooLong = errors.New("the request took too long")
)

// passage is one request on its way to a service.
type passage struct {
	// leave gives the request's place back; the one of a socket goes with it.
	leave  func()
	limit  *time.Timer
	socket bool
	body   *body
}

type passageKey struct{}

// to is the way to one service.
func (d *door) to(name string, at *url.URL) http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport: d.transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(at)
			p.Out.Host = p.In.Host // gateway compares it with the page's origin
			d.forwarded(p)
		},
		ModifyResponse: func(r *http.Response) error { return d.answered(name, r) },
		ErrorHandler:   func(w http.ResponseWriter, r *http.Request, err error) { d.failed(name, w, r, err) },
		ErrorLog:       slog.NewLogLogger(d.log.Handler(), slog.LevelDebug),
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.pass(name, proxy, w, r) })
}

func (d *door) pass(name string, proxy http.Handler, w http.ResponseWriter, r *http.Request) {
	if !d.requests.enter() {
		d.metrics.count(name, "overloaded")
		httpx.Error(w, r, overloaded())
		return
	}
	d.metrics.open.WithLabelValues("request").Inc()
	p := &passage{body: &body{ReadCloser: r.Body}, leave: sync.OnceFunc(func() {
		d.requests.leave()
		d.metrics.open.WithLabelValues("request").Dec()
	})}
	ctx, cancel := context.WithCancelCause(context.WithValue(r.Context(), passageKey{}, p))
	p.limit = time.AfterFunc(d.total, func() { cancel(errTooLong) })
	defer func() {
		p.limit.Stop()
		cancel(nil)
		p.leave()
		if p.socket {
			d.sockets.leave()
			d.metrics.open.WithLabelValues("socket").Dec()
		}
	}()
	r = r.WithContext(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = p.body
	}
	proxy.ServeHTTP(w, r)
}

// answered sees the header of a service's answer. A socket takes a place of its own from there on and as long as it wants.
func (d *door) answered(name string, r *http.Response) error {
	p := r.Request.Context().Value(passageKey{}).(*passage)
	if r.StatusCode == http.StatusSwitchingProtocols {
		if !d.sockets.enter() {
			return errFull
		}
		p.limit.Stop()
		p.leave()
		p.socket = true
		d.metrics.open.WithLabelValues("socket").Inc()
	}
	d.metrics.status(name, r.StatusCode)
	return nil
}

// failed answers for a service that did not.
func (d *door) failed(name string, w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	p := ctx.Value(passageKey{}).(*passage)
	result, problem := "unreachable", httpx.Problem(http.StatusBadGateway, "service_unreachable",
		"The service for this address cannot be reached at the moment. Try again shortly.", httpx.RetryAfter(2*time.Second))
	switch {
	case errors.Is(err, errFull):
		result, problem = "overloaded", overloaded()
	case p.body.slow.Load():
		result, problem = "client", httpx.Problem(http.StatusRequestTimeout, "body_too_slow",
			"The body did not arrive in time. Send it again, in smaller parts if the network is slow.")
	case p.body.broken.Load() || ctx.Err() != nil && !errors.Is(context.Cause(ctx), errTooLong):
		d.metrics.count(name, "client")
		panic(http.ErrAbortHandler) // the client is gone: there is nobody to answer
	case errors.Is(context.Cause(ctx), errTooLong) || isTimeout(err):
		result, problem = "timeout", httpx.Problem(http.StatusGatewayTimeout, "service_timeout",
			"The service for this address did not answer in time. Try again shortly.", httpx.RetryAfter(5*time.Second))
	}
	d.metrics.count(name, result)
	if result != "client" {
		d.log.Warn("no answer from a service", "service", name, "result", result, "error", err)
	}
	httpx.Error(w, r, problem)
}

func overloaded() error {
	return httpx.Problem(http.StatusServiceUnavailable, "overloaded",
		"Too many requests are being served. Try again shortly.", httpx.RetryAfter(time.Second))
}

// isTimeout is false for a connection that was not made in time: the service never saw the request.
func isTimeout(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// forwarded says who asks. Rewrite has removed what the request came with; of that only a trusted proxy's word counts.
func (d *door) forwarded(p *httputil.ProxyRequest) {
	trusted := d.trusts(p.In.RemoteAddr)
	if trusted {
		p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
	}
	p.SetXForwarded() // adds the connection's address to what is there
	for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Proto"} {
		if said := p.In.Header.Get(name); trusted && said != "" {
			p.Out.Header.Set(name, said)
		}
	}
}

func (d *door) trusts(connection string) bool {
	at, err := netip.ParseAddrPort(connection)
	if err != nil {
		return false
	}
	ip := at.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(d.trusted, func(network netip.Prefix) bool { return network.Contains(ip) })
}

// body remembers whether it was the client that failed: the transport reports both sides with one error. It is read on a
// goroutine of the transport's.
type body struct {
	io.ReadCloser
	slow, broken atomic.Bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, http.ErrBodyReadAfterClose) {
		return n, err
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		b.slow.Store(true)
	} else {
		b.broken.Store(true)
	}
	return n, err
}
