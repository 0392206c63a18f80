package socket_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// clientsEnv makes the test binary a process of clients. Its value is what the clients do: address, sockets, companies.
const clientsEnv = "TERRENO_BENCH_CLIENTS"

// tally is what all clients of the process have received since the last one.
type tally struct {
	Frames   int
	Bytes    int
	P50, P99 time.Duration
}

// clients is the process of the clients, as the benchmark sees it.
type clients struct {
	t   testing.TB
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// startClients starts a process that opens sockets at an address, and returns once each has its listo.
func startClients(t testing.TB, addr string, sockets, companies int) *clients {
	t.Helper()
	c := &clients{t: t, cmd: exec.Command(os.Args[0])}
	c.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d %d", clientsEnv, addr, sockets, companies))
	c.cmd.Stderr = os.Stderr
	in, err := c.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.in, c.out = in, bufio.NewReader(out)
	c.line()
	return c
}

func (c *clients) line() []byte {
	c.t.Helper()
	line, err := c.out.ReadBytes('\n')
	if err != nil {
		c.t.Fatalf("the clients ended: %v", err)
	}
	return line
}

// tally asks for what came since the last tally.
func (c *clients) tally() (sum tally) {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.in, "tally"); err != nil {
		c.t.Fatal(err)
	}
	if err := json.Unmarshal(c.line(), &sum); err != nil {
		c.t.Fatal(err)
	}
	return sum
}

func (c *clients) stop() {
	_ = c.in.Close()
	_ = c.cmd.Wait()
}

// runClients is the process of the clients.
func runClients(what string) {
	words := strings.Fields(what)
	sockets, _ := strconv.Atoi(words[1])
	companies, _ := strconv.Atoi(words[2])
	var all receivers
	places := make(chan struct{}, 64)
	for i := range sockets {
		places <- struct{}{}
		all.opening.Go(func() {
			defer func() { <-places }()
			if err := all.open(words[0], fmt.Sprintf("c%d/u%d", i%companies, i)); err != nil {
				fmt.Fprintln(os.Stderr, "a client:", err)
				os.Exit(1)
			}
		})
	}
	all.opening.Wait()
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		text, _ := json.Marshal(all.take())
		fmt.Println(string(text))
	}
}

// receivers are the clients of the process.
type receivers struct {
	opening sync.WaitGroup
	mu      sync.Mutex
	sum     tally
	delays  []time.Duration
}

func (r *receivers) take() tally {
	r.mu.Lock()
	defer r.mu.Unlock()
	sum := r.sum
	if n := len(r.delays); n > 0 {
		slices.Sort(r.delays)
		sum.P50, sum.P99 = r.delays[n/2], r.delays[n*99/100]
	}
	r.sum, r.delays = tally{}, r.delays[:0]
	return sum
}

// open connects one client, waits for its listo, and lets it read until the process ends.
func (r *receivers) open(addr, token string) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(conn, "GET /ws?desde= HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Authorization: Bearer %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", token)
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(conn, 4<<10)
	for line := ""; line != "\r\n"; {
		if line, err = in.ReadString('\n'); err != nil {
			return err
		}
	}
	began := make(chan struct{})
	go func() {
		if err := r.read(conn, in, began); err != nil {
			fmt.Fprintln(os.Stderr, "a client:", err)
			os.Exit(1)
		}
	}()
	<-began
	return nil
}

// read takes the frames of one client, answers pings, and notes how old the positions are.
func (r *receivers) read(conn net.Conn, in *bufio.Reader, began chan<- struct{}) error {
	for first := true; ; first = false {
		head, err := in.Peek(2)
		if err != nil {
			return err
		}
		kind, size := head[0], int(head[1])
		_, _ = in.Discard(2)
		if size == 126 {
			long, err := in.Peek(2)
			if err != nil {
				return err
			}
			size = int(binary.BigEndian.Uint16(long))
			_, _ = in.Discard(2)
		}
		text, err := in.Peek(size)
		if err != nil {
			return err
		}
		switch {
		case kind == 0x89:
			_, err = conn.Write([]byte{0x8A, 0x80, 1, 2, 3, 4})
		case kind != 0x81:
			err = fmt.Errorf("a frame of kind %x: %q", kind, text)
		case first:
			close(began)
		default:
			r.note(text)
		}
		if err != nil {
			return err
		}
		_, _ = in.Discard(size)
	}
}

var sentField = []byte(`"sent":`)

func (r *receivers) note(text []byte) {
	now := time.Now().UnixNano()
	_, after, found := bytes.Cut(text, sentField)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sum.Bytes += len(text)
	if !found {
		return
	}
	sent := int64(0)
	for _, digit := range after {
		if digit < '0' || digit > '9' {
			break
		}
		sent = sent*10 + int64(digit-'0')
	}
	r.sum.Frames++
	r.delays = append(r.delays, time.Duration(now-sent))
}
