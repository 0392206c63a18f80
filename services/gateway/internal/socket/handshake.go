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

// Subprotocol is what a socket speaks. A browser that brings its token as a subprotocol must offer this one as well, since
// it accepts only a name that it offered.
const Subprotocol = "terreno.v1"

// opening is what a handshake brought.
type opening struct {
	// refusal closes the socket at once: a browser reads a closing code, never an HTTP status.
	refusal *protocol.Closure
	// claims are nil when the token is still to come.
	claims *auth.Claims
	// from is the cursor; resume is true when the client named one, an empty one included.
	from   string
	resume bool
}

// ServeHTTP takes a WebSocket handshake. A request that is none gets problem details.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := s.admit(r); err != nil {
		httpx.Error(w, r, err)
		return
	}
	first := s.open(r)
	held, err := s.enter(r, first.claims != nil)
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

// admit refuses, as HTTP, what never becomes a socket.
func (s *Server) admit(r *http.Request) error {
	if r.Method != http.MethodGet {
		return httpx.Problem(http.StatusMethodNotAllowed, "method_not_allowed", "Connect with GET.", httpx.Header("Allow", "GET"))
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		if first := s.open(r); first.refusal != nil || first.claims == nil {
			return s.tokenProblem(r)
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

// tokenProblem is why a plain request has no good token.
func (s *Server) tokenProblem(r *http.Request) error {
	token, err := auth.FromHandshake(r)
	if err != nil {
		return err
	}
	_, err = s.verify(r.Context(), token)
	return err
}

// open reads token and cursor. No token at all is fine: then the first frame brings it.
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
	first.claims = &claims
	return first
}

func (s *Server) verify(ctx context.Context, token string) (auth.Claims, error) {
	ctx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	return s.back.Verify(ctx, token)
}

// allowedOrigin says whether a page may connect: one of the same host, or of a pattern. A phone sends no origin. A page
// that has none to show sends "null" and is refused.
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
