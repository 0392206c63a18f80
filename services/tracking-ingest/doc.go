// Package trackingingest takes GPS positions from phones and keeps them.
//
// Consumes: POST /v1/positions from clients; the stream TRACKING through the durable tracking-writer; the stream ACTIVITY through the
// durable tracking-shifts, and in sequence (package shifts), to learn which companies track people in their shifts only, and the shifts.
// The views activity.v_on_shift_only and v_shift_span, and those of identity by package visible.
//
// Emits: TRACKING, on in.{tenant}.tracking.ubicacion.{user}. One message carries at most 500 fixes of an upload. Its
// body, a Track, is for workers. The header of an upload's last message is for gateway, which relays it. The
// header says who may see the fix, and carries the upload's newest fix as `tracking:ubicacion`, however old it is.
// gateway lets only a user's newest fix through.
//
// Stores: schema tracking. It holds arrived (messages as they came, a partition for each UTC day of reception), segment (merged
// positions, a partition for each UTC day of the fixes), latest_position, shown_position, changed_day and watermark. The job
// compactar-posiciones merges finished hours. Other services read the views v_latest_position and v_track, each in one company,
// v_last_seen, v_contact (when a phone was heard of last) and v_watermark across companies, and take the days that changed by
// take_changed_day. They read tracks with package proto/track. The service answers GET /v1/positions/latest and GET /v1/users/{id}/positions from this schema.
//
// Guarantees. A 202 means that JetStream has acknowledged every message of the upload. Until then the phone keeps the
// upload. The service rejects a bad position with a reason, and the other positions are not affected. Each acknowledged fix is
// read exactly once, by company, user, device and recorded_at in milliseconds: of several that were received, the first. This is
// true in whatever order, in whatever parts, however late and however often the fix arrived, and whenever it was merged, unless it
// grew older than the retention on its way. Positions belong to the user and company of the token, even if a body names others.
// A day's mark is never taken while a fix of the day is stored and not read.
//
// Shifts. In a company that tracks people in their shifts only, nobody reads a position outside every known shift of its user, the user
// included (docs/adr/0013). Nothing is flagged: each read asks for the shifts in its own transaction. A shift that becomes known late
// shows what lies in it, marks its days and moves shown_position, the newest visible position (internal/reveal). The messages of such a
// company stay in arrived for 48 hours after their reception. Then compactar-posiciones deletes the fixes that are still outside, and
// counts them. It deletes none that was received while the company tracked always. The answer to an upload says how many were accepted
// and are hidden. A company that tracks always costs an upload or a batch one look into a map.
//
// Failure. When TRACKING is full or NATS is away, uploads get 503 with Retry-After. When PostgreSQL is away, uploads go
// on. The writer holds the messages it has and resumes when PostgreSQL is back. When PostgreSQL hangs, reads get 503
// after a deadline. Reads and uploads have separate places. One company gets at most half of the places and half of the
// bytes in hand. So neither a hanging database nor a company whose uploads trickle keeps phones waiting. A message that
// cannot be decoded or stored becomes a dead letter and does not stop the others. While nobody knows which companies hide positions, the
// writer treats all as if they did, and uploads are answered without the number of hidden ones. Once TRACKING is 70 % full, the
// service purges the messages that every consumer has. It purges nothing while a declared consumer is missing.
//
// New starts nothing. The service that it returns has eight runners: the writer, the shifts, the revealer, the upkeep of partitions, the
// jobs, the watermark, the intake and the purge.
package trackingingest
