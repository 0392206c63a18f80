// Package trackingingest takes GPS positions from phones and keeps them.
//
// Consumes: POST /v1/positions from clients; the stream TRACKING through the durable tracking-writer.
//
// Emits: TRACKING, one message for at most 500 fixes of an upload, on in.{tenant}.tracking.ubicacion.{user}. Its body, a
// PositionBatch, is for workers. What gateway relays is in the header of an upload's last message: who may see it, and
// the upload's newest fix as `tracking:ubicacion`, however old it is. gateway lets only the newest of a user through.
//
// Stores: schema tracking, that is position (a partition for each UTC day), latest_position, and the view
// v_latest_position for other services. It answers GET /v1/positions/latest and GET /v1/users/{id}/positions from them.
//
// Guarantees. A 202 means that JetStream has acknowledged every message of the upload; until then the phone keeps it. A bad
// position is rejected with its reason and costs no other. Each acknowledged fix is in PostgreSQL exactly once, by company,
// user, device and recorded_at in milliseconds, in whatever order, however late and however often it came, unless it
// grew older than the retention on its way. Positions are of the token's user and company, whatever a body says.
//
// Failure. TRACKING full or NATS away: 503 with Retry-After. PostgreSQL away: uploads go on, the writer holds what it has
// and takes it up again. PostgreSQL hangs: reads are answered 503 after a deadline. Readers and uploads have places of their
// own, and a company gets at most half of them and of the bytes in hand, so that neither a hanging database nor a company
// whose uploads trickle keeps phones waiting. A message that cannot be decoded or stored becomes a dead letter and stops no
// other. TRACKING is purged of what every consumer has once it is 70 % full, and not at all while a declared consumer is
// missing.
//
// New starts nothing. The runners of the service it returns are the writer, the upkeep of partitions and the purge.
package trackingingest
