package ingress

import "time"

// SetTimeouts sets the limits of a whole request and of a client's body, so that a test need not wait for the real ones.
func (in *Ingress) SetTimeouts(total, body time.Duration) {
	in.proxy.total, in.bodyTimeout = total, body
}

// IsTimeout reports whether the ingress answers an error of the transport with 504.
var IsTimeout = isTimeout
