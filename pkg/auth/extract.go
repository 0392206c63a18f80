package auth

import (
	"net/http"
	"strings"
)

// SubprotocolPrefix marks the entry of Sec-WebSocket-Protocol that carries a token. Browsers need it, because they
// cannot set any other header: new WebSocket(url, ["terreno.v1", "bearer." + token]).
const SubprotocolPrefix = "bearer."

// FromHeader returns the token of an Authorization header. It returns ErrMissing when the header is absent or has
// another scheme. It returns ErrMalformed when there is more than one header or something follows the token.
func FromHeader(h http.Header) (string, error) {
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", ErrMissing
	}
	if len(values) > 1 {
		return "", ErrMalformed
	}
	scheme, token, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", ErrMissing
	}
	token = strings.TrimSpace(token)
	if token == "" {
		return "", ErrMissing
	}
	if strings.ContainsAny(token, " ,\t") {
		return "", ErrMalformed
	}
	return token, nil
}

// FromHandshake returns the token of a WebSocket handshake. It looks in Authorization, then in ?token=, then in the
// subprotocols. It returns ErrMissing when none of them is there; then the client must send the token in the first
// frame. HTTP calls use FromHeader alone, because addresses end up in logs and histories.
func FromHandshake(r *http.Request) (string, error) {
	if r.Header.Get("Authorization") != "" {
		return FromHeader(r.Header)
	}
	if token := r.URL.Query().Get("token"); token != "" {
		return token, nil
	}
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for entry := range strings.SplitSeq(line, ",") {
			if token, ok := strings.CutPrefix(strings.TrimSpace(entry), SubprotocolPrefix); ok && token != "" {
				return token, nil
			}
		}
	}
	return "", ErrMissing
}
