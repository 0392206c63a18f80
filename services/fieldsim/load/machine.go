package load

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

const (
	// frameBytes is about the size of a frame with a position.
	frameBytes  = 290
	probeWrites = 5000
	probeHashes = 20
)

// probe tells the state of the machine in two figures, with which runs of different days can be compared: the CPU time of
// this process to write a frame to a loopback socket and read it there, one by one, and to hash a megabyte.
func probe() (write, hash time.Duration, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // It answers at once.
	if err != nil {
		return 0, 0, fmt.Errorf("probe the machine: %w", err)
	}
	defer func() { _ = l.Close() }()
	out, err := net.Dial("tcp", l.Addr().String()) //nolint:noctx // As above.
	if err != nil {
		return 0, 0, fmt.Errorf("probe the machine: %w", err)
	}
	defer func() { _ = out.Close() }()
	in, err := l.Accept()
	if err != nil {
		return 0, 0, fmt.Errorf("probe the machine: %w", err)
	}
	defer func() { _ = in.Close() }()
	frame := make([]byte, frameBytes)
	began := ownCPU()
	for range probeWrites {
		_, err1 := out.Write(frame)
		_, err2 := io.ReadFull(in, frame)
		if err := errors.Join(err1, err2); err != nil {
			return 0, 0, fmt.Errorf("probe the machine: %w", err)
		}
	}
	written := ownCPU()
	megabyte := make([]byte, 1e6)
	for range probeHashes {
		sum := sha256.Sum256(megabyte)
		megabyte[0] = sum[0] // Nothing is left out as useless.
	}
	return (written - began) / probeWrites, (ownCPU() - written) / probeHashes, nil
}

// ownCPU is the CPU time that this process has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // It fails only for an argument that does not exist.
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
