// Package httpx is the HTTP side of every service: huma on net/http's mux, with one shape of errors, one way to say who
// may call, and limits on everything that a client sends.
//
// It guarantees that an operation is closed unless it says otherwise (registering one without Security panics); that
// every error is problem details with a stable code, and that an error nobody expected shows a client no more than a
// request id; that a panic ends its request alone; and that no query string, path value or token reaches a log or a metric.
//
// No party makes another wait. Operations belong to classes (Class), and each class has places and bytes of its own. A
// request takes a place only when its body is there, whole and decompressed, and gives it back before its answer is sent. A company, or a client address where anybody
// may call, gets at most half of the places and of the bytes, and less when others take much too (shares). A body that comes
// too slowly is given up. A handler's context ends after Options.Timeout, except that of an upload. What finds no place is
// answered 503 overloaded at once. A client that is refused while it is still sending gets the answer all the same.
//
// It starts no goroutines but those of Serve, which end when Serve returns, or when their handlers do if the drain time
// was too short for them. Sockets are not its concern: mount them beside an API, not behind it, or each holds one of
// the API's places for hours.
package httpx
