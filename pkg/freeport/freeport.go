// Package freeport finds a TCP port of 127.0.0.1 for a server that must know its port before it listens, or that must get
// the same port again after it has stopped.
//
// A port that the system chose (127.0.0.1:0) does not serve: between its release and its use the system may give it to
// somebody else, for a server or for the near end of any connection. Pick therefore takes ports that the system gives to
// nobody. Another program can still name the same port by itself, so the caller must try again when a port is taken.
package freeport

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
)

const (
	// first leaves out the ports that servers usually have.
	first = 10_000
	// usualLow is where the ports that a system gives out begin on Linux, and below where they begin elsewhere.
	usualLow = 32_768
	rangeOf  = "/proc/sys/net/ipv4/ip_local_port_range"
	attempts = 200
)

// ErrNone means that no free port was found.
var ErrNone = errors.New("no free port found")

// Pick returns n different ports on which nobody listens at the moment, and which the system gives to nobody.
func Pick(ctx context.Context, n int) (ports []int, err error) {
	text, _ := os.ReadFile(rangeOf) // Only Linux has the file.
	limit := low(string(text))
	for range attempts {
		if len(ports) == n {
			return ports, nil
		}
		port := first + rand.IntN(limit-first)
		l, err := new(net.ListenConfig).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			continue
		}
		// It is held until all are found, so that none is found twice.
		defer func() { _ = l.Close() }()
		ports = append(ports, port)
	}
	return nil, fmt.Errorf("%w between %d and %d", ErrNone, first, limit)
}

// low returns where the range begins from which the system gives ports. A range that leaves no room below it counts as the
// usual one: then a port may be taken more often, and the caller tries again.
func low(text string) int {
	var begin int
	if _, err := fmt.Sscan(text, &begin); err != nil || begin < first+1000 {
		return usualLow
	}
	return min(begin, 65_536)
}
