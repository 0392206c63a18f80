package fleet

import (
	"context"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/client"
)

// hangUpAfter is how long before its next upload a phone is off the air: at night, without signal, or when it falls silent.
const hangUpAfter = 15 * time.Minute

// line is the socket of a phone whose app is open. It brings the phone nothing that the demo needs, but the others see that the person is
// connected. One goroutine uses it.
type line struct {
	hangUp context.CancelFunc
	ended  chan struct{} // nil without a socket
}

// open opens the socket unless it is open. A failure is no matter: the phone tries again with its next upload.
func (l *line) open(ctx context.Context, sender *client.Phone) {
	select {
	case <-l.ended:
		l.close()
	default:
		if l.ended != nil {
			return
		}
	}
	ctx, hangUp := context.WithCancel(ctx)
	read, err := sender.Listen(ctx)
	if err != nil {
		hangUp()
		return
	}
	ended := make(chan struct{})
	l.hangUp, l.ended = hangUp, ended
	go func() {
		defer close(ended)
		read()
	}()
}

// close returns when the socket has ended.
func (l *line) close() {
	if l.ended == nil {
		return
	}
	l.hangUp()
	<-l.ended
	l.ended = nil
}
