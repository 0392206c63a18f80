// Package gateway is the sockets of clients: live positions, alerts, activities and chat, and what a client missed while
// it was away.
//
// # Consumes
//
// The replayed streams ALERTS, ACTIVITY and CHAT, each followed whole. `{tenant}.tracking.ubicacion.*` for each company
// with an open socket. The view tracking.v_latest_position. The directory, for who may see what.
//
// # Emits, stores
//
// Nothing. Everything that it holds is rebuilt at a start.
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
// A client keeps the id of the last frame that had one, an opaque cursor, and gives it back when it returns: as `?desde=`
// or with `{"event":"reanudar","data":{"desde":"..."}}`, as soon as the socket is open. It then gets what it missed, in
// order, and goes on live. A client that resumes by a frame has 5 s; until then events wait for it, and frames carry no id
// that would take the place of its cursor. One that does not resume begins at listo's cursor; with an empty desde it need
// not wait for that. Positions are never replayed: they come at once, newest of each user.
//
// Closing codes. Come back with backoff: 1001 the process ends, 1009 frame above 32 KiB, 1011 defect, 1012 the gateway
// drains, 1013 tokens cannot be checked now, 4408 the client reads too slowly, 4409 too many sockets (of the user, the
// company or the process). Refresh the token first: 4401 missing, expired or not valid. Sign in again: 4403 revoked,
// suspended, another user's token, or a token without a company. Mend the client: 4400 not a frame, 4429 too many frames.
//
// # Guarantees
//
// Of each event in its audience a client that keeps its cursor gets exactly one, in the order of its stream, over any
// number of sockets, gateways and lost links, unless it was told recargar for the domain. An open socket misses nothing
// either. After any disturbance the newest stored position of each visible user arrives, within 60 s at worst. Nothing
// crosses companies. Audiences are judged by the directory of the moment of sending, also on replay. A token that expired
// ends its socket at that instant, one that was revoked within a second.
//
// # On failure
//
// Without NATS open sockets stay and go on where they were once it is back; a resume that needs the stream ends in
// recargar. Without PostgreSQL positions are live only. A slow client is closed and never waited for. When the process
// stops, sockets are closed over GATEWAY_DRAIN_SPREAD while events still flow. New starts nothing; the service's runner
// starts and ends everything.
package gateway
