package freeport

import (
	"context"
	"net"
	"os"
	"strconv"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestThePortsAreFreeDifferentAndGivenToNobody(t *testing.T) {
	t.Parallel()
	ports, err := Pick(t.Context(), 50)
	if err != nil || len(ports) != 50 {
		t.Fatal(ports, err)
	}
	text, _ := os.ReadFile(rangeOf)
	seen := map[int]bool{}
	for _, p := range ports {
		if seen[p] || p < first || p >= low(string(text)) {
			t.Errorf("port %d", p)
		}
		seen[p] = true
	}
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0])))
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}

func TestWhereTheSystemsPortsBegin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"32768\t60999\n": 32768, "15000 65535": 15000, "1024 65535": usualLow, "": usualLow, "x": usualLow, "99999 1": 65536} {
		if got := low(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestNoneIsFoundAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if ports, err := Pick(ctx, 1); err == nil {
		t.Error(ports)
	}
}
