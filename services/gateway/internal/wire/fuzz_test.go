package wire_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// FuzzWait sends pongs, pings and texts in pieces of any sizes. The server answers each ping and echoes each text, in order,
// wherever a piece ends. The input is pairs of bytes: a frame, and how many bytes the next packet has.
func FuzzWait(f *testing.F) {
	f.Add([]byte{0, 6, 2, 6, 1, 1, 0, 12, 0, 3})
	f.Add([]byte("\x00\xff\x01\xff\x05\x07\x22\x01\x81\x20\x02\x06\x00\x05\x00\x06"))
	f.Add([]byte{1, 255, 1, 255, 4, 255, 0, 255, 0, 255, 253, 0, 254, 1})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := wire.Accept(w, r, options())
		if err != nil {
			return
		}
		defer c.Cut()
		for c.Wait() == nil {
			text, err := c.Read()
			if errors.Is(err, wire.ErrNothing) {
				continue
			}
			if err != nil || c.Write(append([]byte{0x81, byte(len(text))}, text...)) != nil {
				return
			}
		}
	}))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, input []byte) {
		conn := dialRaw(t, server.URL)
		defer func() { _ = conn.Close() }()
		sent, want := script(input[:min(len(input), 200)])
		go func() {
			for _, packet := range sent {
				if _, err := conn.Write(packet); err != nil {
					return
				}
			}
		}()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(conn.in, got); err != nil || !bytes.Equal(got, want) {
			t.Errorf("got %x, %v\nwant %x", got, err, want)
		}
	})
}

// script makes the packets of a client, and what the server must answer. The last frame is a text, so that the answers end.
func script(input []byte) (packets [][]byte, want []byte) {
	var all []byte
	var sizes []int
	add := func(kind byte, payload string) {
		all = append(all, kind, 0x80|byte(len(payload)), 0, 0, 0, 0)
		all = append(all, payload...)
		if answer := map[byte]byte{0x81: 0x81, 0x89: 0x8A}[kind]; answer != 0 {
			want = append(append(want, answer, byte(len(payload))), payload...)
		}
	}
	for ; len(input) >= 2; input = input[2:] {
		add([]byte{0x8A, 0x89, 0x81}[input[0]%3], strings.Repeat("x", int(input[0]/3)))
		sizes = append(sizes, int(input[1]))
	}
	add(0x81, "end")
	for _, n := range append(sizes, len(all)) {
		n = min(n, len(all))
		packets, all = append(packets, all[:n]), all[n:]
	}
	return packets, want
}
