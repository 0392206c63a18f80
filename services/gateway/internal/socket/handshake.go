package socket

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// Subprotocol is the WebSocket subprotocol. A browser that sends its token as a subprotocol must offer this one too,
// because a browser accepts only a subprotocol that it offered.
const Subprotocol = "terreno.v1"

// opening is the result of a handshake.
type opening struct {
	// refusal, if set, closes the socket at once. The client gets a closing code, because a browser cannot read an HTTP
	// status.
	refusal *protocol.Closure
	// claims are nil while the token has not come.
	claims *auth.Claims
	token  string
	// from is the cursor. resume is true when the client sent a cursor, even an empty one.
	from   string
	resume bool
}

// ServeHTTP accepts a WebSocket handshake. Any other request gets problem details.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.admit(r); err != nil {
		httpx.Error(w, r, err)
		return
	}
	first := s.open(r)
	held, err := s.enter(r, first.claims != nil && !s.full(*first.claims))
	if err != nil {
		httpx.Error(w, r, err)
		return
	}
	if first.claims != nil && held.pending {
		first = opening{refusal: &protocol.TooManySockets}
	}
	conn, err := wire.Accept(w, r, s.cfg.Wire)
	if err != nil {
		s.back.Log.Debug("handshake failed", "error", err)
		s.giveBack(held)
		return
	}
	if !s.start(newSocket(s, conn, held), first) {
		s.giveBack(held)
		conn.Close(protocol.Restart.Code, protocol.Restart.Reason)
	}
}

// admit refuses, with an HTTP error, requests that cannot become a socket.
func (s *Server) admit(r *http.Request) error {
	if r.Method != http.MethodGet {
		return httpx.Problem(http.StatusMethodNotAllowed, "method_not_allowed", "Connect with GET.", httpx.Header("Allow", "GET"))
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		if err := s.tokenProblem(r); err != nil {
			return err
		}
		return httpx.Problem(http.StatusUpgradeRequired, "upgrade_required", "This address is a WebSocket. Connect to it as one.",
			httpx.Header("Upgrade", "websocket"), httpx.Header("Connection", "Upgrade"))
	}
	if !allowedOrigin(r, s.cfg.Origins) {
		return httpx.Problem(http.StatusForbidden, "origin_not_allowed",
			"Pages of this origin may not connect. Its operator can add it to TERRENO_GATEWAY_ORIGINS.")
	}
	if err := s.back.Ready(); err != nil {
		return httpx.Unavailable(err)
	}
	return nil
}

// tokenProblem returns why a plain HTTP request has no valid token, or nil if it has one.
func (s *Server) tokenProblem(r *http.Request) error {
	token, err := auth.FromHandshake(r)
	if err != nil {
		return err
	}
	_, err = s.verify(r.Context(), token)
	return err
}

// open reads the token and the cursor. A request without a token is valid: then the first frame brings it.
func (s *Server) open(r *http.Request) opening {
	query := r.URL.Query()
	first := opening{from: query.Get("desde"), resume: query.Has("desde")}
	token, err := auth.FromHandshake(r)
	if errors.Is(err, auth.ErrMissing) {
		return first
	}
	var claims auth.Claims
	if err == nil {
		claims, err = s.verify(r.Context(), token)
	}
	if err != nil {
		c := refusal(err)
		first.refusal = &c
		return first
	}
	first.claims, first.token = &claims, token
	return first
}

func (s *Server) verify(ctx context.Context, token string) (auth.Claims, error) {
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	return s.back.Verify(ctx, token)
}

// allowedOrigin says whether a page may connect: a page of the same host, or of one of the patterns. A phone sends no
// origin. A page without an origin of its own sends "null" and is refused.
func allowedOrigin(r *http.Request, patterns []string) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if strings.EqualFold(u.Host, r.Host) {
		return true
	}
	for _, pattern := range patterns {
		target := u.Host
		if strings.Contains(pattern, "://") {
			target = u.Scheme + "://" + u.Host
		}
		if ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(target)); err == nil && ok {
			return true
		}
	}
	return false
}
