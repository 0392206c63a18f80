package socket

import (
	"context"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// closesAtOnce is how many closing handshakes of a drain may run at once.
const closesAtOnce = 128

// Drain accepts no more sockets. It closes the open ones evenly over Config.DrainSpread, so that their clients do not
// reconnect to other gateways all at once. When ctx ends, it cuts the rest. It returns once every socket has ended,
// and so have the requests that they asked of other services.
func (s *Server) Drain(ctx context.Context) {
	s.mu.Lock()
	s.draining = true
	left := make([]*Socket, 0, len(s.sockets))
	for sock := range s.sockets {
		left = append(left, sock)
	}
	s.mu.Unlock()
	var closing sync.WaitGroup
	places := make(chan struct{}, closesAtOnce)
	start := time.Now()
	for i, sock := range left {
		due := start.Add(s.cfg.DrainSpread * time.Duration(i) / time.Duration(len(left)))
		if !wait.For(ctx, time.Until(due)) || !take(ctx, places) {
			break
		}
		sock.queue.Close(protocol.Restart)
		closing.Go(func() {
			select {
			case <-sock.untilEnd():
			case <-ctx.Done():
			}
			<-places
		})
	}
	closing.Wait()
	if ctx.Err() != nil {
		for _, sock := range left {
			sock.queue.Close(protocol.GoingAway)
			sock.conn.Cut()
		}
	}
	s.running.Wait()
	// No socket can ask for anything any more. What they asked for goes on as long as there is time.
	stop := context.AfterFunc(ctx, s.errands.cancel)
	s.errands.work.Wait()
	stop()
	s.errands.cancel()
}

// Draining says whether the server has stopped to accept sockets.
func (s *Server) Draining() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.draining
}

func take(ctx context.Context, places chan<- struct{}) bool {
	select {
	case places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}
