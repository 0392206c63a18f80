package httpx

import "net/http"

// recorder remembers the status and lets only the first one through. Between hold and send it keeps the answer, so that a
// request gives its place back before its client has read a word: who reads slowly holds no place.
type recorder struct {
	http.ResponseWriter
	status int
	// room counts what is kept; nil while nothing is.
	room *room
	kept []byte
}

// hold keeps the answer from now on. What finds no room is written at once.
func (r *recorder) hold(in *room) { r.room = in }

// send writes what was kept, and keeps nothing more.
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

// drop forgets what was kept, and keeps nothing more.
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
