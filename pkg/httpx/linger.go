package httpx

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

const (
	// lingerBytes is more than the largest body that any operation takes, 25 MiB: who sends one a little too large is told so.
	lingerBytes = 32 << 20
	lingerTime  = 5 * time.Second
)

// Linger lets clients read why next refused their request, however much of the body they are still sending. It is for
// handlers that are not an API, which does the same.
func Linger(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		body := watch(r)
		if body != nil {
			// A proxy passes the body on while it answers. Without full duplex the server would take bytes from between.
			_ = http.NewResponseController(w).EnableFullDuplex()
		}
		next.ServeHTTP(rec, r)
		rec.linger(r, body)
	})
}

// watched records whether a request's body was read to its end. A proxy closes the body, and its transport may still read
// from it: only the watched body is closed, so that linger can read on.
type watched struct {
	io.ReadCloser
	begun, ended, closed atomic.Bool
}

// watch puts a watched body into the request. It returns nil when the request has no body.
func watch(r *http.Request) *watched {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	b := &watched{ReadCloser: r.Body}
	r.Body = b
	return b
}

func (b *watched) Read(p []byte) (int, error) {
	if b.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	b.begun.Store(true)
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.ended.Store(true)
	}
	return n, err
}

func (b *watched) Close() error {
	b.closed.Store(true)
	return nil
}

// linger sends the answer and then goes on reading for a while. If the connection closed while the client is still sending,
// the client would get a reset instead of the answer that explains the refusal.
func (rec *recorder) linger(r *http.Request, body *watched) {
	if rec.status < http.StatusBadRequest || rec.status == http.StatusRequestTimeout {
		return
	}
	if body == nil || body.ended.Load() || !body.begun.Load() && r.Header.Get("Expect") != "" {
		return
	}
	control := http.NewResponseController(rec)
	// Without full duplex the server reads first and sends then. Other protocols, and tests without a connection, do not
	// need this.
	if control.EnableFullDuplex() != nil || control.Flush() != nil || control.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, body.ReadCloser, lingerBytes)
}
