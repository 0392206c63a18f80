// Package trackingingest takes GPS positions from phones and keeps them.
//
// Consumes: POST /v1/positions from clients; the stream TRACKING through the durable tracking-writer.
//
// Emits: TRACKING, on in.{tenant}.tracking.ubicacion.{user}. One message carries at most 500 fixes of an upload. Its
// body, a PositionBatch, is for workers. The header of an upload's last message is for gateway, which relays it. The
// header says who may see the fix, and carries the upload's newest fix as `tracking:ubicacion`, however old it is.
// gateway lets only a user's newest fix through.
//
// Stores: schema tracking. It holds position (a partition for each UTC day) and latest_position. Other services read the
// views v_latest_position and v_position, each in one company, and v_last_seen across companies. The service answers
// GET /v1/positions/latest and GET /v1/users/{id}/positions from this schema.
//
// Guarantees. A 202 means that JetStream has acknowledged every message of the upload. Until then the phone keeps the
// upload. The service rejects a bad position with a reason, and the other positions are not affected. PostgreSQL holds
// each acknowledged fix exactly once, by company, user, device and recorded_at in milliseconds. This is true in whatever
// order, however late and however often the fix arrived, unless it grew older than the retention on its way. Positions
// belong to the user and company of the token, even if a body names others.
//
// Failure. When TRACKING is full or NATS is away, uploads get 503 with Retry-After. When PostgreSQL is away, uploads go
// on. The writer holds the messages it has and resumes when PostgreSQL is back. When PostgreSQL hangs, reads get 503
// after a deadline. Reads and uploads have separate places. One company gets at most half of the places and half of the
// bytes in hand. So neither a hanging database nor a company whose uploads trickle keeps phones waiting. A message that
// cannot be decoded or stored becomes a dead letter and does not stop the others. Once TRACKING is 70 % full, the
// service purges the messages that every consumer has. It purges nothing while a declared consumer is missing.
//
// New starts nothing. The service that it returns has three runners: the writer, the upkeep of partitions and the purge.
package trackingingest
