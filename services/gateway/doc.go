// Package gateway is the sockets of clients: live positions, alerts, activities and chat, and what a client missed while
// it was away.
//
// # Rooms
//
//	internal/socket     a client's socket: handshake, token, its recheck, limits, reading, writing, drain
//	internal/protocol   events and their codec, what a client may send, why a socket is closed
//	internal/wire       one WebSocket connection on the network
//	internal/queue      what waits to be written to one socket, bounded
//	internal/hub        who is connected, by company, and what each may see; the frontier
//	internal/replay     follows the streams; resume: what a socket missed since its cursor
//	internal/tail       the newest events of each company, from which most resumes are served
//	internal/cursor     the opaque string with which a client resumes
//	internal/positions  live positions, and when and how the newest stored ones are read
//	internal/metrics    what is counted
//
// # Consumes
//
// The replayed streams ALERTS, ACTIVITY and CHAT, each followed whole. `{tenant}.tracking.ubicacion.*` for each company
// that has an open socket, or had one within GATEWAY_LINGER. The view tracking.v_latest_position. The directory, which
// decides who may see what.
//
// # Emits, stores
//
// Nothing. All that it holds is rebuilt after a start.
//
// # Protocol
//
// A WebSocket at /ws; text frames of JSON, `{"event": "...", "data": ..., "id": "..."}`. The token comes as
// `Authorization: Bearer`, as `?token=`, among the subprotocols (offer "terreno.v1" and "bearer.<token>"; "terreno.v1" is
// accepted), or in a first frame `{"event":"auth","data":{"token":"..."}}` within 10 s.
//
// What the gateway sends:
//
//	listo              first: {cursor, user, id_empresa, expira, latido_s}
//	alerta:nueva ...   an event; its name is the domain and event of the subject, its data what the publisher wrote
//	tracking:ubicacion somebody's newest position
//	latido             every latido_s
//	recargar           {dominios}: what the client holds of these domains may lack something; read it over HTTP
//	auth:ok            {expira}: the new token is in force
//	error              {code, detail, ref}: ref is the id of the client's frame
//	pong               the answer to ping
//
// What it takes: auth (also later, with a new token of the same user), reanudar, ping.
//
// A client keeps the id of the last frame that had one. It is an opaque cursor. The client gives it back when it returns, as
// `?desde=` or, as soon as the socket is open, with `{"event":"reanudar","data":{"desde":"..."}}`. It then gets what it
// missed, in order, and goes on live. A client that resumes by a frame has 5 s to send it. Until then events wait, and
// frames carry no id, since the client would keep that id in place of its cursor. A client that does not resume begins at
// listo's cursor; an empty desde says so at once. Positions are never replayed: the newest of each user comes at once.
//
// Closing codes. Come back with backoff: 1001 the process ends, 1009 frame above 32 KiB, 1011 defect, 1012 the gateway
// drains, 1013 tokens cannot be checked now, 4408 the client reads too slowly, 4409 too many sockets (of the user, the
// company or the process). Refresh the token first: 4401 missing, expired or not valid. Sign in again: 4403 revoked,
// suspended, another user's token, or a token without a company. Mend the client: 4400 not a frame, 4429 too many frames.
// A handshake is answered with 503 and no socket while the gateway is not ready, and when too many sockets wait for their
// token (GATEWAY_MAX_PENDING, GATEWAY_ADDRESS_PENDING); sockets that are signed in never count there.
//
// # Guarantees
//
// A client that keeps its cursor gets each event of its audience exactly once, in the order of its stream, over any number
// of sockets, gateways and lost links, unless it was told recargar for the domain. An open socket misses nothing either. A
// power cut can take the end of a stream, whose sequences are then used again: a cursor says which message it is behind, and
// a client whose message is lost is told recargar.
// After any disturbance the newest stored position of each visible user arrives within GATEWAY_SNAPSHOT; one that was
// stored more than a minute out of order, within ten times that. Nothing crosses companies. The directory at the moment
// of sending decides who is in an audience, also on replay. A token that expires ends its socket at that instant. One that
// was revoked, or whose session ended, does within a second.
//
// # On failure
//
// Without NATS open sockets stay, and go on where they were once it is back; a resume that needs the stream ends in
// recargar. Without PostgreSQL positions are live only; heartbeats and the judgement of open sockets need neither. A slow
// client is closed and never waited for. When the process stops, sockets are closed over GATEWAY_DRAIN_SPREAD while
// events still flow. New starts nothing; the service's runner starts and ends everything.
//
// # Memory
//
// Bounded: queues by GATEWAY_QUEUE_BYTES a socket, tails by GATEWAY_TAIL_TOTAL_BYTES in all, positions by 50,000 users a
// company. Events of companies that have no socket here are passed over.
package gateway
