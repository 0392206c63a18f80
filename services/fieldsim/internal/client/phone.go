package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/ledger"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// loudAfter is how many failures in a row are a warning; fewer are a phone's everyday.
const loudAfter = 6

// Phone is one login on one device. Not for concurrent use: a phone sends one upload at a time.
type Phone struct {
	c       *Client
	name    string
	device  string
	session session
	// denied counts the 401s since the last acknowledgement.
	denied int
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

type answer struct {
	Accepted int         `json:"accepted"`
	Rejected []rejection `json:"rejected"`
}

// Send blocks until the server has acknowledged the fixes or will never take them; both are in the ledger, and the error
// is nil. It returns an error when ctx ends, and ErrLoginRefused when the phone is not let in: then the upload is neither
// acknowledged nor given up, and Send may be called again.
func (p *Phone) Send(ctx context.Context, fixes []trace.Fix) error {
	body, err := p.c.encode(p.device, fixes)
	if err != nil {
		return err
	}
	sent := 0
	for failures := 0; ; failures++ {
		err := p.attempt(ctx, body, fixes, &sent)
		switch {
		case err == nil:
			p.denied = 0
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrLoginRefused):
			return err
		}
		if code, never := hopeless(err); never {
			p.c.o.Log.Warn("upload given up", "login", p.name, "fixes", len(fixes), "code", code, "error", err)
			p.c.o.Ledger.Refused(code)
			return nil
		}
		if failures == loudAfter {
			p.c.o.Log.Warn("upload not acknowledged, still trying", "login", p.name, "attempts", failures+1, "error", err)
		}
		if p.deny(err) {
			continue
		}
		if err := pause(ctx, p.c.backoff(failures, err)); err != nil {
			return err
		}
	}
}

// attempt tries once, logging in first when needed.
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
	var a answer
	if err := p.c.post(ctx, "/v1/positions", p.session.access, "gzip", body, &a); err != nil {
		return err
	}
	return p.acknowledge(fixes, a)
}

// authError keeps what a login answered from being taken for an answer to the upload.
type authError struct{ error }

func (e *authError) Unwrap() error { return e.error }

// deny notes a 401 to an upload and says whether another attempt may follow at once: the first time with a refreshed
// token, the second time with a new login.
func (p *Phone) deny(err error) bool {
	if _, ofAuth := errors.AsType[*authError](err); ofAuth || status(err) != http.StatusUnauthorized {
		return false
	}
	p.session.access = ""
	if p.denied++; p.denied > 1 {
		p.session.refresh = ""
	}
	return p.denied <= 2
}

// hopeless says that the same bytes will never be taken, and the code to count.
func hopeless(err error) (code string, never bool) {
	if _, ofAuth := errors.AsType[*authError](err); ofAuth {
		return "", false
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

var errContradiction = errors.New("the answer contradicts the upload")

// acknowledge takes accepted minus rejected by index, if the answer adds up.
func (p *Phone) acknowledge(fixes []trace.Fix, a answer) error {
	rejected := make(map[int]bool, len(a.Rejected))
	var codes []string
	for _, r := range a.Rejected {
		if r.Index < 0 || r.Index >= len(fixes) || rejected[r.Index] {
			return fmt.Errorf("%w: rejected index %d of %d fixes", errContradiction, r.Index, len(fixes))
		}
		rejected[r.Index] = true
		codes = append(codes, r.Code)
	}
	if a.Accepted+len(a.Rejected) != len(fixes) {
		return fmt.Errorf("%w: %d accepted and %d rejected of %d fixes", errContradiction, a.Accepted, len(a.Rejected), len(fixes))
	}
	taken := make([]ledger.Entry, 0, a.Accepted)
	for i, f := range fixes {
		if !rejected[i] {
			taken = append(taken, ledger.Entry{
				Login: p.name, User: p.session.user, Device: p.device,
				RecordedAtMS: f.RecordedAt.UnixMilli(), Lat: f.Lat, Lon: f.Lon,
			})
		}
	}
	p.c.o.Ledger.Acknowledged(taken, codes)
	return nil
}

func (c *Client) encode(device string, fixes []trace.Fix) ([]byte, error) {
	u := upload{DeviceID: device, Positions: make([]position, len(fixes))}
	for i, f := range fixes {
		u.Positions[i] = position{RecordedAt: f.RecordedAt, Lat: f.Lat, Lon: f.Lon, SpeedMPS: f.SpeedMPS}
	}
	var body bytes.Buffer
	w, ok := c.zippers.Get().(*gzip.Writer)
	if !ok {
		// The error is for levels that do not exist.
		w, _ = gzip.NewWriterLevel(nil, gzip.BestSpeed)
	}
	defer c.zippers.Put(w)
	w.Reset(&body)
	if err := json.NewEncoder(w).Encode(u); err != nil {
		return nil, fmt.Errorf("encode upload: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress upload: %w", err)
	}
	return body.Bytes(), nil
}
