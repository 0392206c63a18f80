package api

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

const (
	// publishTimeout is for a whole upload. A phone waits about half a minute.
	publishTimeout = 25 * time.Second
	// A full stream empties when consumers catch up, which takes a while. NATS replaces a lost leader in seconds.
	retryWhenFull, retryWhenSlowed, retryWhenDown = 30 * time.Second, 15 * time.Second, 5 * time.Second
)

// typeTrack is the media type of an upload that is a track. An upload of any other type is read as JSON.
const typeTrack = "application/x-protobuf"

var errSlowed = errors.New("the stream fills up, and the company sends more than its share")

type uploadInput struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"application/json"`
}

func (in *uploadInput) decode(rules upload.Rules) (upload.Upload, error) {
	kind, _, _ := strings.Cut(in.ContentType, ";")
	if strings.EqualFold(strings.TrimSpace(kind), typeTrack) {
		return upload.DecodeTrack(in.RawBody, rules)
	}
	return upload.Decode(in.RawBody, rules)
}

// uploadBody describes the body as JSON. Package upload reads it.
type uploadBody struct {
	DeviceID  string           `json:"device_id,omitempty" maxLength:"64" doc:"which of the user's devices; no control characters"`
	Positions []postedPosition `json:"positions" minItems:"1" maxItems:"10000"`
}

type postedPosition struct {
	RecordedAt time.Time `json:"recorded_at" doc:"when the device took it, RFC 3339 (T and Z may be small, a leap second, 60, is read as the second after it); at most 2 minutes ahead and not older than positions are kept"`
	Lat        float64   `json:"lat" minimum:"-90" maximum:"90"`
	Lon        float64   `json:"lon" minimum:"-180" maximum:"180"`
	AccuracyM  *float32  `json:"accuracy_m,omitempty" minimum:"0" maximum:"20000000" doc:"radius that holds the true position with 68 % probability; leave it out when the device knows none, and 25 m are assumed where zones are judged; a value that cannot be read, and one out of range, counts as the worst, 20000000, and is stored and shown as that"`
	AltitudeM  *float32  `json:"altitude_m,omitempty" minimum:"-12000" maximum:"100000" doc:"this field and those below it but mock are left out when they cannot be read or are out of range; the position is taken without them; a number in quotes is read"`
	SpeedMPS   *float32  `json:"speed_mps,omitempty" minimum:"0" maximum:"1000"`
	BearingDeg *float32  `json:"bearing_deg,omitempty" minimum:"0" maximum:"360"`
	Battery    *float32  `json:"battery,omitempty" minimum:"0" maximum:"1"`
	Charging   *bool     `json:"charging,omitempty" doc:"0, 1 and the texts true, false, yes, no, 0, 1 are read too"`
	Activity   string    `json:"activity,omitempty" maxLength:"64" example:"walking"`
	Mock       bool      `json:"mock,omitempty" doc:"an app made the position up; 0, 1 and the texts true, false, yes, no, 0, 1 are read too; what cannot be read counts as true"`
}

type uploadOutput struct {
	Body uploadAnswer
}

type uploadAnswer struct {
	Accepted int         `json:"accepted" doc:"positions that are stored safely, repeated ones included"`
	Hidden   int         `json:"hidden,omitempty" doc:"how many of the accepted nobody sees, because they lie outside every shift that is known now, in a company that tracks people in their shifts only. They are stored: a start of a shift that arrives within 48 hours shows them. Absent when none is hidden, and while the server does not know"`
	Rejected []rejection `json:"rejected" doc:"positions that will never be taken: drop them"`
}

type rejection struct {
	Index  int    `json:"index" doc:"place in positions, from 0"`
	Code   string `json:"code" example:"coordinates_out_of_range"`
	Detail string `json:"detail"`
}

func (s *service) post(ctx context.Context, claims auth.Claims, in *uploadInput) (*uploadOutput, error) {
	receivedAt := s.clock.Now()
	if !s.admit(claims.Company, len(in.RawBody)) {
		outcome, answer := undelivered(errSlowed)
		s.metrics.uploads.WithLabelValues(outcome).Inc()
		return nil, answer
	}
	u, err := in.decode(upload.Rules{User: claims.Subject, Now: receivedAt, Retention: s.retention})
	if err != nil {
		s.metrics.uploads.WithLabelValues(outcomeRefused).Inc()
		return nil, refusal(err)
	}
	s.metrics.judged(u)
	accepted, hidden := len(u.Fixes), s.hidden(claims, u.Fixes)
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	if err := publish(ctx, s.bus, claims, u, receivedAt); err != nil {
		outcome, answer := undelivered(err)
		s.metrics.uploads.WithLabelValues(outcome).Inc()
		return nil, answer
	}
	s.metrics.accepted.Inc()
	s.metrics.acceptedFixes.Add(float64(accepted))
	return &uploadOutput{Body: uploadAnswer{Accepted: accepted, Hidden: hidden, Rejected: rejections(u.Rejected)}}, nil
}

// hidden counts the fixes that nobody may see, as far as is known. It asks no database: phones are answered while that is away.
func (s *service) hidden(who auth.Claims, fixes []track.Fix) (n int) {
	shown, ok := s.shown(who.Company, who.Subject)
	if !ok || shown == nil {
		return 0
	}
	for i := range fixes {
		if !shown.Shows(fixes[i].RecordedAt) {
			n++
		}
	}
	return n
}

func rejections(from []upload.Rejection) []rejection {
	list := make([]rejection, len(from)) // never null: clients range over it
	for i, r := range from {
		list[i] = rejection(r)
	}
	return list
}

// refusal is the answer to an upload that the service refuses as a whole.
func refusal(err error) error {
	refused, ok := errors.AsType[*upload.Error](err)
	if !ok {
		return err
	}
	status := http.StatusBadRequest
	switch refused.Code {
	case upload.CodeTooManyPositions:
		status = http.StatusRequestEntityTooLarge
	case upload.CodeOtherUser:
		status = http.StatusForbidden
	}
	return httpx.Problem(status, refused.Code, refused.Detail)
}

// undelivered is the answer to an upload of which some or all messages did not reach the stream.
func undelivered(err error) (outcome string, answer error) {
	const code = "tracking_unavailable"
	lags := func(wait time.Duration) error {
		return httpx.Problem(http.StatusServiceUnavailable, code,
			"Positions cannot be stored at the moment, because storage lags. Keep them and send them again.",
			httpx.RetryAfter(spread(wait)), httpx.Cause(err))
	}
	switch {
	case errors.Is(err, errSlowed):
		return outcomeSlowed, lags(retryWhenSlowed)
	case errors.Is(err, bus.ErrStreamFull):
		return outcomeFull, lags(retryWhenFull)
	case errors.Is(err, bus.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		return outcomeUnavailable, httpx.Problem(http.StatusServiceUnavailable, code,
			"Positions cannot be stored at the moment. Keep them and send them again.",
			httpx.RetryAfter(retryWhenDown), httpx.Cause(err))
	default:
		return outcomeFailed, err
	}
}

// spread returns a random wait from d to 1.5 d, so that phones that were refused together do not come back together.
func spread(d time.Duration) time.Duration { return d + rand.N(d/2) }
