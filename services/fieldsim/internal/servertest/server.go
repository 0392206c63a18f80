// Package servertest is a fake Terreno server for fieldsim's tests. It implements the HTTP contract of login, refresh and
// positions, and causes random faults: a 503 with both forms of Retry-After; connections that are cut before the request is
// processed, after that, or in the middle of the response; tokens that are revoked while in use; and responses that come
// too late.
//
// The fault of an upload depends only on the seed, on the body and on how often the server has received that body. It does
// not depend on the order of the requests, so a failing seed fails again. The server records the uploads that it stored and
// the responses that it sent. These differ when a response was lost. It starts no goroutines. A request that waits ends with
// its connection.
package servertest

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options set the server's faults. Each number is the probability that the fault happens to a request. A request has at
// most one fault. The zero value is a server without faults and with the password "".
type Options struct {
	Seed       uint64
	Refuse     float64 // the response is a 503 with Retry-After
	Cut        float64 // the connection ends before the server processes the request
	LoseAnswer float64 // the server processes the request, then the connection ends
	HalfAnswer float64 // the server processes the request, then sends half of the response
	Deny       float64 // the response is a 401, and the server revokes the token
	Slow       float64 // the server processes the request after SlowFor
	SlowFor    time.Duration
	// AuthToo causes faults in login and refresh too.
	AuthToo bool

	Password  string
	TokenLife time.Duration // the default is an hour
	LoginTook time.Duration // how long a login takes
	// Now is the clock for Upload.First; the default is wall time.
	Now func() time.Time
	// Reject returns the code with which the server rejects a position, or "" to accept it. If Reject is nil, the server
	// accepts all positions.
	Reject func(lat, lon float64) string
}

// Key identifies a position, as the key of the real server's table does.
type Key struct {
	User, Device string
	RecordedAtMS int64
}

// Place holds the coordinates of a position.
type Place struct{ Lat, Lon float64 }

// Upload is one distinct body of one user.
type Upload struct {
	User, Device string
	Fixes        []Key
	Places       []Place
	Came         int       // requests with this body
	Stored       int       // those of Came whose positions the server stored
	Answered     int       // those of Stored with a complete response
	First        time.Time // when the first of these requests came
}

// Server is an http.Handler.
type Server struct {
	o   Options
	mux *http.ServeMux

	mu       sync.Mutex
	down     bool
	tokens   map[string]grant // by access token
	refresh  map[string]*family
	issued   int
	seen     map[string]int
	uploads  []*Upload
	byBody   map[[sha256.Size]byte]*Upload
	stored   map[Key]Place
	posts    map[string]int
	notes    Notes
	inLogins int
}

// Notes counts requests other than uploads, and the refused tokens.
type Notes struct {
	Logins, Refreshes int
	Reused            int // refreshes with a token that was used before
	Denied            int // tokens revoked by the fault Deny
	MostLogins        int // most logins at the same time
}

// New returns a server.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		o: o, mux: http.NewServeMux(), tokens: map[string]grant{}, refresh: map[string]*family{}, seen: map[string]int{},
		byBody: map[[sha256.Size]byte]*Upload{}, stored: map[Key]Place{}, posts: map[string]int{},
	}
	s.mux.HandleFunc("POST /v1/auth/login", s.login)
	s.mux.HandleFunc("POST /v1/auth/refresh", s.renew)
	s.mux.HandleFunc("POST /v1/positions", s.positions)
	s.mux.HandleFunc("POST /v1/", s.post)
	s.mux.HandleFunc("PUT /v1/", s.post)
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler)
	}
	s.mux.ServeHTTP(w, r)
}

// Down makes every connection fail until Down(false).
func (s *Server) Down(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Uploads returns the distinct bodies, in the order in which they first came.
func (s *Server) Uploads() []Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Upload
	for _, u := range s.uploads {
		all = append(all, *u)
	}
	return all
}

// Stored returns every stored position, also when the response was lost. For each key it has the first position that came.
func (s *Server) Stored() map[Key]Place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.stored)
}

// Posts returns how often each other request was done, by user, path and idempotency key.
func (s *Server) Posts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.posts)
}

// post takes any other request.
func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	user, ok := s.userOfToken(token)
	if !ok {
		problem(w, http.StatusUnauthorized, "token_expired")
		return
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return // The client closed the connection.
	}
	what := user + " " + r.URL.Path + " " + r.Header.Get("Idempotency-Key")
	f, rng := s.draw(append([]byte(what), text...))
	if s.failEarly(w, r, f, rng, token) {
		return
	}
	s.mu.Lock()
	s.posts[what]++
	s.mu.Unlock()
	if f == loseAnswer || f == halfAnswer {
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, "{}")
}

// Notes returns the counts.
func (s *Server) Notes() Notes {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notes
}

// fault is the fault of one request.
type fault int

const (
	none fault = iota
	refuse
	cut
	loseAnswer
	halfAnswer
	deny
	slow
)

// draw chooses the fault of a request. The choice depends only on the seed, on the request and on how often it came.
func (s *Server) draw(request []byte) (fault, *rand.Rand) {
	sum := sha256.Sum256(request)
	s.mu.Lock()
	s.seen[string(sum[:])]++
	again := s.seen[string(sum[:])]
	s.mu.Unlock()
	rng := rand.New(rand.NewPCG(s.o.Seed+uint64(again)<<32, binary.BigEndian.Uint64(sum[:])))
	x := rng.Float64()
	for i, p := range []float64{s.o.Refuse, s.o.Cut, s.o.LoseAnswer, s.o.HalfAnswer, s.o.Deny, s.o.Slow} {
		if x < p {
			return fault(i + 1), rng
		}
		x -= p
	}
	return none, rng
}

type body struct {
	DeviceID  string `json:"device_id"`
	Positions []struct {
		RecordedAt time.Time `json:"recorded_at"`
		Lat        float64   `json:"lat"`
		Lon        float64   `json:"lon"`
	} `json:"positions"`
}

func (s *Server) positions(w http.ResponseWriter, r *http.Request) {
	zipped, err := gzip.NewReader(r.Body)
	if err != nil || r.Header.Get("Content-Encoding") != "gzip" {
		problem(w, http.StatusBadRequest, "body_not_gzip")
		return
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		return // The client closed the connection.
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	user, ok := s.userOfToken(token)
	if !ok {
		problem(w, http.StatusUnauthorized, "token_expired")
		return
	}
	var b body
	if err := json.Unmarshal(text, &b); err != nil || len(b.Positions) == 0 {
		problem(w, http.StatusUnprocessableEntity, "body_invalid")
		return
	}
	f, rng := s.draw(append([]byte(user), text...))
	u := s.record(user, text, b)
	if s.failEarly(w, r, f, rng, token) {
		return
	}
	rejected := s.store(u)
	out, err := json.Marshal(map[string]any{"accepted": len(u.Fixes) - len(rejected), "rejected": rejected})
	if err != nil {
		panic(err)
	}
	if f == loseAnswer {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(out)))
	w.WriteHeader(http.StatusAccepted)
	if f == halfAnswer {
		_, _ = w.Write(out[:len(out)/2])
		panic(http.ErrAbortHandler)
	}
	s.mu.Lock()
	u.Answered++
	s.mu.Unlock()
	_, _ = w.Write(out)
}

// failEarly causes the faults that happen before the server processes the request. It returns true if the request ends with
// the fault.
func (s *Server) failEarly(w http.ResponseWriter, r *http.Request, f fault, rng *rand.Rand, token string) bool {
	switch f {
	case refuse:
		wait := time.Duration(rng.IntN(4)) * time.Second
		value := fmt.Sprint(int(wait.Seconds()))
		if rng.IntN(2) == 0 {
			value = time.Now().Add(wait).UTC().Format(http.TimeFormat)
		}
		w.Header().Set("Retry-After", value)
		problem(w, http.StatusServiceUnavailable, "stream_full")
		return true
	case cut:
		panic(http.ErrAbortHandler)
	case deny:
		s.mu.Lock()
		delete(s.tokens, token)
		s.notes.Denied++
		s.mu.Unlock()
		problem(w, http.StatusUnauthorized, "token_revoked")
		return true
	case slow:
		return !wait(r, s.o.SlowFor)
	}
	return false
}

// record records a request before the server processes it.
func (s *Server) record(user string, text []byte, b body) *Upload {
	sum := sha256.Sum256(append([]byte(user+"\n"), text...))
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.byBody[sum]
	if u == nil {
		u = &Upload{User: user, Device: b.DeviceID, First: s.o.Now()}
		for _, p := range b.Positions {
			u.Fixes = append(u.Fixes, Key{user, b.DeviceID, p.RecordedAt.UnixMilli()})
			u.Places = append(u.Places, Place{p.Lat, p.Lon})
		}
		s.byBody[sum] = u
		s.uploads = append(s.uploads, u)
	}
	u.Came++
	return u
}

type rejection struct {
	Index  int    `json:"index"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (s *Server) store(u *Upload) []rejection {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.Stored++
	rejected := []rejection{}
	for i, place := range u.Places {
		if s.o.Reject != nil {
			if code := s.o.Reject(place.Lat, place.Lon); code != "" {
				rejected = append(rejected, rejection{i, code, "because the test says so"})
				continue
			}
		}
		if _, known := s.stored[u.Fixes[i]]; !known {
			s.stored[u.Fixes[i]] = place
		}
	}
	return rejected
}

// wait waits for d. It returns false if the client closed the connection before.
func wait(r *http.Request, d time.Duration) bool {
	select {
	case <-time.After(d):
		return r.Context().Err() == nil
	case <-r.Context().Done():
		return false
	}
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"status": status, "code": code, "detail": "a fault of the test server"})
}
