package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// ServeOptions are the options of Serve. A zero time takes the default that its comment names.
type ServeOptions struct {
	Log *slog.Logger
	// DrainTimeout is how long requests may take to finish after the context ended. The default is 30 s.
	DrainTimeout time.Duration
	// ReadHeaderTimeout is how long a client may take to send a request's header. The default is 10 s.
	ReadHeaderTimeout time.Duration
	// ReadTimeout is how long a client may take to send header and body. The default is 60 s. An API's operations have
	// shorter limits.
	ReadTimeout time.Duration
	// WriteTimeout is how long a request may take from its header to the last byte of its answer. The default is 2 min.
	WriteTimeout time.Duration
	// IdleTimeout is how long a connection may wait for its next request. The default is 2 min.
	IdleTimeout time.Duration
}

const maxHeaderBytes = 64 << 10

// Serve serves until ctx ends. Then it accepts no more requests, and gives the running ones the drain time to finish. It
// cuts those that are not done by then: their contexts end, their connections close, and Serve returns an error. Serve
// closes ln.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, o ServeOptions) error {
	// Requests outlive ctx, so that they can finish during the drain time.
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := o.server(h)
	server.BaseContext = func(net.Listener) context.Context { return base }
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	draining, cancel := context.WithTimeout(base, or(o.DrainTimeout, 30*time.Second))
	defer cancel()
	err := server.Shutdown(draining)
	if err != nil {
		err = fmt.Errorf("requests on %s cut after the drain time: %w", ln.Addr(), errors.Join(err, server.Close()))
	}
	if late := <-ended; !errors.Is(late, http.ErrServerClosed) {
		err = errors.Join(err, late)
	}
	return err
}

func (o ServeOptions) server(h http.Handler) *http.Server {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &http.Server{
		// Here rather than in each handler, because a ServeMux answers some paths itself, with redirects.
		Handler:           noSniff(h),
		ReadHeaderTimeout: or(o.ReadHeaderTimeout, 10*time.Second),
		ReadTimeout:       or(o.ReadTimeout, time.Minute),
		WriteTimeout:      or(o.WriteTimeout, 2*time.Minute),
		IdleTimeout:       or(o.IdleTimeout, 2*time.Minute),
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

func or(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
