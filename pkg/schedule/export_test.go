package schedule

import "context"

// Poll looks once for due timers.
func (t *Timers) Poll(ctx context.Context) ([]string, error) { return t.poll(ctx) }
