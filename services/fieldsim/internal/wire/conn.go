// Package wire is the client's side of HTTP/1.1 and of WebSocket, as little of it as load needs: requests are made
// beforehand, and a frame is read into one buffer. A generator that shares its machine with the servers that it measures
// must cost little; net/http and a WebSocket library would take as much CPU as the servers. It trusts its server, which is
// Terreno: it is no client for anything else. It starts no goroutines.
package wire

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// answerTimeout is how long a server may take to answer: a machine may be very busy.
const answerTimeout = 3 * time.Minute

// Header is one line of a request's header.
type Header struct{ Name, Value string }

// Request returns the bytes of a request. The token may be empty. Without a body it has no Content-Length.
func Request(method, path, token string, body []byte, headers ...Header) []byte {
	b := make([]byte, 0, 256+len(token)+len(body))
	b = append(b, method+" "+path+" HTTP/1.1\r\nHost: terreno\r\n"...)
	if token != "" {
		b = append(b, "Authorization: Bearer "+token+"\r\n"...)
	}
	for _, h := range headers {
		b = append(b, h.Name+": "+h.Value+"\r\n"...)
	}
	if len(body) > 0 {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(body)), 10)
		b = append(b, "\r\n"...)
	}
	b = append(b, "\r\n"...)
	return append(b, body...)
}

// Conn is a connection that carries one request at a time.
type Conn struct {
	net  net.Conn
	in   *bufio.Reader
	body bytes.Buffer
}

// Dial connects to host:port.
func Dial(ctx context.Context, addr string) (*Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &Conn{net: c, in: bufio.NewReader(c)}, nil
}

// Do sends a request that Request made and returns the answer. The body is valid until the next call. After an error the
// connection is of no more use.
func (c *Conn) Do(request []byte) (status int, body []byte, err error) {
	if err := c.net.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return 0, nil, fmt.Errorf("set the deadline of a request: %w", err)
	}
	if _, err := c.net.Write(request); err != nil {
		return 0, nil, fmt.Errorf("send a request: %w", err)
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, nil, fmt.Errorf("read an answer: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	c.body.Reset()
	if _, err := c.body.ReadFrom(resp.Body); err != nil {
		return 0, nil, fmt.Errorf("read an answer: %w", err)
	}
	return resp.StatusCode, c.body.Bytes(), nil
}

// Close closes the connection.
func (c *Conn) Close() { _ = c.net.Close() }
