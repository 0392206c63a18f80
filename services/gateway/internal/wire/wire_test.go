package wire_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second

func options() wire.Options {
	return wire.Options{
		Subprotocols: []string{"terreno.v1"}, MaxFrame: 32 << 10, IdleTimeout: patience, WriteTimeout: patience, CloseTimeout: patience,
	}
}

// serve runs a function on the server's side of each connection. It returns the address.
func serve(t *testing.T, o wire.Options, side func(*wire.Conn)) string {
	t.Helper()
	ended := make(chan struct{}, 16)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := wire.Accept(w, r, o)
		if err != nil {
			return
		}
		// The handler returns, like that of the gateway, and the connection lives on.
		go func() {
			defer func() { ended <- struct{}{} }()
			defer c.Cut()
			side(c)
		}()
	}))
	t.Cleanup(func() {
		server.Close()
		select {
		case <-ended:
		case <-time.After(patience):
			t.Error("the server's side did not end")
		}
	})
	return server.URL
}

func dial(t *testing.T, url string) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	c, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: client, Subprotocols: []string{"x", "terreno.v1"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.CloseNow() })
	return c
}

func read(t *testing.T, c *websocket.Conn) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, b, err := c.Read(ctx)
	return string(b), err
}

// readUntilEnd discards all frames and returns how the connection ended.
func readUntilEnd(t *testing.T, c *websocket.Conn) error {
	t.Helper()
	for {
		if _, err := read(t, c); err != nil {
			return err
		}
	}
}

func frames(from, to int) []byte {
	var b []byte
	for i := from; i < to; i++ {
		b = protocol.Native(b, &protocol.Event{Name: "n", Data: fmt.Appendf(nil, "%d", i)}, "")
	}
	return b
}

func TestFramesOfOneWriteArriveInOrderAmongPings(t *testing.T) {
	t.Parallel()
	url := serve(t, options(), func(c *wire.Conn) {
		for i := range 300 {
			if err := c.Write(append(protocol.AppendPing(nil), frames(i*10, i*10+10)...)); err != nil {
				t.Error(err)
				return
			}
		}
		// This Read handles the client's pongs, and its pings, which the library answers.
		_, _ = c.Read()
		c.Close(protocol.Restart.Code, protocol.Restart.Reason)
	})
	c := dial(t, url)
	if c.Subprotocol() != "terreno.v1" {
		t.Errorf("subprotocol %q", c.Subprotocol())
	}
	for i := range 3000 {
		got, err := read(t, c)
		if want := fmt.Sprintf(`{"event":"n","data":%d}`, i); err != nil || got != want {
			t.Fatalf("frame %d: %q, %v", i, got, err)
		}
	}
	if err := c.Write(t.Context(), websocket.MessageText, []byte("done")); err != nil {
		t.Fatal(err)
	}
	_, err := read(t, c)
	var closed websocket.CloseError
	if !errors.As(err, &closed) || closed.Code != 1012 || closed.Reason != "restart" {
		t.Errorf("closed with %v", err)
	}
}

func TestReadGivesTextAndTellsTheRest(t *testing.T) {
	t.Parallel()
	results := make(chan string, 4)
	url := serve(t, options(), func(c *wire.Conn) {
		for {
			text, err := c.Read()
			if err != nil {
				results <- fmt.Sprint(errors.Is(err, wire.ErrBinary))
				return
			}
			results <- string(text)
		}
	})
	c := dial(t, url)
	for _, m := range []struct {
		kind websocket.MessageType
		text string
		want string
	}{{websocket.MessageText, "hola", "hola"}, {websocket.MessageBinary, "b", "true"}} {
		if err := c.Write(t.Context(), m.kind, []byte(m.text)); err != nil {
			t.Fatal(err)
		}
		if got := <-results; got != m.want {
			t.Errorf("read %q, want %q", got, m.want)
		}
	}
}

func TestAHugeFrameClosesWith1009(t *testing.T) {
	t.Parallel()
	url := serve(t, options(), func(c *wire.Conn) {
		_, err := c.Read()
		if !errors.Is(err, websocket.ErrMessageTooBig) {
			t.Errorf("read: %v", err)
		}
		c.Close(protocol.TooLarge.Code, protocol.TooLarge.Reason)
	})
	c := dial(t, url)
	go func() { _ = c.Write(t.Context(), websocket.MessageText, []byte(strings.Repeat("x", 10<<20))) }()
	if err := readUntilEnd(t, c); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
		t.Errorf("closed with %v", err)
	}
}

func TestAWriteEndsWithAReaderThatStopped(t *testing.T) {
	t.Parallel()
	o := options()
	o.WriteTimeout = 100 * time.Millisecond
	failed := make(chan error, 1)
	url := serve(t, o, func(c *wire.Conn) {
		block := frames(0, 20_000)
		for {
			if err := c.Write(block); err != nil {
				again := c.Write(frames(0, 1))
				if again == nil {
					t.Error("a frame was written after a broken one")
				}
				failed <- err
				return
			}
		}
	})
	dial(t, url)
	select {
	case err := <-failed:
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("the write still waits")
	}
}

func TestASilentPeerCountsAsLost(t *testing.T) {
	t.Parallel()
	o := options()
	o.IdleTimeout = 50 * time.Millisecond
	lost := make(chan error, 1)
	url := serve(t, o, func(c *wire.Conn) {
		_, err := c.Read()
		lost <- err
	})
	dial(t, url)
	if err := <-lost; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read: %v", err)
	}
}

func TestCloseDoesNotWaitForAMutePeer(t *testing.T) {
	t.Parallel()
	o := options()
	o.CloseTimeout = 50 * time.Millisecond
	closed := make(chan time.Duration, 1)
	url := serve(t, o, func(c *wire.Conn) {
		reading := make(chan struct{})
		go func() {
			defer close(reading)
			_, _ = c.Read()
		}()
		start := time.Now()
		c.Close(protocol.Expired.Code, strings.Repeat("r", 500))
		<-reading
		closed <- time.Since(start)
	})
	// The client does the handshake, and then neither reads nor answers.
	// A busy machine may stand still for seconds, so the best of three counts. The library alone would wait for five.
	took := time.Hour
	for range 3 {
		dial(t, url)
		if took = min(took, <-closed); took < time.Second {
			return
		}
	}
	if took > 4*time.Second {
		t.Errorf("close took %v", took)
	}
}

func TestFramesSentBehindTheHandshakeAreRead(t *testing.T) {
	t.Parallel()
	got := make(chan string, 1)
	url := serve(t, options(), func(c *wire.Conn) {
		text, err := c.Read()
		got <- fmt.Sprint(string(text), err)
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	frame := "\x81\x84\x00\x00\x00\x00hola" // masked with zeros
	_, err = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n%s", frame)
	if err != nil {
		t.Fatal(err)
	}
	status, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(status, "101") {
		t.Fatalf("%q, %v", status, err)
	}
	if text := <-got; text != "hola<nil>" {
		t.Errorf("read %q", text)
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{1, 16} {
		b.Run(fmt.Sprintf("%d frames in a write", n), func(b *testing.B) {
			ready, done := make(chan *wire.Conn, 1), make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c, err := wire.Accept(w, r, options()); err == nil {
					ready <- c
				}
			}))
			defer server.Close()
			c, _, err := websocket.Dial(b.Context(), server.URL, nil)
			if err != nil {
				b.Fatal(err)
			}
			go func() {
				defer close(done)
				for {
					if _, _, err := c.Read(context.Background()); err != nil {
						return
					}
				}
			}()
			side, block := <-ready, frames(1000, 1000+n)
			b.ReportAllocs()
			for b.Loop() {
				if err := side.Write(block); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/frame")
			side.Cut()
			<-done
		})
	}
}
