// Package fcmtest is a fake of Firebase Cloud Messaging for tests and for the demo: HTTP/2 with TLS on the loopback, the flow of a service
// account against a token endpoint of its own, answers by a script, and a memory of what it received.
//
// It is no part of a deployment. Its memory is bounded by Options.Keep. Close ends its goroutines.
package fcmtest

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Project is the name of the fake's only project.
const Project = "terreno-fake"

// maxBody is more than FCM allows a message to have.
const maxBody = 16 << 10

// Options of a fake. All have defaults.
type Options struct {
	// Addr to listen on; 127.0.0.1 and a free port by default.
	Addr string
	// Script decides what each send is answered; by default, every send succeeds.
	Script Script
	// Latency is how long each answer takes.
	Latency time.Duration
	// Keep is how many received pushes to remember, 1,000 by default.
	Keep int
}

// Server is a running fake.
type Server struct {
	o       Options
	key     keys
	addr    string
	mux     http.Handler
	memory  memory
	tries   tries
	running running
	closed  chan struct{}

	mu    sync.Mutex
	conns int
	asked int
}

// running is what a Stop ends and a Start begins.
type running struct {
	sync.Mutex
	server *http.Server
	ended  chan struct{}
}

// New starts a fake.
func New(o Options) (*Server, error) {
	if o.Keep <= 0 {
		o.Keep = 1000
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	key, err := newKeys()
	if err != nil {
		return nil, err
	}
	s := &Server{o: o, key: key, addr: o.Addr, closed: make(chan struct{})}
	s.memory.keep, s.memory.came = o.Keep, make(chan struct{})
	s.tries.done = map[string]int{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /v1/projects/{project}/messages:send", s.send)
	mux.HandleFunc("GET /received", s.received)
	s.mux = mux
	return s, s.Start()
}

// Start listens, at the same address as before a Stop.
func (s *Server) Start() error {
	s.running.Lock()
	defer s.running.Unlock()
	if s.running.server != nil {
		return nil
	}
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", s.addr)
	if err != nil {
		return fmt.Errorf("listen as a fake of FCM: %w", err)
	}
	s.addr = l.Addr().String()
	server := &http.Server{
		Handler: s.mux, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{s.key.certificate}, MinVersion: tls.VersionTLS12},
		ConnState: s.count,
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.ServeTLS(l, "", "")
	}()
	s.running.server, s.running.ended = server, ended
	return nil
}

// Stop makes the fake unreachable and breaks its connections, until Start.
func (s *Server) Stop() {
	s.running.Lock()
	defer s.running.Unlock()
	if s.running.server == nil {
		return
	}
	_ = s.running.server.Close()
	<-s.running.ended
	s.running.server = nil
}

// Close ends the fake for good.
func (s *Server) Close() {
	close(s.closed)
	s.Stop()
}

// URL is the endpoint for the client.
func (s *Server) URL() string { return "https://" + s.addr }

// Connections is how many connections were opened.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns
}

// Tokens is how many access tokens were given out.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

func (s *Server) count(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conns++
	}
}

// send answers a send as the script says.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("project") != Project || r.Header.Get("Authorization") != "Bearer "+accessToken {
		fail(w, Answer{Status: http.StatusUnauthorized, Code: "UNAUTHENTICATED"})
		return
	}
	var in struct {
		Message Message `json:"message"`
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil || json.Unmarshal(body, &in) != nil || in.Message.Token == "" {
		fail(w, Answer{Status: http.StatusBadRequest, Code: "INVALID_ARGUMENT"})
		return
	}
	m := in.Message
	m.At, m.Raw = time.Now().UTC(), body
	m.Answer = Answer{Status: http.StatusOK}
	if s.o.Script != nil {
		m.Try = s.tries.next(m.Token + "\x00" + m.Data["notification_id"])
		m.Answer = s.o.Script(m)
	}
	// What breaks off was received all the same, as far as FCM knows.
	number := s.memory.add(m)
	if s.o.Latency > 0 {
		s.pause(r, s.o.Latency)
	}
	s.answer(w, r, m.Answer, fmt.Sprintf(`{"name":"projects/%s/messages/%d"}`, Project, number))
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, a Answer, name string) {
	if a.GoAway {
		w.Header().Set("Connection", "close") // net/http makes a GOAWAY of it.
	}
	switch {
	case a.Hang && !a.Cut:
		s.pause(r, time.Hour)
		panic(http.ErrAbortHandler)
	case a.Reset:
		panic(http.ErrAbortHandler)
	case a.Cut:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(name)))
		_, _ = io.WriteString(w, name[:len(name)/2])
		_ = http.NewResponseController(w).Flush()
		if a.Hang {
			s.pause(r, time.Hour)
		}
		panic(http.ErrAbortHandler)
	case a.Status == http.StatusOK:
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, name)
	default:
		fail(w, a)
	}
}

// pause waits, or until the client gives up or the fake ends.
func (s *Server) pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.closed:
	}
}

// fail answers as FCM does.
func fail(w http.ResponseWriter, a Answer) {
	w.Header().Set("Content-Type", "application/json")
	if a.RetryAfter != "" {
		w.Header().Set("Retry-After", a.RetryAfter)
	}
	w.WriteHeader(a.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
		"code": a.Status, "message": cmp.Or(a.Message, "the script says so"), "status": canonical[a.Status],
		"details": []any{map[string]string{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": a.Code}},
	}})
}

var canonical = map[int]string{
	400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE",
}

// received answers with what was received after a number, and waits for something for as long as the client says, in milliseconds.
func (s *Server) received(w http.ResponseWriter, r *http.Request) {
	// What is no number counts as 0.
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	wait, _ := strconv.Atoi(r.URL.Query().Get("wait_ms"))
	timer := time.NewTimer(min(time.Duration(wait)*time.Millisecond, 30*time.Second))
	defer timer.Stop()
	for {
		list, came := s.memory.after(after)
		if len(list) == 0 {
			select {
			case <-came:
				continue
			case <-timer.C:
			case <-r.Context().Done():
			case <-s.closed:
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"received": list})
		return
	}
}
