package httpx

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/terreno/terreno/proto/subject"
)

// edge handles what every request of an API passes through: request id, panics, log and metrics.
type edge struct {
	next    *http.ServeMux
	log     *slog.Logger
	metrics *metrics
	address func(*http.Request) string
}

// exchange carries what the edge and the error writers tell each other about one request.
type exchange struct {
	id    string
	cause error
	// request is as it came. Few requests need its client's address, which takes a while to find out.
	request *http.Request
	address func(*http.Request) string
}

type exchangeKey struct{}

// RequestID returns the id of the request that ctx belongs to. It is empty outside a request.
func RequestID(ctx context.Context) string {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x.id
	}
	return ""
}

// ClientAddress returns the address from which the request of ctx comes (Options.ClientAddress). It is empty outside a
// request.
func ClientAddress(ctx context.Context) string {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x.address(x.request)
	}
	return ""
}

// forRequest adds the request id to a problem for the client, and hands the problem's cause to the log.
func (p *ProblemDetails) forRequest(ctx context.Context) *ProblemDetails {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return p
	}
	x.cause = p.cause
	named := *p
	named.RequestID = x.id
	return &named
}

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{id: requestID(r), request: r, address: e.address}
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	rec := &recorder{ResponseWriter: w}
	header := rec.Header()
	header["X-Request-Id"] = []string{x.id}
	header[contentTypeOptions] = valueNoSniff
	// Nearly every answer is about people or carries a token. An operation whose answer may be cached sets the header
	// itself.
	header["Cache-Control"] = valueNoStore
	body := watch(r)
	e.serve(rec, r, x)
	rec.linger(r, body)
}

func (e *edge) serve(rec *recorder, r *http.Request, x *exchange) {
	start := time.Now()
	defer func() {
		e.finish(rec, r, x, time.Since(start))
	}()
	defer rec.finish()
	defer func() {
		if p := recover(); p != nil {
			e.recovered(rec, r, x, p)
		}
	}()
	if err := checkAddress(r.URL); err != nil {
		Error(rec, r, err)
		return
	}
	e.next.ServeHTTP(rec, r)
}

// recovered answers a panic with 500. Once the answer has begun, it cuts the connection instead: nothing else tells the
// client that the answer is incomplete.
func (e *edge) recovered(rec *recorder, r *http.Request, x *exchange, p any) {
	cause, _ := p.(error)
	if errors.Is(cause, http.ErrAbortHandler) || (rec.status != 0 && r.Context().Err() != nil) {
		rec.drop()
		panic(http.ErrAbortHandler)
	}
	e.log.Error("handler panicked", "request_id", x.id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
	if rec.status != 0 {
		rec.drop()
		panic(http.ErrAbortHandler)
	}
	Error(rec, r, fmt.Errorf("panic: %v", p))
	x.cause = nil // logged, with its stack
}

func (e *edge) finish(rec *recorder, r *http.Request, x *exchange, took time.Duration) {
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	route := route(r.Pattern)
	e.metrics.observe(route, r.Method, status, took)
	if x.cause == nil && !e.log.Enabled(r.Context(), slog.LevelDebug) {
		return
	}
	attrs := []any{"method", r.Method, "route", route, "status", status, "took", took, "request_id", x.id}
	if x.cause == nil {
		e.log.Debug("request", attrs...)
		return
	}
	attrs = append(attrs, "error", x.cause)
	switch {
	case status == http.StatusServiceUnavailable:
		e.log.Warn("request refused", attrs...)
	case status >= http.StatusInternalServerError:
		e.log.Error("request failed", attrs...)
	default:
		e.log.Debug("request", attrs...)
	}
}

// requestID uses the client's X-Request-Id only when it is a token, so that a client cannot forge a log line with it.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" && subject.CheckID(id) == nil {
		return id
	}
	return rand.Text()
}

// route returns the pattern without its method. It is never the path, since path values would make a label for every user.
func route(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	return "unmatched"
}

const contentTypeOptions = "X-Content-Type-Options"

// Values of headers of every answer. Nobody changes them: a header that is set or added to gets a new list.
var valueNoSniff, valueNoStore = []string{"nosniff"}, []string{"no-store"}

// noSniff stops browsers from treating an answer as anything but its Content-Type.
func noSniff(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(contentTypeOptions, "nosniff")
		h.ServeHTTP(w, r)
	})
}
