package ingress

import "time"

// Hurry shortens what a test would otherwise wait for: the whole of a request, and a client's body.
func (in *Ingress) Hurry(total, body time.Duration) { in.door.total, in.bodyTimeout = total, body }

// IsTimeout says whether an error of the transport's is answered 504.
var IsTimeout = isTimeout
