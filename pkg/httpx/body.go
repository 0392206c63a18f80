package httpx

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// gzipSlack is what a compressed body may be longer than its content: header, trailer, blocks that did not compress.
const gzipSlack = 4 << 10

// limitBody makes sure that reading the body costs no more than the operation allows, and decompresses it.
func limitBody(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	r, w := humago.Unwrap(ctx)
	if op.RequestBody == nil || r.Body == http.NoBody {
		next(ctx)
		return
	}
	limit := op.MaxBodyBytes - 1 // prepare added it
	if limit <= 0 {
		limit = DefaultMaxBodyBytes
	}
	encoding := strings.ToLower(strings.Join(r.Header.Values("Content-Encoding"), ","))
	compressed := encoding == "gzip" || encoding == "x-gzip"
	switch {
	case !compressed && encoding != "" && encoding != "identity":
		Error(w, r, Problem(http.StatusUnsupportedMediaType, "content_encoding_unsupported",
			"Send the body as it is or compressed with gzip.", Header("Accept-Encoding", "gzip")))
		return
	case r.ContentLength > limit+gzipSlack:
		Error(w, r, tooLarge(limit))
		return
	}
	b := &body{Closer: r.Body, reader: r.Body, rest: limit, limit: limit}
	if compressed {
		b.wire = &capped{source: r.Body, rest: limit + gzipSlack}
	}
	r.Body = b
	next(ctx)
}

func tooLarge(limit int64) error {
	return Problem(http.StatusRequestEntityTooLarge, "body_too_large",
		fmt.Sprintf("The body is too large: at most %d bytes, counted after decompression.", limit))
}

// body reads at most limit bytes of content. Its errors are problems.
type body struct {
	io.Closer
	reader      io.Reader
	wire        *capped // what gzip reads; nil for a plain body
	limit, rest int64
	opened      bool
}

func (b *body) Read(p []byte) (int, error) {
	if b.wire != nil && !b.opened {
		unzip, err := gzip.NewReader(b.wire)
		if err != nil {
			return 0, b.fail(err)
		}
		b.reader, b.opened = unzip, true
	}
	// One byte more than is left tells a body of exactly the limit from a longer one.
	n, err := b.reader.Read(p[:min(int64(len(p)), b.rest+1)])
	b.rest -= int64(n)
	if b.rest < 0 {
		return 0, tooLarge(b.limit)
	}
	return n, b.fail(err)
}

func (b *body) fail(err error) error {
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return err
	case b.wire != nil && b.wire.rest < 0:
		return tooLarge(b.limit)
	case b.wire != nil && (b.wire.err == nil || errors.Is(b.wire.err, io.EOF)):
		return Problem(http.StatusBadRequest, "gzip_invalid", "The body says that it is gzip, but is not, or is cut short.", Cause(err))
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return err // huma answers 408
	}
	return Problem(http.StatusBadRequest, "body_incomplete", "The body ended before its announced length.", Cause(err))
}

// capped ends with an error after rest bytes and remembers the source's own error: what is wrong with the network is not
// wrong with the gzip.
type capped struct {
	source io.Reader
	rest   int64
	err    error
}

func (c *capped) Read(p []byte) (int, error) {
	if c.rest < 0 {
		return 0, io.ErrShortBuffer
	}
	n, err := c.source.Read(p[:min(int64(len(p)), c.rest+1)])
	c.rest -= int64(n)
	c.err = err
	if c.rest < 0 {
		return 0, io.ErrShortBuffer
	}
	return n, err
}
