// Package httpx is the HTTP side of every service. It puts huma on net/http's mux, and adds one format of errors, one way to
// say who may call, and limits on everything that a client sends.
//
// It guarantees four things. An operation is closed unless it says otherwise: registering one without Security panics. Every
// error is problem details with a stable code, and an unexpected error shows a client only a request id. A panic ends only
// its own request. No query string, path value or token reaches a log or a metric.
//
// No party makes another wait. Operations belong to classes (Class), and each class has places and bytes of its own. A request takes a place
// only when its whole body has arrived and is decompressed. It gives the place back before its answer is sent. A company, or a client
// address where anybody may call, gets at most half of the places and of the bytes. It gets less when others take many too (Shares). A body
// that arrives too slowly is given up. A handler's context ends after Options.Timeout, except in ClassUploads and ClassPanic. Files are
// longer than memory allows, so they pass through handlers as streams, with places of their own (ClassFiles). A request that finds no place
// is answered 503 overloaded at once. A client that is refused while it is still sending gets the answer all the same.
//
// Serve and the /readyz of Internal start goroutines. Those of Serve end when Serve returns, or when their handlers end if the drain time
// was too short for them. /readyz runs each check in a goroutine. It does not wait for a check that ignores its context, so such a check
// goes on running after the answer. The package does not handle sockets. Mount them beside an API and not behind it, or each socket holds
// one of the API's places for hours.
package httpx
