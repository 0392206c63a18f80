package schedule

import "context"

// Poll is one look for due timers.
func (t *Timers) Poll(ctx context.Context) ([]string, error) { return t.poll(ctx) }
