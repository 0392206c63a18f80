package outbox

import "time"

// PollEvery makes a relay look so seldom without a Wake. It is called before Run.
func PollEvery(r *Relay, d time.Duration) { r.poll = d }
