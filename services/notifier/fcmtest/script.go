package fcmtest

import (
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Answer is what one send gets.
type Answer struct {
	// Status and Code are FCM's, such as 404 and UNREGISTERED.
	Status int    `json:"status"`
	Code   string `json:"code,omitempty"`
	// Message is the text of the answer; "the script says so" when empty.
	Message string `json:"message,omitempty"`
	// RetryAfter is sent as it is.
	RetryAfter string `json:"retry_after,omitempty"`
	// Hang answers never, Reset breaks the request off without an answer, and Cut in the middle of one. Hang and Cut together stop in the
	// middle of an answer and say no more. GoAway answers, and takes no more requests on this connection.
	Hang   bool `json:"hang,omitempty"`
	Reset  bool `json:"reset,omitempty"`
	Cut    bool `json:"cut,omitempty"`
	GoAway bool `json:"go_away,omitempty"`
}

// Script decides about a send. Message.Try counts the sends of one push to one device, from 1.
type Script func(Message) Answer

// The answers that FCM has.
var (
	OK           = Answer{Status: http.StatusOK}
	Invalid      = Answer{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT"}
	Mismatch     = Answer{Status: http.StatusForbidden, Code: "SENDER_ID_MISMATCH"}
	Unregistered = Answer{Status: http.StatusNotFound, Code: "UNREGISTERED"}
	Internal     = Answer{Status: http.StatusInternalServerError, Code: "INTERNAL"}
	Unavailable  = Answer{Status: http.StatusServiceUnavailable, Code: "UNAVAILABLE"}
	Hang         = Answer{Hang: true}
	Reset        = Answer{Reset: true}
	Cut          = Answer{Cut: true}
	Stall        = Answer{Cut: true, Hang: true}
	GoAway       = Answer{Status: http.StatusOK, GoAway: true}
)

// Quota refuses because of the quota, with a Retry-After in whole seconds.
func Quota(seconds int) Answer {
	return Answer{Status: http.StatusTooManyRequests, Code: "QUOTA_EXCEEDED", RetryAfter: strconv.Itoa(seconds)}
}

// QuotaUntil refuses with a Retry-After that is a date.
func QuotaUntil(at time.Time) Answer {
	return Answer{Status: http.StatusTooManyRequests, Code: "QUOTA_EXCEEDED", RetryAfter: at.UTC().Format(http.TimeFormat)}
}

// Plan is what a push gets, send after send. The last answer repeats.
type Plan []Answer

// At is the answer to a send, counted from 1.
func (p Plan) At(try int) Answer { return p[min(try, len(p))-1] }

// Ends says how often a push of this plan is sent, and whether it succeeds, when it is tried at most so many times.
func (p Plan) Ends(most int) (sends int, sent bool) {
	for try := 1; try <= most; try++ {
		switch p.At(try) {
		case OK, GoAway:
			return try, true
		case Invalid, Mismatch, Unregistered:
			return try, false
		}
	}
	return most, false
}

// Seeded gives each push a plan by chance: the same for the same seed, token and notification. weights says how often each plan comes.
func Seeded(seed uint64, plans []Plan, weights []int) (Script, func(token, notification string) Plan) {
	total := 0
	for _, w := range weights {
		total += w
	}
	of := func(token, notification string) Plan {
		h := fnv.New64a()
		_, _ = h.Write([]byte(token + "\x00" + notification))
		n := rand.New(rand.NewPCG(seed, h.Sum64())).IntN(total)
		for i, w := range weights {
			if n -= w; n < 0 {
				return plans[i]
			}
		}
		return plans[0]
	}
	return func(m Message) Answer { return of(m.Token, m.Data["notification_id"]).At(m.Try) }, of
}

// maxTries bounds how many pushes a fake with a script counts. Beyond it, the fake starts to count again.
const maxTries = 200_000

type tries struct {
	sync.Mutex
	done map[string]int
}

func (t *tries) next(push string) int {
	t.Lock()
	defer t.Unlock()
	if len(t.done) >= maxTries {
		clear(t.done)
	}
	t.done[push]++
	return t.done[push]
}
