package httpx

import (
	"io"
	"net/http"
	"time"
)

const (
	lingerBytes = 16 << 20
	lingerTime  = 5 * time.Second
)

// watched knows whether a request's body was read to its end.
type watched struct {
	io.ReadCloser
	begun, ended bool
}

// watch puts a watched body into the request; nil when the request has none.
func watch(r *http.Request) *watched {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	b := &watched{ReadCloser: r.Body}
	r.Body = b
	return b
}

func (b *watched) Read(p []byte) (int, error) {
	b.begun = true
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err == io.EOF
	return n, err
}

// linger sends the answer and then reads on for a while: a client that is still sending when the connection closes gets a
// reset in place of the answer that says why.
func linger(w http.ResponseWriter, r *http.Request, body *watched) {
	if body == nil || body.ended || !body.begun && r.Header.Get("Expect") != "" {
		return
	}
	control := http.NewResponseController(w)
	// Else the server reads first and sends then. Other protocols, and tests without a connection, need nothing of this.
	if control.EnableFullDuplex() != nil || control.Flush() != nil || control.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, body.ReadCloser, lingerBytes)
}
