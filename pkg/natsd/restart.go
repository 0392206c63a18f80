package natsd

import (
	"net"

	"github.com/nats-io/nats-server/v2/server"
)

// Refusing returns why streams refuse every message, one line for each such stream. After an error of the disk the server
// refuses until it is restarted, also when the disk works again or has room again. Publishers get no answer from it.
func (s *Server) Refusing() []string {
	var lines []string
	for _, e := range s.running().Healthz(&server.HealthzOptions{Details: true}).Errors {
		if e.Type == server.HealthzErrorStream {
			lines = append(lines, e.Error)
		}
	}
	return lines
}

// Restart stops the server and starts it again on the same files and at the same address. Clients that are connected over
// TCP connect again by themselves. After an error no server runs: call Restart again, or Shutdown.
func (s *Server) Restart() error {
	old := s.running()
	port := s.o.Port
	if addr, ok := old.Addr().(*net.TCPAddr); ok {
		port = addr.Port
	}
	// A further Restart after an error must find the same address.
	s.o.Port = port
	stop(old)
	started, err := s.start(port)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server = started
	return nil
}
