package httpx

import (
	"net/http"
	"strconv"
)

// recorder remembers the status of the answer and lets only the first status through. Between hold and send it keeps the
// answer. So a request gives its place back before its client has read a byte, and a client that reads slowly holds no
// place.
type recorder struct {
	http.ResponseWriter
	status int
	// room counts the bytes that are kept. It is nil while nothing is kept.
	room *room
	kept []byte
}

// hold makes the recorder keep the answer from now on. When the room is used up, the recorder writes the answer at once.
func (r *recorder) hold(in *room) { r.room = in }

// finish writes the whole answer, if it was kept. A proxy learns from its length where it ends, while the client is still
// sending (linger).
func (r *recorder) finish() {
	if len(r.kept) > 0 && r.Header().Get("Content-Length") == "" {
		r.Header().Set("Content-Length", strconv.Itoa(len(r.kept)))
	}
	r.send()
}

// send writes what was kept. After it the recorder keeps nothing.
func (r *recorder) send() {
	if r.room == nil {
		return
	}
	kept := r.kept
	defer r.drop()
	if r.status != 0 {
		r.ResponseWriter.WriteHeader(r.status)
	}
	if len(kept) > 0 {
		_, _ = r.ResponseWriter.Write(kept) // who is gone needs no answer
	}
}

// drop discards what was kept. After it the recorder keeps nothing.
func (r *recorder) drop() {
	if r.room != nil {
		r.room.leave()
		r.room, r.kept = nil, nil
	}
}

func (r *recorder) WriteHeader(status int) {
	if r.status != 0 {
		return
	}
	final := status >= http.StatusOK || status == http.StatusSwitchingProtocols
	if final {
		r.status = status
	}
	if r.room == nil || !final {
		r.ResponseWriter.WriteHeader(status)
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	if r.room != nil {
		if r.room.grow(int64(len(b))) == "" {
			r.kept = append(r.kept, b...)
			return len(b), nil
		}
		r.send()
	}
	return r.ResponseWriter.Write(b)
}

// FlushError is for http.ResponseController.
func (r *recorder) FlushError() error {
	r.send()
	return http.NewResponseController(r.ResponseWriter).Flush()
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
