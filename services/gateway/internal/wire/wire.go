// Package wire is one WebSocket connection of a client. The library reads, answers pings and does the closing handshake;
// frames of ours are written as bytes that are complete already, many in one system call, because a write's cost is the
// call and not what is in it. Compression is off: then a frame's bytes are the same for every client.
//
// Two rules keep the two writers apart. Every Write of the link is one or more whole frames under one lock, the library's
// control frames included, since they fit its buffer. And after a write that failed in the middle nothing is written any
// more.
//
// A Conn starts no goroutine. The peer counts as lost when nothing came for IdleTimeout; whoever writes sends pings in
// between.
package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// What a connection keeps besides the kernel's buffers. net/http's own 4 KiB for each direction are left to it.
	readBuffer = 1 << 10
	// The library writes nothing but control frames, of at most 127 bytes.
	writeBuffer = 256
	// The largest reason of a closing frame, by RFC 6455.
	maxReason = 123
)

// Options of a connection.
type Options struct {
	Subprotocols []string
	// MaxFrame is the largest message of a client, in bytes; a larger one ends the connection with 1009.
	MaxFrame int64
	// IdleTimeout is how long the peer may be silent.
	IdleTimeout time.Duration
	// WriteTimeout is how long a write may wait for the peer to read.
	WriteTimeout time.Duration
	// CloseTimeout is how long the peer may take over the closing handshake.
	CloseTimeout time.Duration
}

// Conn is a client's connection. Read is for one goroutine; Write and Close may be called beside it.
type Conn struct {
	ws           *websocket.Conn
	link         *link
	closeTimeout time.Duration
}

// ErrBinary says that the client sent a binary message.
var ErrBinary = errors.New("binary message")

// Accept upgrades a request. On an error the request is answered already. Who may connect, the origin included, is the
// caller's to decide before.
func Accept(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	h := &hijacker{ResponseWriter: w, options: o}
	ws, err := websocket.Accept(h, r, &websocket.AcceptOptions{Subprotocols: o.Subprotocols, InsecureSkipVerify: true})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(o.MaxFrame)
	return &Conn{ws: ws, link: h.link, closeTimeout: o.CloseTimeout}, nil
}

// Read returns the next text message. After an error the connection is of no use but to be closed; ErrBinary is one.
func (c *Conn) Read() ([]byte, error) {
	// A context that ends would cut the connection without a closing frame; Close ends a Read.
	kind, text, err := c.ws.Read(context.Background())
	if err != nil {
		return nil, fmt.Errorf("read a frame: %w", err)
	}
	if kind != websocket.MessageText {
		return nil, ErrBinary
	}
	return text, nil
}

// Write sends whole frames. An error is final.
func (c *Conn) Write(frames []byte) error {
	if _, err := c.link.Write(frames); err != nil {
		return fmt.Errorf("write frames: %w", err)
	}
	return nil
}

// Close sends a closing frame, lets the peer answer and cuts the connection, all within CloseTimeout. A Read that waits
// ends with it.
func (c *Conn) Close(code websocket.StatusCode, reason string) {
	cut := time.AfterFunc(c.closeTimeout, func() { _ = c.link.Close() })
	defer cut.Stop()
	_ = c.ws.Close(code, reason[:min(len(reason), maxReason)])
}

// Cut ends the connection without a word, and a Close that waits with it.
func (c *Conn) Cut() {
	_ = c.link.Close()
	_ = c.ws.CloseNow()
}

// hijacker hands the library a link of ours with small buffers.
type hijacker struct {
	http.ResponseWriter
	options Options
	link    *link
}

func (h *hijacker) Unwrap() http.ResponseWriter { return h.ResponseWriter }

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take the connection over: %w", err)
	}
	h.link = &link{Conn: conn, idle: h.options.IdleTimeout, write: h.options.WriteTimeout}
	// What the client sent behind its handshake is in net/http's buffer.
	early, err := rw.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read behind the handshake: %w", err), conn.Close())
	}
	in := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(early)), h.link), max(readBuffer, len(early)))
	// The library takes over what is in the buffer, and for the rest reads the link.
	if _, err := in.Peek(len(early)); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("keep what is behind the handshake: %w", err), conn.Close())
	}
	return h.link, bufio.NewReadWriter(in, bufio.NewWriterSize(h.link, writeBuffer)), nil
}

// link is the network connection with its deadlines, whole writes and memory of a failed one.
type link struct {
	net.Conn
	idle, write time.Duration

	mu     sync.Mutex
	broken error
}

func (l *link) Read(b []byte) (int, error) {
	if err := l.SetReadDeadline(time.Now().Add(l.idle)); err != nil {
		return 0, err
	}
	return l.Conn.Read(b)
}

func (l *link) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return 0, l.broken
	}
	if err := l.SetWriteDeadline(time.Now().Add(l.write)); err != nil {
		return 0, err
	}
	n, err := l.Conn.Write(b)
	l.broken = err
	return n, err
}
