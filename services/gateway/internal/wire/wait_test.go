package wire_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// raw is a client that sends bytes as the test wants them.
type raw struct {
	net.Conn
	in *bufio.Reader
}

func dialRaw(t *testing.T, url string) raw {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	c := raw{conn, bufio.NewReader(conn)}
	for line := ""; line != "\r\n"; {
		if line, err = c.in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// send sends frames, masked with zeros, in one packet.
func (c raw) send(t *testing.T, frames ...string) {
	t.Helper()
	var b []byte
	for _, f := range frames {
		kind, text, _ := strings.Cut(f, " ")
		first := map[string]byte{"text": 0x81, "close": 0x88, "ping": 0x89, "pong": 0x8A, "begin": 0x01, "end": 0x80}[kind]
		b = append(b, first, 0x80|byte(len(text)), 0, 0, 0, 0)
		b = append(b, text...)
	}
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

// expect reads one short frame.
func (c raw) expect(t *testing.T, kind byte, text string) {
	t.Helper()
	b := make([]byte, 2+len(text))
	if _, err := io.ReadFull(c.in, b); err != nil {
		t.Fatal(err)
	}
	if want := append([]byte{kind, byte(len(text))}, text...); !bytes.Equal(b, want) {
		t.Errorf("got %x, want %x", b, want)
	}
}

// echo waits and reads as the gateway does, and sends back what it has read, and why it has ended.
func echo(ended chan<- error) func(*wire.Conn) {
	return func(c *wire.Conn) {
		for {
			if err := c.Wait(); err != nil {
				ended <- err
				return
			}
			text, err := c.Read()
			if errors.Is(err, wire.ErrNothing) {
				text, err = []byte("nothing"), nil
			}
			if err == nil {
				err = c.Write(append([]byte{0x81, byte(len(text))}, text...))
			}
			if err != nil {
				ended <- err
				return
			}
		}
	}
}

func TestWaitPassesOverPongs(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	c := dialRaw(t, serve(t, options(), echo(ended)))
	for range 3 {
		c.send(t, "pong ")
		c.send(t, "pong ", "pong ", "text hola")
		c.expect(t, 0x81, "hola")
		c.send(t, "pong a", "text a frame longer than the bytes that a wait reads")
		c.expect(t, 0x81, "a frame longer than the bytes that a wait reads")
		c.send(t, "text one", "pong ", "text two", "pong b", "begin thr", "pong ", "end ee")
		for _, text := range []string{"one", "two", "three"} {
			c.expect(t, 0x81, text)
		}
	}
	// A pong and a frame in pieces.
	for _, piece := range []byte{0x8A, 0x80, 1, 2, 3, 4, 0x81, 0x81, 0, 0, 0, 0, 'x'} {
		if _, err := c.Write([]byte{piece}); err != nil {
			t.Fatal(err)
		}
	}
	c.expect(t, 0x81, "x")
	_ = c.Close()
	if err := <-ended; !errors.Is(err, io.EOF) {
		t.Errorf("ended with %v", err)
	}
}

func TestAPingIsAnsweredAndTheReaderWaitsAgain(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	c := dialRaw(t, serve(t, options(), echo(ended)))
	// What comes right behind the handshake may be in net/http's hands in part, and is read without a Wait.
	c.send(t, "text first")
	c.expect(t, 0x81, "first")
	for _, payload := range []string{"", "abcd"} {
		c.send(t, "ping "+payload)
		c.expect(t, 0x8A, payload)
		c.expect(t, 0x81, "nothing")
	}
	// The library answers these, and then waits for the message.
	c.send(t, "ping ", "ping ")
	c.expect(t, 0x8A, "")
	c.expect(t, 0x8A, "")
	long := strings.Repeat("x", 100)
	c.send(t, "ping "+long, "text after")
	c.expect(t, 0x8A, long)
	c.expect(t, 0x81, "after")
	c.send(t, "close \x03\xe8")
	c.expect(t, 0x88, "\x03\xe8")
	if err := <-ended; websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("ended with %v", err)
	}
}

// TestCloseEndsAWait: the reader waits, and the closing handshake takes only as long as the peer's answer.
func TestCloseEndsAWait(t *testing.T) {
	t.Parallel()
	o := options()
	o.CloseTimeout = time.Hour
	closed := make(chan error, 1)
	url := serve(t, o, func(c *wire.Conn) {
		waited := make(chan error)
		go func() {
			for {
				if err := c.Wait(); err != nil {
					waited <- err
					return
				}
				_, _ = c.Read()
			}
		}()
		if err := c.Write(frames(0, 1)); err != nil {
			t.Error(err)
		}
		c.Close(protocol.Restart.Code, protocol.Restart.Reason)
		err := <-waited
		if again := c.Wait(); again == nil || !c.Buffered() {
			t.Errorf("waited again, %v", again)
		}
		closed <- err
	})
	for range 10 {
		c := dial(t, url)
		if err := readUntilEnd(t, c); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
			t.Fatalf("closed with %v", err)
		}
		if err := <-closed; err == nil {
			t.Error("the wait ended without an error")
		}
	}
}

func TestASilentPeerIsLostInAWait(t *testing.T) {
	t.Parallel()
	o := options()
	o.IdleTimeout = 4 * time.Second
	ended := make(chan error, 1)
	c := dialRaw(t, serve(t, o, echo(ended)))
	// A pong shows that the peer lives.
	for start := time.Now(); time.Since(start) < 2*o.IdleTimeout-time.Second; {
		c.send(t, "pong ")
		select {
		case err := <-ended:
			t.Fatalf("a peer that answers is lost: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("ended with %v", err)
	}
}

// bigFrame returns a frame of 16 KiB.
func bigFrame(n int) []byte {
	return protocol.Native(nil, &protocol.Event{Name: "n", Data: fmt.Appendf(nil, `"%*d"`, 16<<10, n)}, "")
}

// TestSendDoesNotWait: the peer does not read until Send has left a rest. It then gets all bytes in order.
func TestSendDoesNotWait(t *testing.T) {
	t.Parallel()
	sent, finish := make(chan int, 1), make(chan struct{})
	url := serve(t, options(), func(c *wire.Conn) {
		reading := make(chan struct{})
		go func() {
			defer close(reading)
			for {
				if _, err := c.Read(); err != nil {
					return
				}
			}
		}()
		for n := 0; ; n++ {
			rest, err := c.Send(bigFrame(n))
			if err != nil {
				t.Error(err)
			}
			if len(rest) == 0 {
				continue
			}
			sent <- n
			<-finish
			if err := c.Finish(rest); err != nil {
				t.Error(err)
			}
			if err := c.Write(bigFrame(n + 1)); err != nil {
				t.Error(err)
			}
			c.Close(protocol.Restart.Code, protocol.Restart.Reason)
			<-reading
			return
		}
	})
	c := dial(t, url)
	c.SetReadLimit(1 << 20)
	last := <-sent + 1
	close(finish)
	for i := range last + 1 {
		got, err := read(t, c)
		if want := fmt.Sprintf("%d\"}", i); err != nil || !strings.HasSuffix(got, " "+want) {
			t.Fatalf("frame %d of %d ends with %q, %v", i, last, got[max(0, len(got)-10):], err)
		}
	}
	if err := readUntilEnd(t, c); websocket.CloseStatus(err) != websocket.StatusServiceRestart {
		t.Errorf("closed with %v", err)
	}
}

// TestHurry: a write waits for a peer that does not read, for as long as somebody else allows.
func TestHurry(t *testing.T) {
	t.Parallel()
	o := options()
	o.WriteTimeout = time.Hour
	full, failed := make(chan *wire.Conn, 1), make(chan error, 1)
	url := serve(t, o, func(c *wire.Conn) {
		for n := 0; ; n++ {
			rest, err := c.Send(bigFrame(n))
			if err != nil {
				t.Error(err)
			}
			if len(rest) > 0 {
				full <- c
				failed <- c.Finish(rest)
				return
			}
		}
	})
	dial(t, url)
	(<-full).Hurry(time.Millisecond)
	select {
	case err := <-failed:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the write still waits")
	}
}
