package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// The buffers of a connection, in addition to the kernel's. They replace net/http's 4 KiB for each direction. The
	// library writes only control frames, of at most 127 bytes.
	readBuffer  = 64
	writeBuffer = 128
	// aheadBytes is how much is read at once while frames are read.
	aheadBytes = 1 << 10
	// firstBytes is how much a Wait reads. That is a whole control frame of nearly every client.
	firstBytes = 32
)

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
	// What the client sent right after its handshake is in net/http's buffer.
	early, err := rw.Peek(rw.Reader.Buffered())
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read behind the handshake: %w", err), conn.Close())
	}
	h.link = &link{Conn: conn, idle: h.options.IdleTimeout, patience: h.options.WriteTimeout, early: bytes.Clone(early)}
	if c, ok := conn.(syscall.Conn); ok {
		if h.link.raw, err = c.SyscallConn(); err != nil {
			return nil, nil, errors.Join(fmt.Errorf("take the connection over: %w", err), conn.Close())
		}
	}
	h.link.in = bufio.NewReaderSize(h.link, readBuffer)
	return h.link, bufio.NewReadWriter(h.link.in, bufio.NewWriterSize(h.link, writeBuffer)), nil
}

// link is the network connection. It sets deadlines, writes whole frames, and remembers a failed write.
type link struct {
	net.Conn
	// raw writes without waiting. It is nil when the connection is not one of the kernel's.
	raw  syscall.RawConn
	idle time.Duration

	// The reader's. in is the library's buffer. early has come, and the library has not read it. lone means that early is
	// a whole control frame.
	in    *bufio.Reader
	early []byte
	// first and ahead are where early lies. There is an ahead only while frames are read.
	first [firstBytes]byte
	ahead []byte
	lone  bool

	// closing means that a wait must end. It is set before an interrupt.
	closing atomic.Bool

	mu     sync.Mutex
	broken error
	// held means that start has left the lock to finish. Only their caller uses it.
	held bool

	// deadline guards how long a write may wait for the peer, and whether one waits.
	deadline sync.Mutex
	patience time.Duration
	waiting  bool
}

const (
	pong, ping     = 0x8A, 0x89
	masked         = 0x80
	controlHeader  = 6 // with the mask
	maxPingLength  = firstBytes - controlHeader
	lengthOfHeader = 0x7F
)

// wait reads until something comes that is not an empty pong, and leaves that for Read.
func (l *link) wait() error {
	if l.buffered() {
		return nil
	}
	l.ahead = nil
	for {
		if err := l.SetReadDeadline(time.Now().Add(l.idle)); err != nil {
			return err
		}
		// An interrupt before SetReadDeadline would have no effect.
		if l.closing.Load() {
			return errClosing
		}
		n, err := l.Conn.Read(l.first[:])
		l.early = l.first[:n]
		for len(l.early) >= controlHeader && l.early[0] == pong && l.early[1] == masked {
			l.early = l.early[controlHeader:]
		}
		if len(l.early) > 0 {
			l.lone = isPing(l.early)
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// isPing says whether some bytes are one whole ping.
func isPing(b []byte) bool {
	return len(b) >= controlHeader && b[0] == ping && b[1]&masked != 0 && int(b[1]&lengthOfHeader) <= maxPingLength &&
		len(b) == controlHeader+int(b[1]&lengthOfHeader)
}

// interrupt makes a wait return.
func (l *link) interrupt() error { return l.SetReadDeadline(time.Unix(1, 0)) }

func (l *link) buffered() bool { return len(l.early) > 0 || l.in.Buffered() > 0 }

// Read is the library's.
func (l *link) Read(b []byte) (int, error) {
	if len(l.early) == 0 {
		if err := l.readAhead(); err != nil {
			return 0, err
		}
	}
	n := copy(b, l.early)
	l.early = l.early[n:]
	return n, nil
}

// readAhead waits for the next bytes of the client.
func (l *link) readAhead() error {
	if l.lone {
		// The library has read a ping, and has answered it. It would wait here for the next message.
		l.lone = false
		return ErrNothing
	}
	if err := l.SetReadDeadline(time.Now().Add(l.idle)); err != nil {
		return err
	}
	if l.ahead == nil {
		l.ahead = make([]byte, aheadBytes)
	}
	n, err := l.Conn.Read(l.ahead)
	l.early = l.ahead[:n]
	if n > 0 {
		return nil
	}
	return err
}

// Write is the library's.
func (l *link) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.write(b)
}

// write writes all, and waits for the peer if it must. The caller holds l.mu.
func (l *link) write(b []byte) (int, error) {
	n, err := l.try(b)
	if err != nil || n == len(b) {
		return n, err
	}
	if err := l.beginWaiting(); err != nil {
		return n, err
	}
	more, err := l.Conn.Write(b[n:])
	if err == nil {
		err = l.endWaiting()
	}
	l.broken = err
	return n + more, err
}

func (l *link) beginWaiting() error {
	l.deadline.Lock()
	defer l.deadline.Unlock()
	l.waiting = true
	return l.SetWriteDeadline(time.Now().Add(l.patience))
}

func (l *link) endWaiting() error {
	l.deadline.Lock()
	defer l.deadline.Unlock()
	l.waiting = false
	return l.SetWriteDeadline(time.Time{})
}

// hurry gives a write that waits, and those that come, no more than d.
func (l *link) hurry(d time.Duration) {
	l.deadline.Lock()
	defer l.deadline.Unlock()
	l.patience = min(l.patience, d)
	if l.waiting {
		// It fails when the connection is cut, and then nothing waits.
		_ = l.SetWriteDeadline(time.Now().Add(l.patience))
	}
}

// start writes what the kernel takes. If that is not all, the lock stays for finish. It does not wait for the lock either,
// because the library may hold it while it waits for the peer.
func (l *link) start(b []byte) (rest []byte, err error) {
	if !l.mu.TryLock() {
		return b, nil
	}
	n, err := l.try(b)
	if err == nil && n < len(b) {
		l.held = true
		return b[n:], nil
	}
	l.mu.Unlock()
	return nil, err
}

func (l *link) finish(rest []byte) error {
	if !l.held {
		l.mu.Lock()
	}
	l.held = false
	defer l.mu.Unlock()
	_, err := l.write(rest)
	return err
}

// attempt is one write that does not wait.
type attempt struct {
	bytes []byte
	n     int
	err   error
	// do is the attempt's method, so that a write allocates nothing.
	do func(fd uintptr) bool
}

var attempts = sync.Pool{New: func() any {
	a := &attempt{}
	a.do = a.write
	return a
}}

func (a *attempt) write(fd uintptr) bool {
	for {
		a.n, a.err = syscall.Write(int(fd), a.bytes)
		if !errors.Is(a.err, syscall.EINTR) {
			return true
		}
	}
}

// try writes what the kernel takes at once, which may be nothing. The caller holds l.mu.
func (l *link) try(b []byte) (int, error) {
	if l.broken != nil || l.raw == nil {
		return 0, l.broken
	}
	a := attempts.Get().(*attempt)
	defer attempts.Put(a)
	a.bytes = b
	err := l.raw.Write(a.do)
	if err == nil && !errors.Is(a.err, syscall.EAGAIN) {
		err = a.err
	}
	n := max(a.n, 0)
	a.bytes, a.n, a.err = nil, 0, nil
	if err != nil {
		l.broken = fmt.Errorf("write to the peer: %w", err)
	}
	return n, l.broken
}
