package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/obs"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/notice"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	// maxPanicBody is far more than a phone has to say.
	maxPanicBody = 16 << 10
	// believedFor is how old a phone's occurred_at may be. A phone whose clock says anything else calls now.
	believedFor = 7 * 24 * time.Hour
	// boostedSeconds is how often a phone reports its position while its panic is open.
	boostedSeconds = 5
	// asksWithin bounds the question whether alerts are stored now, and storesWithin how long the phone waits for that.
	asksWithin   = 200 * time.Millisecond
	storesWithin = 2 * time.Second
)

// PanicRequest is a call for help. Nothing in it is required, and nothing in it can make the server refuse it: a value that makes no
// sense is left out.
type PanicRequest struct {
	OccurredAt *time.Time `json:"occurred_at,omitempty" doc:"when the person called, by the phone's clock; now, if it is left out, in the future or older than a week"`
	Lat        *float64   `json:"lat,omitempty"`
	Lon        *float64   `json:"lon,omitempty"`
	AccuracyM  *float64   `json:"accuracy_m,omitempty"`
	Battery    *float64   `json:"battery,omitempty" doc:"0 to 1"`
	Note       *string    `json:"note,omitempty" doc:"at most 1,000 characters; the rest is cut off"`
}

// Panic is the answer to a call for help.
type Panic struct {
	ID         string             `json:"id" doc:"of the alert, also while it is not stored yet"`
	StartedAt  clientjson.Instant `json:"started_at" doc:"when this request says that the person called; of a repeated call the alert keeps the earliest"`
	Published  bool               `json:"published" doc:"true: the sockets of those who watch over the person hear it now"`
	Escalation string             `json:"escalation" enum:"running,waiting" doc:"waiting: the database is away, and pushes and escalation begin when it is back"`
	Tracking   PanicTracking      `json:"tracking"`
}

// PanicTracking is how the phone reports its position while the panic is open, also off shift.
type PanicTracking struct {
	IntervalS int `json:"interval_s"`
}

type panicInput struct {
	Key     string `header:"Idempotency-Key" doc:"any text of the client's that is new for every call; send the same again when repeating it. Without one, the calls of a minute are one call"`
	RawBody []byte `contentType:"application/json"`
}

type panics struct {
	Deps
	lately *lately
	// storing is held while a request stores its call. The others leave it to the inbox, which stores many in one transaction.
	storing sync.Mutex
	raised  *prometheus.CounterVec
}

// registerPanic adds the call for help. It needs no database and no permission beyond a token.
func registerPanic(a *httpx.API, d Deps) {
	p := &panics{Deps: d, lately: newLately(), raised: obs.Register(d.Metrics, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "notifier_panics_total", Help: "Calls for help by outcome: raised, repeated (known before) or flooded (many keys of one person: one call every ten seconds).",
	}, []string{"outcome"}))}
	for _, outcome := range []string{"raised", "repeated", "flooded"} {
		p.raised.WithLabelValues(outcome)
	}
	httpx.Handle(a, httpx.Operation{
		ID: "raise-panic", Method: http.MethodPost, Path: httpx.PanicPath, Tags: []string{"alerts"}, Security: httpx.Roles(), Class: httpx.ClassPanic,
		Summary: "Call for help. It is taken while the database is away and whatever its body says", Status: http.StatusCreated,
		MaxBodyBytes: maxPanicBody, RawBody: PanicRequest{}, Refuse: notHeard,
	}, p.raise)
}

// notHeard says what a phone does whose call no stream has taken.
func notHeard(err error) error {
	if errors.Is(err, bus.ErrUnavailable) || errors.Is(err, bus.ErrStreamFull) {
		return httpx.Problem(http.StatusServiceUnavailable, "unavailable",
			"Nobody has heard your call for help yet. Send it again at once, with the same Idempotency-Key.", httpx.RetryAfter(time.Second), httpx.Cause(err))
	}
	return err
}

type panicOutput struct{ Body Panic }

func (p *panics) raise(ctx context.Context, who auth.Claims, in *panicInput) (*panicOutput, error) {
	now := p.Clock.Now().UTC().Truncate(time.Millisecond)
	key := "key " + in.Key
	if in.Key == "" {
		key = "minute " + now.Truncate(time.Minute).Format(time.RFC3339)
	}
	a := readPanic(in.RawBody, now)
	a.ID, a.User = panicID(who, key), who.Subject
	outcome := "raised"
	if p.lately.many(who, a.ID, time.Now()) {
		a.ID, outcome = panicID(who, "many "+now.Truncate(manyWithin).Format(time.RFC3339)), "flooded"
	}
	ctx = context.WithoutCancel(ctx) // A phone that hangs up has called for help all the same.
	message, err := p.message(who, a)
	if err != nil {
		return nil, err
	}
	ack, err := p.Publish(ctx, message)
	if err != nil {
		return nil, err
	}
	if ack.Duplicate && outcome == "raised" {
		outcome = "repeated"
	}
	p.raised.WithLabelValues(outcome).Inc()
	answer := Panic{
		ID: a.ID, StartedAt: clientjson.At(a.StartedAt), Published: true, Escalation: "running", Tracking: PanicTracking{IntervalS: boostedSeconds},
	}
	if p.begin(ctx, message, ack.Duplicate) != nil {
		answer.Escalation = "waiting"
	}
	return &panicOutput{answer}, nil
}

// begin stores a call, as the inbox does with its message, so that pushes and escalation do not wait behind thousands of other alerts. Who
// is first does not matter, and the inbox does what this cannot. Of what the stream has already it only says whether the inbox works.
func (p *panics) begin(ctx context.Context, m bus.Message, known bool) error {
	asking, asked := context.WithTimeout(ctx, asksWithin)
	defer asked()
	if err := p.Stores(asking); err != nil || known || !p.storing.TryLock() {
		return err
	}
	defer p.storing.Unlock()
	read, err := alert.Read(m.Subject, m.Data)
	if err != nil {
		return err
	}
	storing, stored := context.WithTimeout(ctx, storesWithin)
	defer stored()
	_, err = p.Store.Receive(storing, []store.Received{{Message: read, Header: m.Header}}, p.Clock.Now())
	return err
}

// panicID is the same for the same call, so that a phone may repeat it for as long as it likes. It is the one id that is made of
// something the client chose: without a database there is nothing else to tell calls apart.
func panicID(who auth.Claims, key string) string {
	return notice.Hash("panico", who.Company, who.Subject, key)
}

// message sends the alert to all who may see its user.
func (p *panics) message(who auth.Claims, a wire.Alert) (m bus.Message, err error) {
	to, err := subject.New(who.Company, wire.Domain, a.Event(), a.ID)
	if err != nil {
		return m, fmt.Errorf("address a panic: %w", err)
	}
	data, err := clientjson.Marshal(a.Proto())
	if err != nil {
		return m, fmt.Errorf("write a panic: %w", err)
	}
	header := nats.Header{}
	if err := audience.OfUser(who.Subject, p.Teams(who.Company, who.Subject)).Set(header); err != nil {
		return m, fmt.Errorf("address a panic: %w", err)
	}
	return bus.Message{Subject: to, ID: who.Company + " " + a.ID, Header: header, Data: data}, nil
}

// readPanic reads what a call for help says, as far as it makes sense.
func readPanic(body []byte, now time.Time) wire.Alert {
	a := wire.Alert{Type: wire.TypePanic, StartedAt: now, RaisedAt: now, Zones: []string{}}
	var says map[string]json.RawMessage
	if json.Unmarshal(body, &says) != nil {
		return a
	}
	if at := read[time.Time](says, "occurred_at"); at != nil && !at.After(now) && now.Sub(*at) <= believedFor {
		a.StartedAt = at.UTC().Truncate(time.Millisecond)
	}
	if lat, lon := read[float64](says, "lat"), read[float64](says, "lon"); lat != nil && lon != nil && math.Abs(*lat) <= 90 && math.Abs(*lon) <= 180 {
		a.Place = &wire.Place{Lat: *lat, Lon: *lon}
		if m := read[float64](says, "accuracy_m"); m != nil && *m >= 0 && *m <= math.MaxFloat32 {
			short := float32(*m)
			a.Place.AccuracyM = &short
		}
	}
	if b := read[float64](says, "battery"); b != nil && *b >= 0 && *b <= 1 {
		short := float32(*b)
		a.Why.Battery = &short
	}
	if note := read[string](says, "note"); note != nil {
		a.Why.Note = cut(strings.TrimSpace(strings.ReplaceAll(*note, "\x00", "")))
	}
	return a
}

func cut(note string) string {
	if utf8.RuneCountInString(note) <= wire.MaxNote {
		return note
	}
	return string([]rune(note)[:wire.MaxNote])
}

func read[T any](says map[string]json.RawMessage, name string) *T {
	raw, ok := says[name]
	var v *T
	if !ok || json.Unmarshal(raw, &v) != nil {
		return nil
	}
	return v
}
