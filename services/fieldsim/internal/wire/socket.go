package wire

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Opcodes and flags of a frame (RFC 6455, section 5.2).
const (
	opText, opClose, opPing, opPong = 0x1, 0x8, 0x9, 0xA

	final, masked        = 0x80, 0x80
	length16, length64   = 126, 127
	maxFrame             = 1 << 20
	handshakeKey         = "dGVycmVuby1jYXJnYS0wMQ==" // Any 16 bytes; the server proves with it that it speaks WebSocket.
	handshakeTimeout     = time.Minute
	closeCodeUnspecified = 1005
)

// Socket is an open WebSocket of the gateway.
type Socket struct {
	net net.Conn
	in  *bufio.Reader
	buf []byte
}

// ClosedError says that the server closed the socket.
type ClosedError struct{ Code int }

func (e *ClosedError) Error() string {
	return fmt.Sprintf("the server closed the socket with %d", e.Code)
}

// Open connects to host:port and opens a socket at path.
func Open(ctx context.Context, addr, path, token string) (*Socket, error) {
	c, err := Dial(ctx, addr)
	if err != nil {
		return nil, err
	}
	if err := c.upgrade(path, token); err != nil {
		c.Close()
		return nil, fmt.Errorf("open a socket: %w", err)
	}
	return &Socket{net: c.net, in: c.in}, nil
}

func (c *Conn) upgrade(path, token string) error {
	if err := c.net.SetDeadline(time.Now().Add(handshakeTimeout)); err != nil {
		return err
	}
	request := Request(http.MethodGet, path, token, nil, Header{"Connection", "Upgrade"}, Header{"Upgrade", "websocket"},
		Header{"Sec-WebSocket-Version", "13"}, Header{"Sec-WebSocket-Key", handshakeKey})
	if _, err := c.net.Write(request); err != nil {
		return err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("the server answered %s", resp.Status)
	}
	return c.net.SetDeadline(time.Time{})
}

// Next waits for the next text and returns it; it is valid until the next call. It answers pings. The error is a
// *ClosedError when the server closed the socket.
func (s *Socket) Next() ([]byte, error) {
	for {
		op, payload, err := s.frame()
		if err != nil {
			return nil, err
		}
		switch op {
		case opText:
			return payload, nil
		case opPing:
			if err := s.pong(payload); err != nil {
				return nil, err
			}
		case opClose:
			code := closeCodeUnspecified
			if len(payload) >= 2 {
				code = int(binary.BigEndian.Uint16(payload))
			}
			return nil, &ClosedError{code}
		}
	}
}

// frame reads one whole frame. A server neither masks nor, here, splits a text.
func (s *Socket) frame() (op byte, payload []byte, err error) {
	var head [10]byte
	if _, err := io.ReadFull(s.in, head[:2]); err != nil {
		return 0, nil, fmt.Errorf("read a frame: %w", err)
	}
	size, rest := uint64(head[1]), 0
	switch size {
	case length16:
		rest = 2
	case length64:
		rest = 8
	}
	if _, err := io.ReadFull(s.in, head[2:2+rest]); err != nil {
		return 0, nil, fmt.Errorf("read a frame: %w", err)
	}
	switch rest {
	case 2:
		size = uint64(binary.BigEndian.Uint16(head[2:]))
	case 8:
		size = binary.BigEndian.Uint64(head[2:])
	}
	if head[0]&final == 0 || head[1]&masked != 0 || size > maxFrame {
		return 0, nil, fmt.Errorf("read a frame: %x with %d bytes is none that the gateway writes", head[0], size)
	}
	if uint64(cap(s.buf)) < size {
		s.buf = make([]byte, size)
	}
	if _, err := io.ReadFull(s.in, s.buf[:size]); err != nil {
		return 0, nil, fmt.Errorf("read a frame: %w", err)
	}
	return head[0] & 0x0F, s.buf[:size], nil
}

func (s *Socket) pong(payload []byte) error { return s.send(opPong, payload) }

// Send sends a text of at most 125 bytes. It must not run beside a Next, which answers pings.
func (s *Socket) Send(text []byte) error {
	if len(text) >= length16 {
		return fmt.Errorf("send a text: %d bytes are too many", len(text))
	}
	return s.send(opText, text)
}

// send sends one frame. A client must mask what it sends; a mask of zeros leaves the bytes as they are.
func (s *Socket) send(op byte, payload []byte) error {
	frame := append([]byte{final | op, masked | byte(len(payload)), 0, 0, 0, 0}, payload...)
	if _, err := s.net.Write(frame); err != nil {
		return fmt.Errorf("send a frame: %w", err)
	}
	return nil
}

// Close cuts the connection, which also ends a Next.
func (s *Socket) Close() { _ = s.net.Close() }
