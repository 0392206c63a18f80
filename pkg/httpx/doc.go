// Package httpx is the HTTP side of every service: huma on net/http's mux, with one shape of errors, one way to say who
// may call, and limits on everything that a client sends.
//
// It guarantees that an operation is closed unless it says otherwise (registering one without Security panics); that
// every error is problem details with a stable code, and that an error nobody expected shows a client no more than a
// request id; that a body costs no more memory than its operation's limit, compressed or not, and no more time than its
// read timeout; that at most MaxInFlight requests of an API run at once; that a panic ends its request alone; and that
// no query string, path value or token reaches a log or a metric.
//
// It starts no goroutines but those of Serve, which end when Serve returns, or when their handlers do if the drain time
// was too short for them. Sockets are not its concern: mount them beside an API, not behind it, or each holds one of
// the API's places for hours.
package httpx
