// Package outbox makes a change and its events one: rows are added in the change's own transaction and a relay publishes
// them after the commit.
//
// Guarantees. What was committed is published at least once, and nothing else is. Events about one entity (tenant, domain
// and entity of the subject) are published in the order in which their transactions committed, and within a transaction in
// the order of Add: Add makes a second transaction that has an event about the same entity wait for the first one's end.
// Between entities there is no order. The Nats-Msg-Id is the row's, so a row that is published again, because the relay
// died between acknowledgement and delete, is stored once as long as that happens within the stream's dedupe window
// (proto/stream); after a longer absence consumers may see an event twice, as they may by redelivery.
//
// Use. A service's migration contains {{outbox}} and its db.Schema names Snippet. Its code calls Add as the last thing in
// the transaction and Relay.Wake after it. Run blocks until its context ends; it starts goroutines only within a sweep, and
// they end with it. Each replica runs a relay: an advisory lock lets one at a time publish. A relay that
// is woken and finds the lock taken tries again within 10 ms, and the one that has it looks again until nothing waits.
//
// Failure. NATS or PostgreSQL away: rows wait, the relay backs off, outbox_oldest_seconds grows. A row that the stream
// table refuses for good, which Add would have refused too, becomes state 'failed' with the reason, is counted and stays
// for a person; the rest goes on. A stream that is unavailable or full holds up its own events only, and a subject that NATS
// forbids to the service its own entities. A relay without a link leaves the lock to others.
package outbox
