package httpx

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

const (
	// streamKey marks an operation whose handler gets the body while it arrives.
	streamKey = "stream"
	// FileTimeout is how long a request of ClassFiles may take: enough for 10 MiB at 130 kB/s. An ingress must wait longer.
	FileTimeout = 80 * time.Second
)

type streamBodyKey struct{}

// StreamedBody returns the body of a request to an operation with StreamTypes. It may be read once, while the request is handled. Its
// errors are problems for the client. It ends with an error after MaxBodyBytes, or when the client sends too slowly.
func StreamedBody(ctx context.Context) io.Reader {
	if body, ok := ctx.Value(streamBodyKey{}).(io.Reader); ok {
		return body
	}
	return strings.NewReader("")
}

// streamed is a body while it arrives.
type streamed struct {
	source *paced
	limit  int64
	n      int64
}

func (s *streamed) Read(b []byte) (int, error) {
	if int64(len(b)) > s.limit-s.n+1 {
		b = b[:s.limit-s.n+1] // One byte more tells a longer body from a body of exactly the limit.
	}
	n, err := s.source.Read(b)
	s.n += int64(n)
	switch {
	case s.n > s.limit:
		return 0, tooLarge(s.limit)
	case errors.Is(err, io.EOF):
		s.source.done()
		return n, io.EOF
	case err != nil:
		return n, unreadable(err, s.limit)
	}
	return n, nil
}

// stream lets the handler read the body. Meanwhile the request holds a place of its class, and no memory.
func (a *API) stream(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	r, w := humago.Unwrap(ctx)
	encoding := strings.ToLower(r.Header.Get("Content-Encoding"))
	switch {
	case encoding != "" && encoding != "identity":
		Error(w, r, Problem(http.StatusUnsupportedMediaType, "content_encoding_unsupported", "Send the file as it is, without a Content-Encoding."))
		return
	case r.ContentLength > op.MaxBodyBytes:
		Error(w, r, tooLarge(op.MaxBodyBytes))
		return
	}
	if r.Body == nil || r.Body == http.NoBody {
		next(ctx)
		return
	}
	source := pace(w, r, op)
	source.patience = FileTimeout
	body := &streamed{source: source, limit: op.MaxBodyBytes}
	next(huma.WithContext(ctx, context.WithValue(ctx.Context(), streamBodyKey{}, io.Reader(body))))
}

func isStreamed(op *huma.Operation) bool {
	is, _ := op.Metadata[streamKey].(bool)
	return is
}

// Content is a file that answers a request.
type Content struct {
	// Source is closed when the answer is sent. It is nil when the client has the file already.
	Source io.ReadCloser
	Size   int64
	// Type is the media type, and Name is what a browser calls the file when it saves it. It is on one line.
	Type, Name string
	// ETag names the content, in quotation marks.
	ETag string
}

// disposition lets a browser save a file under a name, and never show it. A name with other characters is written as RFC 8187 says.
func disposition(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_. ", r)
	}) {
		return mime.FormatMediaType("attachment", map[string]string{"filename": name})
	}
	return `attachment; filename="` + name + `"`
}

// Send answers with a file while it reads it, or with 304 when there is no Source. The request holds its place meanwhile, so its
// operation is in ClassFiles. A browser keeps the file for the user alone, and asks each time whether the user may still see it. It
// never shows the file as a page.
func Send(c Content) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		_, w := humago.Unwrap(ctx)
		header := w.Header()
		header.Set("Cache-Control", "private, no-cache")
		header.Set("ETag", c.ETag)
		if c.Source == nil {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		defer func() { _ = c.Source.Close() }()
		header.Set("Content-Type", c.Type)
		header.Set("Content-Length", strconv.FormatInt(c.Size, 10))
		header.Set("Content-Disposition", disposition(c.Name))
		header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		w.WriteHeader(http.StatusOK)
		if http.NewResponseController(w).Flush() != nil { // From here on the answer is not kept in memory.
			panic(http.ErrAbortHandler)
		}
		if n, err := io.Copy(w, c.Source); err != nil || n != c.Size {
			panic(http.ErrAbortHandler) // The client must not take a part for the whole.
		}
	}}
}
