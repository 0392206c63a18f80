package protocol

import "github.com/coder/websocket"

// Closure is why a socket ends: a code that tells the client whether to come back, and a stable word for a log. Words of
// tokens are those of pkg/auth, as HTTP has them.
type Closure struct {
	Code   websocket.StatusCode
	Reason string
}

// The closures. On 1xxx, 4408 and 4409 come back with backoff and resume; on 4401 refresh the token first, on 4403 sign
// in again, on 4400 and 4429 mend the client.
var (
	// GoingAway: the process ends and had no time for Restart.
	GoingAway = Closure{1001, "shutdown"}
	// Gone: the connection was lost. It is never sent.
	Gone = Closure{1006, "gone"}
	// TooLarge: a frame above the limit. The WebSocket library sends it, with a reason of its own.
	TooLarge = Closure{1009, "frame_too_large"}
	// Internal: a defect of ours.
	Internal = Closure{1011, "internal"}
	// Restart: the gateway drains; another one serves.
	Restart = Closure{1012, "restart"}
	// Unavailable: tokens cannot be checked at the moment.
	Unavailable = Closure{1013, "unavailable"}

	// BadFrame: not a JSON object with an event, or a binary frame.
	BadFrame = Closure{4400, "frame_invalid"}
	// NoToken: no auth frame in time, or another frame before it.
	NoToken = Closure{4401, "token_missing"}
	// Malformed and Invalid: not a token of ours.
	Malformed = Closure{4401, "token_malformed"}
	Invalid   = Closure{4401, "token_invalid"}
	// Expired: the token ran out and was not refreshed.
	Expired = Closure{4401, "token_expired"}
	// Revoked: the password changed, the user was deactivated or logged out everywhere.
	Revoked = Closure{4403, "token_revoked"}
	// Suspended: the company may not use the service now.
	Suspended = Closure{4403, "company_suspended"}
	// OtherUser: an auth frame with a token of another user or company.
	OtherUser = Closure{4403, "other_user"}
	// NoCompany: the token names no company, as a platform admin's does: it has no events.
	NoCompany = Closure{4403, "no_company"}
	// SlowReader: the client did not read what it was sent.
	SlowReader = Closure{4408, "slow_reader"}
	// TooManySockets: of this user, this company or this process.
	TooManySockets = Closure{4409, "too_many_sockets"}
	// Flood: more frames a second than allowed.
	Flood = Closure{4429, "frame_flood"}
)

// Closures returns all of them, for metrics that start at zero.
func Closures() []Closure {
	return []Closure{
		GoingAway, Gone, TooLarge, Internal, Restart, Unavailable, BadFrame, NoToken, Malformed, Invalid, Expired, Revoked,
		Suspended, OtherUser, NoCompany, SlowReader, TooManySockets, Flood,
	}
}
