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

// watched records whether a request's body was read to its end.
type watched struct {
	io.ReadCloser
	begun, ended bool
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
	b.begun = true
	n, err := b.ReadCloser.Read(p)
	b.ended = b.ended || err == io.EOF
	return n, err
}

// linger sends the answer and then goes on reading for a while. If the connection closed while the client is still sending,
// the client would get a reset instead of the answer that explains the refusal.
func linger(w http.ResponseWriter, r *http.Request, body *watched) {
	if body == nil || body.ended || !body.begun && r.Header.Get("Expect") != "" {
		return
	}
	control := http.NewResponseController(w)
	// Without full duplex the server reads first and sends then. Other protocols, and tests without a connection, do not
	// need this.
	if control.EnableFullDuplex() != nil || control.Flush() != nil || control.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, body.ReadCloser, lingerBytes)
}
