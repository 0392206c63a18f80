// Package wire runs one WebSocket connection of a client. The library reads, answers pings and does the closing
// handshake. The gateway's own frames are written as complete bytes, many in one system call, because the call costs more
// than its content. Compression is off, so the bytes of a frame are the same for every client.
//
// Two rules keep the two writers apart. Every Write of the link is one or more whole frames under one lock; this includes
// the library's control frames, because they fit into its buffer. And after a write that failed in the middle, nothing
// more is written.
//
// A Conn starts no goroutine. The peer counts as lost when nothing came for IdleTimeout; the writer must send pings in
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
	// The buffers of a connection, in addition to the kernel's. They replace net/http's 4 KiB for each direction.
	readBuffer = 1 << 10
	// The library writes only control frames, of at most 127 bytes.
	writeBuffer = 256
	// The longest reason of a closing frame, by RFC 6455.
	maxReason = 123
)

// Options of a connection.
type Options struct {
	Subprotocols []string
	// MaxFrame is the largest message from a client, in bytes. A larger one ends the connection with 1009.
	MaxFrame int64
	// IdleTimeout is how long the peer may be silent.
	IdleTimeout time.Duration
	// WriteTimeout is how long a write may wait for the peer to read.
	WriteTimeout time.Duration
	// CloseTimeout is how long the peer may take over the closing handshake.
	CloseTimeout time.Duration
}

// Conn is the connection of a client. One goroutine may call Read; others may call Write and Close meanwhile.
type Conn struct {
	ws           *websocket.Conn
	link         *link
	closeTimeout time.Duration
}

// ErrBinary says that the client sent a binary message.
var ErrBinary = errors.New("binary message")

// Accept upgrades a request. If it returns an error, it has answered the request. The caller must decide before who may
// connect, and check the origin.
func Accept(w http.ResponseWriter, r *http.Request, o Options) (*Conn, error) {
	h := &hijacker{ResponseWriter: w, options: o}
	ws, err := websocket.Accept(h, r, &websocket.AcceptOptions{Subprotocols: o.Subprotocols, InsecureSkipVerify: true})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(o.MaxFrame)
	return &Conn{ws: ws, link: h.link, closeTimeout: o.CloseTimeout}, nil
}

// Read returns the next text message. After an error the connection can only be closed; ErrBinary is one.
func (c *Conn) Read() ([]byte, error) {
	// If a context ended, the library would cut the connection without a closing frame. So Read has none; Close ends a
	// Read.
	kind, text, err := c.ws.Read(context.Background())
	if err != nil {
		return nil, fmt.Errorf("read a frame: %w", err)
	}
	if kind != websocket.MessageText {
		return nil, ErrBinary
	}
	return text, nil
}

// Write sends whole frames. After an error nothing more can be written.
func (c *Conn) Write(frames []byte) error {
	if _, err := c.link.Write(frames); err != nil {
		return fmt.Errorf("write frames: %w", err)
	}
	return nil
}

// Close sends a closing frame, waits for the peer's answer and cuts the connection, all within CloseTimeout. It also ends
// a Read that waits.
func (c *Conn) Close(code websocket.StatusCode, reason string) {
	cut := time.AfterFunc(c.closeTimeout, func() { _ = c.link.Close() })
	defer cut.Stop()
	_ = c.ws.Close(code, reason[:min(len(reason), maxReason)])
}

// Cut ends the connection without a closing frame. It also ends a Close that waits.
func (c *Conn) Cut() {
	_ = c.link.Close()
	_ = c.ws.CloseNow()
}

// hijacker gives the library a link with small buffers.
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
	// What the client sent right after its handshake is in net/http's buffer.
	early, err := rw.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read behind the handshake: %w", err), conn.Close())
	}
	in := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(bytes.Clone(early)), h.link), max(readBuffer, len(early)))
	// The library reads what is in the buffer first, and then from the link.
	if _, err := in.Peek(len(early)); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("keep what is behind the handshake: %w", err), conn.Close())
	}
	return h.link, bufio.NewReadWriter(in, bufio.NewWriterSize(h.link, writeBuffer)), nil
}

// link is the network connection. It sets deadlines, writes whole frames, and remembers a failed write.
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
