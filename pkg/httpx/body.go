package httpx

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const (
	// gzipSlack is how much longer than its content a compressed body may be, for its header, its trailer and blocks that
	// did not compress.
	gzipSlack = 4 << 10
	// smallBody is the size of a body that costs less than its connection. Only larger bodies are counted.
	smallBody = 512

	// A body may take bodyGrace, and one second more for each KiB that has arrived on the wire, but at most BodyTimeout.
	bodyGrace = 5 * time.Second
	bodyRate  = 1 << 10
	// BodyTimeout is how long a body may take: enough for 1 MiB at 36 kB/s.
	BodyTimeout = 30 * time.Second
	// PublicBodyTimeout is the limit for operations that anybody may call. Their bodies are short.
	PublicBodyTimeout = 5 * time.Second
)

// receiveBody reads the whole body and decompresses it before the request takes a place, unless the operation takes a stream. The body takes no more memory and
// time than the operation allows, and no more memory than the company's share of its class.
func (a *API) receiveBody(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	r, w := humago.Unwrap(ctx)
	give, err := a.takeUser(ctx)
	if err != nil {
		Error(w, r, err)
		return
	}
	defer give()
	if isStreamed(op) {
		a.stream(ctx, next)
		return
	}
	if r.Body == nil || r.Body == http.NoBody {
		next(ctx)
		return
	}
	if op.RequestBody == nil {
		if err := skip(w, r, op); err != nil {
			Error(w, r, err)
			return
		}
		next(ctx)
		return
	}
	c := a.classes[classOf(op)]
	room := c.room(a.party(ctx))
	defer room.leave()
	content, err := receive(w, r, op, room)
	if err == nil {
		content, err = plain(content)
	}
	if err != nil {
		Error(w, r, err)
		return
	}
	r.Body = newReceived(content)
	next(ctx)
}

// receive returns the content of a request's body. Its errors are problems.
func receive(w http.ResponseWriter, r *http.Request, op *huma.Operation, room *room) ([]byte, error) {
	limit := op.MaxBodyBytes - 1 // prepare added it
	encoding := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ","))
	compressed := encoding == "gzip" || encoding == "x-gzip"
	most := limit
	switch {
	case compressed:
		most += gzipSlack
	case encoding != "" && encoding != "identity":
		return nil, Problem(http.StatusUnsupportedMediaType, "content_encoding_unsupported",
			"Send the body as it is or compressed with gzip.", Header("Accept-Encoding", "gzip"))
	}
	if r.ContentLength > most {
		return nil, tooLarge(limit)
	}
	source := pace(w, r, op)
	wire, err := room.read(source, most, r.ContentLength)
	if err != nil {
		return nil, unreadable(err, limit)
	}
	source.done()
	if !compressed || len(wire) == 0 {
		return wire, nil
	}
	unzip, err := gzip.NewReader(bytes.NewReader(wire))
	if err == nil {
		var content []byte
		content, err = room.read(unzip, limit, -1)
		if err == nil && bytes.HasPrefix(content, gzipMagic) {
			return nil, Problem(http.StatusBadRequest, "gzip_twice", "The body is compressed with gzip twice. Compress it once.")
		}
		if err == nil {
			return content, nil
		}
	}
	if problem, ok := errors.AsType[*ProblemDetails](err); ok {
		return nil, problem
	}
	if errors.Is(err, errTooLong) {
		return nil, tooLarge(limit)
	}
	return nil, Problem(http.StatusBadRequest, "gzip_invalid", "The body says that it is gzip, but is not, or is cut short.", Cause(err))
}

// skip reads and discards a body that the operation does not use. Otherwise net/http would read it while the answer is
// written, and the client could make the request hold its place for as long as it likes.
func skip(w http.ResponseWriter, r *http.Request, op *huma.Operation) error {
	if r.ContentLength > DefaultMaxBodyBytes {
		return tooLarge(DefaultMaxBodyBytes)
	}
	source := pace(w, r, op)
	n, err := io.Copy(io.Discard, io.LimitReader(source, DefaultMaxBodyBytes+1))
	if err == nil && n > DefaultMaxBodyBytes {
		err = errTooLong
	}
	if err != nil {
		return unreadable(err, DefaultMaxBodyBytes)
	}
	source.done()
	return nil
}

var errTooLong = errors.New("longer than allowed")

// unreadable returns the problem for an error of the network or of the room.
func unreadable(err error, limit int64) error {
	if problem, ok := errors.AsType[*ProblemDetails](err); ok {
		return problem
	}
	if errors.Is(err, errTooLong) {
		return tooLarge(limit)
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		code, detail := words(http.StatusRequestTimeout, "")
		return Problem(http.StatusRequestTimeout, code, detail, Header("Connection", "close"))
	}
	return Problem(http.StatusBadRequest, "body_incomplete", "The body ended before its announced length.", Cause(err))
}

func tooLarge(limit int64) error {
	return Problem(http.StatusRequestEntityTooLarge, "body_too_large",
		fmt.Sprintf("The body is too large: at most %d bytes, counted after decompression.", limit))
}

// paced stops reading a body that arrives more slowly than it may.
type paced struct {
	source   io.Reader
	control  *http.ResponseController
	began    time.Time
	patience time.Duration
	n        int64
	// length is the announced length, or -1. Once it has arrived, a read only tells that there is no more.
	length int64
}

func pace(w http.ResponseWriter, r *http.Request, op *huma.Operation) *paced {
	patience := BodyTimeout
	if isPublic(op) {
		patience = PublicBodyTimeout
	}
	return &paced{source: r.Body, control: http.NewResponseController(w), began: time.Now(), patience: patience, length: r.ContentLength}
}

func (p *paced) Read(b []byte) (int, error) {
	if p.length <= 0 || p.n < p.length {
		allowed := min(p.patience, bodyGrace+time.Duration(p.n)*time.Second/bodyRate)
		_ = p.control.SetReadDeadline(p.began.Add(allowed)) // only tests have no connection
	}
	n, err := p.source.Read(b)
	p.n += int64(n)
	return n, err
}

// done removes the read deadline once the whole body has arrived, because net/http goes on reading to notice when the client
// disconnects. A body that was given up keeps its deadline. Otherwise net/http, which reads on after the answer, would wait
// for the rest forever.
func (p *paced) done() { _ = p.control.SetReadDeadline(time.Time{}) }

// room is the part of its class's bytes that one request holds.
type room struct {
	class *class
	party string
	held  int64
}

func (c *class) room(party string) *room {
	return &room{class: c, party: party}
}

// read reads the source to its end, and fails after more than most bytes. expected is the announced length, or negative. It
// takes room as bytes arrive: bytes that are only announced take none.
func (o *room) read(source io.Reader, most, expected int64) ([]byte, error) {
	b := make([]byte, 0, smallBody)
	for {
		n, err := source.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > most:
			return nil, errTooLong
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, err
		case len(b) < cap(b):
			continue
		}
		// One byte more than the limit tells a longer body from a body of exactly the limit.
		size := min(2*int64(cap(b)), most+1)
		if expected > int64(cap(b)) {
			size = min(size, expected)
		}
		if why := o.grow(size - int64(cap(b))); why != "" {
			return nil, o.class.overloaded("bytes", why)
		}
		b = append(make([]byte, 0, size), b...)
	}
}

func (o *room) grow(by int64) (refused string) {
	if refused = o.class.bytes.Take(o.party, by); refused == "" {
		o.held += by
		o.class.held.Add(float64(by))
	}
	return refused
}

func (o *room) leave() {
	o.class.bytes.Give(o.party, o.held)
	o.class.held.Sub(float64(o.held))
}
