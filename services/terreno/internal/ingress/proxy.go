package ingress

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/httpx"
)

// proxy holds what the handlers of all services share: the transport, the limits and the metrics.
type proxy struct {
	log       *slog.Logger
	metrics   *metrics
	trusted   httpx.Proxies
	transport *http.Transport
	total     time.Duration // limit of a whole request; a socket has none
	// Each service has its own slots for requests, so that a service that hangs takes none of another's. The clients of a
	// service share its slots by address.
	requests map[string]*httpx.Shares
	sockets  *httpx.Shares
	// panics are slots for calls for help, which nothing else takes.
	panics *httpx.Shares
}

var (
	errFull    = errors.New("too many sockets are open")
	errTooLong = errors.New("the request took too long")
)

// exchange is one request to a service and its response.
type exchange struct {
	// release gives the slot of the request back. If the request becomes a socket, that happens at once, because the socket
	// has its own slot.
	release func()
	client  string
	limit   *time.Timer
	socket  bool
	body    *body
}

type exchangeKey struct{}

// handler returns the handler that sends requests to one service.
func (p *proxy) handler(name string, at *url.URL) http.Handler {
	reverse := &httputil.ReverseProxy{
		Transport: p.transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Host = r.In.Host // The gateway compares it with the origin of the page.
			p.setForwarded(r)
		},
		ModifyResponse: func(r *http.Response) error { return p.handleHeader(name, r) },
		ErrorHandler:   func(w http.ResponseWriter, r *http.Request, err error) { p.handleError(name, w, r, err) },
		ErrorLog:       slog.NewLogLogger(p.log.Handler(), slog.LevelDebug),
	}
	return httpx.Linger(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(name, reverse, w, r) }))
}

func (p *proxy) serve(name string, reverse http.Handler, w http.ResponseWriter, r *http.Request) {
	client := httpx.AddressParty(p.trusted.Of(r))
	slots := p.requests[name]
	if r.Method == http.MethodPost && r.URL.Path == httpx.PanicPath {
		slots = p.panics
	}
	if slots.Take(client, 1) != "" {
		p.metrics.count(name, "overloaded")
		httpx.Error(w, r, overloaded())
		return
	}
	p.metrics.open.WithLabelValues("request").Inc()
	e := &exchange{client: client, body: &body{ReadCloser: r.Body}, release: sync.OnceFunc(func() {
		slots.Give(client, 1)
		p.metrics.open.WithLabelValues("request").Dec()
	})}
	ctx, cancel := context.WithCancelCause(context.WithValue(r.Context(), exchangeKey{}, e))
	e.limit = time.AfterFunc(p.total, func() { cancel(errTooLong) })
	defer func() {
		e.limit.Stop()
		cancel(nil)
		e.release()
		if e.socket {
			p.sockets.Give(client, 1)
			p.metrics.open.WithLabelValues("socket").Dec()
		}
	}()
	r = r.WithContext(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = e.body
	}
	reverse.ServeHTTP(w, r)
}

// handleHeader is called with the header of a service's response. From then on a socket has its own slot and no time limit.
func (p *proxy) handleHeader(name string, r *http.Response) error {
	e := r.Request.Context().Value(exchangeKey{}).(*exchange)
	if r.StatusCode == http.StatusSwitchingProtocols {
		if p.sockets.Take(e.client, 1) != "" {
			return errFull
		}
		e.limit.Stop()
		e.release()
		e.socket = true
		p.metrics.open.WithLabelValues("socket").Inc()
	}
	p.metrics.status(name, r.StatusCode)
	return nil
}

// handleError sends the response when the service sent none.
func (p *proxy) handleError(name string, w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	e := ctx.Value(exchangeKey{}).(*exchange)
	result, problem := "unreachable", httpx.Problem(http.StatusBadGateway, "service_unreachable",
		"The service for this address cannot be reached at the moment. Try again shortly.", httpx.RetryAfter(2*time.Second))
	switch {
	case errors.Is(err, errFull):
		result, problem = "overloaded", overloaded()
	case e.body.slow.Load():
		result, problem = "client", httpx.Problem(http.StatusRequestTimeout, "body_too_slow",
			"The body did not arrive in time. Send it again, in smaller parts if the network is slow.")
	case e.body.broken.Load() || ctx.Err() != nil && !errors.Is(context.Cause(ctx), errTooLong):
		p.metrics.count(name, "client")
		panic(http.ErrAbortHandler) // The client has closed the connection, so nobody would read a response.
	case errors.Is(context.Cause(ctx), errTooLong) || isTimeout(err):
		result, problem = "timeout", httpx.Problem(http.StatusGatewayTimeout, "service_timeout",
			"The service for this address did not answer in time. Try again shortly.", httpx.RetryAfter(5*time.Second))
	}
	p.metrics.count(name, result)
	if result != "client" {
		p.log.Warn("no response from a service", "service", name, "result", result, "error", err)
	}
	httpx.Error(w, r, problem)
}

func overloaded() error {
	return httpx.Problem(http.StatusServiceUnavailable, "overloaded",
		"Too many requests are being served. Try again shortly.", httpx.RetryAfter(time.Second))
}

// isTimeout reports whether the service did not answer in time. It is false when the connection was not made in time, because
// then the service never received the request.
func isTimeout(err error) bool {
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return false
	}
	e, ok := errors.AsType[net.Error](err)
	return ok && e.Timeout()
}

// setForwarded sets the X-Forwarded headers, which tell the service who sent the request. Rewrite has removed the headers
// that came with the request. setForwarded restores them only if the request came from a trusted proxy.
func (p *proxy) setForwarded(r *httputil.ProxyRequest) {
	trusted := p.trusted.Trusts(r.In.RemoteAddr)
	if trusted {
		r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
	}
	r.SetXForwarded() // It appends the address of the connection to X-Forwarded-For.
	for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Proto"} {
		if value := r.In.Header.Get(name); trusted && value != "" {
			r.Out.Header.Set(name, value)
		}
	}
}

// body records whether the client caused a failure, because the transport returns the same error for the client and for the
// service. A goroutine of the transport reads it.
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
