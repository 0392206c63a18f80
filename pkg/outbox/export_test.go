package outbox

import "time"

// WithoutPolling makes a relay rely on Wake.
func (r *Relay) WithoutPolling() { r.poll = time.Hour }

// WithLanes sets how many messages are published at once.
func (r *Relay) WithLanes(n int) { r.lanes = n }

// RelayLock is the key of the advisory lock that lets one relay at a time publish.
func RelayLock(schema string) int64 { return lockOf(schema, entity{}) }
