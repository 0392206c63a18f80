package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/coder/websocket"
)

// Listen opens a socket with the phone's session, which nothing was missed on. The caller then calls read, which returns when the socket has
// ended: by ctx, by the server, or because the token has expired. Errors are those of a login, and whatever the network says: a caller tries
// again later.
func (p *Phone) Listen(ctx context.Context) (read func(), err error) {
	if err := p.authorize(ctx); err != nil {
		return nil, err
	}
	header := http.Header{"Authorization": {"Bearer " + p.session.access}}
	opening := *p.c.o.HTTP
	opening.Timeout = p.c.o.Timeout // of the handshake alone
	conn, resp, err := websocket.Dial(ctx, p.c.o.BaseURL+"/ws?desde=", &websocket.DialOptions{HTTPClient: &opening, HTTPHeader: header})
	if err != nil {
		if resp != nil && resp.Body != nil {
			err = errors.Join(err, resp.Body.Close())
		}
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	conn.SetReadLimit(responseLimit)
	return func() {
		defer func() { _ = conn.CloseNow() }()
		for {
			if _, _, err := conn.Read(ctx); err != nil {
				return
			}
		}
	}, nil
}
