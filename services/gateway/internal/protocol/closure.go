package protocol

import "github.com/coder/websocket"

// Closure is why a socket ends: a code that tells the client whether to come back, and a fixed word for logs. The words
// about tokens are the same as in pkg/auth and over HTTP.
type Closure struct {
	Code   websocket.StatusCode
	Reason string
}

// The closures. After 1xxx, 4408 and 4409, the client comes back with backoff and resumes. After 4401 it refreshes the
// token first. After 4403 the user signs in again. 4400 and 4429 mean that the client is wrong and must be corrected.
var (
	// GoingAway: the process ends, and there was no time for Restart.
	GoingAway = Closure{1001, "shutdown"}
	// Gone: the connection was lost. It is never sent.
	Gone = Closure{1006, "gone"}
	// TooLarge: the client sent a frame above the limit; what is longer goes over HTTP. The WebSocket library sends this closure, with its own reason.
	TooLarge = Closure{1009, "frame_too_large"}
	// Internal: the gateway has a defect.
	Internal = Closure{1011, "internal"}
	// Restart: this gateway drains; another one is available.
	Restart = Closure{1012, "restart"}
	// Unavailable: tokens cannot be checked at the moment.
	Unavailable = Closure{1013, "unavailable"}

	// BadFrame: the frame is binary, or is not a JSON object with an event.
	BadFrame = Closure{4400, "frame_invalid"}
	// NoToken: the auth frame did not come in time, or another frame came first.
	NoToken = Closure{4401, "token_missing"}
	// Malformed and Invalid: the text is not a token of this installation.
	Malformed = Closure{4401, "token_malformed"}
	Invalid   = Closure{4401, "token_invalid"}
	// Expired: the token expired and the client did not send a new one.
	Expired = Closure{4401, "token_expired"}
	// Revoked: the password changed, or the user was deactivated or logged out everywhere.
	Revoked = Closure{4403, "token_revoked"}
	// Suspended: the company is suspended.
	Suspended = Closure{4403, "company_suspended"}
	// OtherUser: the client sent an auth frame with a token of another user or company.
	OtherUser = Closure{4403, "other_user"}
	// NoCompany: the token has no company, like that of a platform admin, for whom there are no events.
	NoCompany = Closure{4403, "no_company"}
	// SlowReader: the client did not read fast enough.
	SlowReader = Closure{4408, "slow_reader"}
	// TooManySockets: this user, this company or this process has too many sockets.
	TooManySockets = Closure{4409, "too_many_sockets"}
	// Flood: the client sent more frames a second than allowed.
	Flood = Closure{4429, "frame_flood"}
)

// Closures returns all of them, for metrics that start at zero.
func Closures() []Closure {
	return []Closure{
		GoingAway, Gone, TooLarge, Internal, Restart, Unavailable, BadFrame, NoToken, Malformed, Invalid, Expired, Revoked,
		Suspended, OtherUser, NoCompany, SlowReader, TooManySockets, Flood,
	}
}
