package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// warnAfter is the number of failures in a row after which a warning is logged. Fewer failures are normal for a phone.
const warnAfter = 6

// Phone is one login on one device. It sends one upload at a time and is not safe for concurrent use.
type Phone struct {
	c       *Client
	name    string
	device  string
	session session
	// unauthorized counts the 401s since the last acknowledgement.
	unauthorized int
}

// Phone returns a phone that logs in with its first upload.
func (c *Client) Phone(login, device string) *Phone {
	return &Phone{c: c, name: login, device: device}
}

type position struct {
	RecordedAt time.Time `json:"recorded_at"`
	Lat        float64   `json:"lat"`
	Lon        float64   `json:"lon"`
	SpeedMPS   float64   `json:"speed_mps"`
}

type upload struct {
	DeviceID  string     `json:"device_id"`
	Positions []position `json:"positions"`
}

type rejection struct {
	Index int    `json:"index"`
	Code  string `json:"code"`
}

type response struct {
	Accepted int         `json:"accepted"`
	Rejected []rejection `json:"rejected"`
}

// Send blocks until the server has acknowledged the fixes or until it is clear that the server will never accept them. It
// records either result in the ledger and returns nil. It returns an error when ctx ends, and ErrLoginRefused when the
// server refuses the login. In these cases the upload is neither acknowledged nor given up, and the caller may call Send
// again.
func (p *Phone) Send(ctx context.Context, fixes []trace.Fix) error {
	body, err := p.c.encode(p.device, fixes)
	if err != nil {
		return err
	}
	sent := 0
	code, err := p.deliver(ctx, "/v1/positions", func() error { return p.attempt(ctx, body, fixes, &sent) })
	if code != "" {
		p.c.o.Log.Warn("upload given up", "login", p.name, "fixes", len(fixes), "code", code)
		p.c.o.Ledger.Refused(code)
	}
	return err
}

// Post sends a body under an idempotency key until the server has answered it. Body is JSON, or a photo or a table in CSV if it is []byte. It
// returns the code of a refusal that is for good, which includes 403, 404 and 409: whoever looks after the visit knows better than
// the phone. The errors are those of Send.
func (p *Phone) Post(ctx context.Context, path, key string, body any) (refused string, err error) {
	return p.request(ctx, request{path: path, key: key}, body, nil)
}

// Ask is Post, and decodes the answer into out.
func (p *Phone) Ask(ctx context.Context, path, key string, body, out any) (refused string, err error) {
	return p.request(ctx, request{path: path, key: key}, body, out)
}

// Get reads until the server has answered, and decodes the answer into out.
func (p *Phone) Get(ctx context.Context, path string, out any) (refused string, err error) {
	return p.request(ctx, request{method: http.MethodGet, path: path}, []byte(nil), out)
}

// Put is Post for what is put. It needs no key, because to repeat it changes nothing.
func (p *Phone) Put(ctx context.Context, path string, body any) (refused string, err error) {
	return p.request(ctx, request{method: http.MethodPut, path: path}, body, nil)
}

func (p *Phone) request(ctx context.Context, r request, body, out any) (refused string, err error) {
	if file, ok := body.([]byte); ok {
		r.kind, r.body = "text/csv", file
		if bytes.HasPrefix(file, []byte("\xff\xd8\xff")) {
			r.kind = "image/jpeg"
		}
	} else if r.body, err = json.Marshal(body); err != nil {
		return "", fmt.Errorf("encode a request: %w", err)
	}
	return p.deliver(ctx, r.path, func() error {
		if err := p.authorize(ctx); err != nil {
			return &authError{err}
		}
		r.token = p.session.access
		err := p.c.post(ctx, r, out)
		if e, ok := errors.AsType[*statusError](err); ok && slices.Contains([]int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict}, e.status) {
			return &refusedError{e}
		}
		return err
	})
}

// refusedError marks the answer of a server that will not do what it was asked for.
type refusedError struct{ *statusError }

// deliver attempts a request until it is answered, or refused for good: then it returns the code. It returns an error when ctx ends or
// the login is refused.
func (p *Phone) deliver(ctx context.Context, path string, attempt func() error) (refused string, err error) {
	for failures := 0; ; failures++ {
		err := attempt()
		switch {
		case err == nil:
			p.unauthorized = 0
			return "", nil
		case ctx.Err() != nil:
			return "", ctx.Err()
		case errors.Is(err, ErrLoginRefused):
			return "", err
		}
		if code, never := permanent(err); never {
			return code, nil
		}
		if failures == warnAfter {
			p.c.o.Log.Warn("not acknowledged, still trying", "login", p.name, "path", path, "attempts", failures+1, "error", err)
		}
		if p.renewAfter401(err) {
			continue
		}
		if !wait.For(ctx, p.c.backoff(failures, err)) {
			return "", ctx.Err()
		}
	}
}

// attempt sends the upload once. It logs in first if needed.
func (p *Phone) attempt(ctx context.Context, body []byte, fixes []trace.Fix, sent *int) error {
	if err := p.authorize(ctx); err != nil {
		return &authError{err}
	}
	p.c.o.Ledger.Count(func(r *ledger.Report) {
		r.Requests++
		if *sent > 0 {
			r.Retries++
		}
	})
	*sent++
	var r response
	if err := p.c.post(ctx, request{path: "/v1/positions", encoding: "gzip", token: p.session.access, body: body}, &r); err != nil {
		return err
	}
	return p.acknowledge(fixes, r)
}

// authError marks an error of a login or a refresh, so that its status is not taken for the status of the upload.
type authError struct{ error }

func (e *authError) Unwrap() error { return e.error }

// renewAfter401 discards the access token after an upload got a 401. After the second 401 in a row it also discards the
// refresh token, so that the phone logs in again. It returns true if the next attempt may follow at once.
func (p *Phone) renewAfter401(err error) bool {
	if _, ofAuth := errors.AsType[*authError](err); ofAuth || status(err) != http.StatusUnauthorized {
		return false
	}
	p.session.access = ""
	if p.unauthorized++; p.unauthorized > 1 {
		p.session.refresh = ""
	}
	return p.unauthorized <= 2
}

// permanent reports whether the server will never accept the same bytes. code is the code to count.
func permanent(err error) (code string, never bool) {
	if _, ofAuth := errors.AsType[*authError](err); ofAuth {
		return "", false
	}
	if e, ok := errors.AsType[*refusedError](err); ok {
		return e.code, true
	}
	if errors.Is(err, errContradiction) {
		return "answer_contradicts_upload", true
	}
	e, ok := errors.AsType[*statusError](err)
	if !ok {
		return "", false
	}
	switch e.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return e.code, true
	}
	return "", false
}

var errContradiction = errors.New("the response contradicts the upload")

// acknowledge records the accepted and the rejected fixes in the ledger. It returns errContradiction if the numbers or the
// indexes of the response do not match the upload.
func (p *Phone) acknowledge(fixes []trace.Fix, r response) error {
	rejected := make(map[int]bool, len(r.Rejected))
	var codes []string
	for _, fix := range r.Rejected {
		if fix.Index < 0 || fix.Index >= len(fixes) || rejected[fix.Index] {
			return fmt.Errorf("%w: rejected index %d of %d fixes", errContradiction, fix.Index, len(fixes))
		}
		rejected[fix.Index] = true
		codes = append(codes, fix.Code)
	}
	if r.Accepted+len(r.Rejected) != len(fixes) {
		return fmt.Errorf("%w: %d accepted and %d rejected of %d fixes", errContradiction, r.Accepted, len(r.Rejected), len(fixes))
	}
	accepted := make([]ledger.Entry, 0, r.Accepted)
	for i, f := range fixes {
		if !rejected[i] {
			accepted = append(accepted, ledger.Entry{
				Login: p.name, User: p.session.user, Device: p.device,
				RecordedAtMS: f.RecordedAt.UnixMilli(), Lat: f.Lat, Lon: f.Lon,
			})
		}
	}
	p.c.o.Ledger.Acknowledged(accepted, codes)
	return nil
}

func (c *Client) encode(device string, fixes []trace.Fix) ([]byte, error) {
	u := upload{DeviceID: device, Positions: make([]position, len(fixes))}
	for i, f := range fixes {
		u.Positions[i] = position{RecordedAt: f.RecordedAt, Lat: f.Lat, Lon: f.Lon, SpeedMPS: f.SpeedMPS}
	}
	var body bytes.Buffer
	w, ok := c.compressors.Get().(*gzip.Writer)
	if !ok {
		w, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed) // It fails only for a level that does not exist.
	}
	defer c.compressors.Put(w)
	w.Reset(&body)
	if err := json.NewEncoder(w).Encode(u); err != nil {
		return nil, fmt.Errorf("encode upload: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress upload: %w", err)
	}
	return body.Bytes(), nil
}
