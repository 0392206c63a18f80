// Package outbox publishes events about a change if and only if the change is committed. The service adds rows to the
// outbox in the transaction of the change, and a relay publishes them after the commit.
//
// Guarantees. Every committed event is published at least once, and no other event is. Events about one entity (tenant,
// domain and entity of the subject) are published in the order in which their transactions committed, and within a
// transaction in the order of Add. For this, Add makes a second transaction with an event about the same entity wait
// until the first has ended. Between entities there is no order.
//
// The Nats-Msg-Id belongs to the row. If the relay dies between the acknowledgement and the delete, the row is published
// again. The stream stores it once as long as that happens within its dedupe window (proto/stream). After a longer
// absence consumers may see an event twice, as they may after any redelivery.
//
// Use. The service's migration contains {{outbox}}, and its db.Schema names Snippet. The service calls Add as the last
// step of a transaction, and Relay.Wake after the commit. Run blocks until its context ends. It starts goroutines only
// during a sweep, and they end with the sweep. Each replica runs a relay; an advisory lock lets only one of them publish
// at a time. If a relay is woken while another holds the lock, it tries again within 10 ms. The relay with the lock looks
// again until no row waits.
//
// Failure. While NATS or PostgreSQL is away, the rows wait, the relay backs off, and outbox_oldest_seconds grows. A row
// that the stream table refuses for good gets the state 'failed' and the reason. The relay counts it, leaves it for a
// person and goes on with the rest. Such a row is rare, because Add refuses it too. A stream that is unavailable or full
// delays only its own events. A subject that NATS forbids to the service delays only the events of its own entities. A
// relay without a link to NATS leaves the lock to other relays.
package outbox
