// Package wire runs one WebSocket connection of a client. The library reads, answers pings and does the closing
// handshake. The gateway's own frames are written as complete bytes, many in one system call, because the call costs more
// than its content. Compression is off, so the bytes of a frame are the same for every client.
//
// Two rules keep the two writers apart. Every Write of the link is one or more whole frames under one lock; this includes
// the library's control frames, because they fit into its buffer. And after a write that failed in the middle, nothing
// more is written. Send writes what the kernel takes and never waits; when it could not write all, it keeps the lock, and
// Finish writes the rest. A deadline is set only for a write that must wait.
//
// While a client is silent, its reader waits in Wait instead of Read: there the stack is small, and nothing is allocated.
// Wait passes over the pongs with which an idle client answers.
//
// A Conn starts no goroutine. The peer counts as lost when nothing came for IdleTimeout; the writer must send pings in
// between.
package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// The longest reason of a closing frame, by RFC 6455.
const maxReason = 123

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

// Conn is the connection of a client. One goroutine may call Wait and Read, another one Write, Send and Finish; others may
// call Close and Cut meanwhile.
type Conn struct {
	ws           *websocket.Conn
	link         *link
	closeTimeout time.Duration

	mu sync.Mutex
	// waiting means that a Wait reads. It closes left when it returns, if that is set.
	waiting bool
	left    chan struct{}
}

var (
	// ErrBinary says that the client sent a binary message.
	ErrBinary = errors.New("binary message")
	// ErrNothing says that the client sent only what the library has answered.
	ErrNothing = errors.New("no message")
	// errClosing says that the connection is being closed.
	errClosing = errors.New("connection is being closed")
)

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

// SetMaxFrame changes Options.MaxFrame for the messages that begin from now on.
func (c *Conn) SetMaxFrame(n int64) { c.ws.SetReadLimit(n) }

// Wait returns when there is something for Read: a frame that is not an empty pong, or the end of the connection. It must
// not be called in the middle of a message. Call it with little on the stack.
func (c *Conn) Wait() error {
	if !c.mayWait() {
		return errClosing
	}
	err := c.link.wait()
	if c.hasWaited() {
		return errClosing
	}
	return err
}

func (c *Conn) mayWait() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = !c.link.closing.Load()
	return c.waiting
}

// hasWaited says whether the connection is being closed.
func (c *Conn) hasWaited() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = false
	if c.link.closing.Load() {
		// The one who closes reads what has come, and then waits for the peer's answer.
		c.link.lone = false
	}
	if c.left != nil {
		close(c.left)
		c.left = nil
	}
	return c.link.closing.Load()
}

// endWait makes a Wait return, and further ones fail.
func (c *Conn) endWait() {
	c.mu.Lock()
	c.link.closing.Store(true)
	if !c.waiting || c.left != nil {
		c.mu.Unlock()
		return
	}
	left := make(chan struct{})
	c.left = left
	c.mu.Unlock()
	// It fails when the connection is cut already, which makes the Wait return as well.
	_ = c.link.interrupt()
	<-left
}

// Buffered says whether Read has something that has come already. It is also true while the connection is being closed,
// which Read tells.
func (c *Conn) Buffered() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	// A Close reads too, so the link must not be looked at during one.
	return c.link.closing.Load() || c.link.buffered()
}

// Read returns the next text message. After an error the connection can only be closed, except after ErrNothing. ErrBinary
// is such an error.
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

// Send writes whole frames as far as the peer takes them at once. If it returns a rest, nothing more may be sent until
// Finish has written that. After an error nothing more can be written.
func (c *Conn) Send(frames []byte) (rest []byte, err error) {
	if rest, err = c.link.start(frames); err != nil {
		return nil, fmt.Errorf("write frames: %w", err)
	}
	return rest, nil
}

// Finish writes the rest that Send has returned, and waits for the peer to take it. After an error nothing more can be
// written.
func (c *Conn) Finish(rest []byte) error {
	if err := c.link.finish(rest); err != nil {
		return fmt.Errorf("write frames: %w", err)
	}
	return nil
}

// Hurry gives the peer no more than d to take what is being written.
func (c *Conn) Hurry(d time.Duration) { c.link.hurry(d) }

// Write sends whole frames, and waits for the peer to take them. After an error nothing more can be written.
func (c *Conn) Write(frames []byte) error {
	rest, err := c.Send(frames)
	if err == nil && len(rest) > 0 {
		err = c.Finish(rest)
	}
	return err
}

// Close sends a closing frame, waits for the peer's answer and cuts the connection, all within CloseTimeout. It also ends
// a Wait and a Read.
func (c *Conn) Close(code websocket.StatusCode, reason string) {
	cut := time.AfterFunc(c.closeTimeout, func() { _ = c.link.Close() })
	defer cut.Stop()
	c.endWait()
	_ = c.ws.Close(code, reason[:min(len(reason), maxReason)])
}

// Cut ends the connection without a closing frame. It also ends a Wait, a Read and a Close.
func (c *Conn) Cut() {
	_ = c.link.Close()
	_ = c.ws.CloseNow()
}
