package socket

import (
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
)

// places bounds the open sockets. A socket is pending until its token is accepted, and a member afterwards. Pending
// sockets have places of their own, with a limit for each address. So however many there are, they take no place from
// members. A socket that is refused because there are too many also counts as pending until it is closed, except when
// another one took the last place of its user or company while it was being accepted. The server's lock guards the places.
type places struct {
	members, pending int
	byAddress        map[string]int
}

// place is the place of one socket.
type place struct {
	pending bool
	address string // the party of the client's address
}

// errTooManyPending refuses a handshake with an HTTP error, because a proper close of a WebSocket would need a place.
var errTooManyPending = httpx.Problem(http.StatusServiceUnavailable, "too_many_sockets",
	"Too many sockets wait for their token, in all or from this address. Send the token with the handshake, or try again.",
	httpx.Header("Retry-After", "5"))

// full says whether the user or the company has as many sockets as allowed.
func (s *Server) full(c auth.Claims) bool { return s.back.Hub.Full(c.Company, c.Subject) }

// enter gives a socket a place: that of a member if it may be one and a place is free, otherwise a pending one.
func (s *Server) enter(r *http.Request, member bool) (place, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if member && s.places.members < s.cfg.MaxSockets {
		s.places.members++
		return place{}, nil
	}
	p := place{pending: true, address: httpx.AddressParty(s.cfg.Proxies.Of(r))}
	if s.places.pending >= s.cfg.MaxPending || s.places.byAddress[p.address] >= s.cfg.AddressPending {
		return place{}, errTooManyPending
	}
	s.places.pending++
	s.places.byAddress[p.address]++
	s.back.Metrics.Pending.Set(float64(s.places.pending))
	return p, nil
}

// signIn makes a pending socket a member; false means that there is no place.
func (s *Server) signIn(sock *Socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !sock.place.pending {
		return true
	}
	if s.places.members >= s.cfg.MaxSockets {
		return false
	}
	s.leave(sock.place)
	sock.place = place{}
	s.places.members++
	return true
}

// giveBack returns the place of a socket that never started.
func (s *Server) giveBack(p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(p)
}

// leave returns a place. The caller holds s.mu.
func (s *Server) leave(p place) {
	if !p.pending {
		s.places.members--
		return
	}
	s.places.pending--
	if s.places.byAddress[p.address]--; s.places.byAddress[p.address] == 0 {
		delete(s.places.byAddress, p.address)
	}
	s.back.Metrics.Pending.Set(float64(s.places.pending))
}
