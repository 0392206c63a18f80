package push

import (
	"context"

	"github.com/terreno/terreno/services/notifier/internal/fcm"
)

// slow holds what is not urgent back until it is released.
type slow struct {
	Sender
	release chan struct{}
}

func (s slow) Send(ctx context.Context, p fcm.Push) (string, *fcm.SendError) {
	if !p.Urgent {
		<-s.release
	}
	return s.Sender.Send(ctx, p)
}
