// Package webhook holds the rules of calling a company's own systems: where a webhook may point, what it may be told, how a call is
// signed, and when it is tried again. It does no I/O, and takes the time as an argument.
package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Events that a webhook may ask for. They are stored, and named after what sockets hear.
const (
	// EventRaised, EventLate and EventClosed tell of an alert that began, that became known afterwards, and that ended. EventUpdated tells
	// of one that people did something about.
	EventRaised  = "alerta.nueva"
	EventLate    = "alerta.tardia"
	EventUpdated = "alerta.actualizada"
	EventClosed  = "alerta.cerrada"
	// EventEscalated tells of an alert that nobody has acknowledged so far.
	EventEscalated = "alerta.escalada"
	// EventTest is what the test button sends. A webhook gets it whatever it asked for.
	EventTest = "webhook.prueba"
)

// Events returns the events that a webhook may ask for.
func Events() []string {
	return []string{EventUpdated, EventClosed, EventEscalated, EventRaised, EventLate}
}

// Known says that an event can be sent.
func Known(event string) bool { return event == EventTest || slices.Contains(Events(), event) }

const (
	// MaxWebhooks is how many a company may have.
	MaxWebhooks = 20
	// MaxBody is the size of a call's body, in bytes.
	MaxBody = 64 << 10
	// OldSecretFor is how long calls are signed with the secret before the last change too.
	OldSecretFor = 24 * time.Hour
	// OffAfter is how long a webhook may fail before it is turned off.
	OffAfter = 72 * time.Hour
	// UsefulFor is how old the news of a call may be.
	UsefulFor = 24 * time.Hour
	// KeptFor is how long calls stay in the log.
	KeptFor = 30 * 24 * time.Hour
	// MaxAttempts is how often a call is tried in all, over half an hour to an hour.
	MaxAttempts = 12
	// MaxQueued is how many calls of a webhook may wait. More are recorded as failed at once.
	MaxQueued = 2000
	// MaxOnStream is how many of them have a message on the stream, where all webhooks of all companies share the places.
	MaxOnStream = 50
	// MaxTests is how many tests of a webhook may wait.
	MaxTests = 10
)

// ErrBody says that a body is beyond MaxBody.
var ErrBody = errors.New("the body is too large")

// Reasons why a call failed. A status of its own is its number, such as http_500.
const (
	ReasonAddress  = "address_forbidden"
	ReasonTimeout  = "timeout"
	ReasonNetwork  = "network"
	ReasonTLS      = "certificate"
	ReasonRedirect = "redirect"
	ReasonOff      = "webhook_off"
	ReasonBacklog  = "too_many_waiting"
	ReasonOld      = "too_old"
	ReasonTooLarge = "too_large"
	// ReasonUnwanted is of a call whose webhook no longer asks for the event, and ReasonSuspended of a suspended company.
	ReasonUnwanted  = "event_off"
	ReasonSuspended = "company_suspended"
)

// ReasonFailing is why the service turned a webhook off.
const ReasonFailing = "failing"

// NewSecret returns a secret of 32 random bytes.
func NewSecret() string { return "whsec_" + rand.Text() + rand.Text() }

// Headers of a call.
const (
	HeaderSignature = "Terreno-Signature"
	HeaderDelivery  = "Terreno-Delivery"
	HeaderEvent     = "Terreno-Event"
)

// Sign returns the value of Terreno-Signature: t=SECONDS,v1=HEX, where HEX is the HMAC-SHA256 of "SECONDS.BODY" with the secret. There is
// a v1 for each secret. at is wall time: the receiver compares it with its own clock, and refuses what is older than five minutes.
func Sign(at time.Time, body []byte, secrets ...string) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	parts := []string{"t=" + seconds}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(seconds + "."))
		mac.Write(body)
		parts = append(parts, "v1="+hex.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(parts, ",")
}

// envelope is the body of a call.
type envelope struct {
	ID        string          `json:"id"`
	Event     string          `json:"event"`
	Company   string          `json:"company"`
	Ref       string          `json:"ref"`
	CreatedAt string          `json:"created_at"`
	Data      json.RawMessage `json:"data"`
}

// Body returns what a call sends. It is the same at each attempt; id tells a receiver that it has had the call before.
func Body(id, event, company, ref string, at time.Time, data json.RawMessage) ([]byte, error) {
	raw, err := json.Marshal(envelope{id, event, company, ref, at.UTC().Format("2006-01-02T15:04:05.000Z"), data})
	if err != nil {
		return nil, fmt.Errorf("encode the body of %s: %w", event, err)
	}
	if len(raw) > MaxBody {
		return nil, fmt.Errorf("%w: %s has %d bytes, the limit is %d", ErrBody, event, len(raw), MaxBody)
	}
	return raw, nil
}

const (
	firstDelay   = 10 * time.Second
	longestDelay = 10 * time.Minute
	longestWait  = time.Hour
)

// Delay returns how long to wait after an attempt, counted from 1: 10 s, and a random time on top. Its limit is 10 s at first, and doubles
// with each attempt, up to 10 minutes. chance is in [0, 1). A server that asks for a longer wait gets it, up to an hour.
func Delay(attempt int, asked time.Duration, chance float64) time.Duration {
	grown := longestDelay
	if attempt < 7 {
		grown = min(longestDelay, firstDelay<<max(attempt-1, 0))
	}
	return max(firstDelay+time.Duration(chance*float64(grown)), min(asked, longestWait))
}
