// Package gateway serves the sockets of clients. It sends live positions, alerts, activities and chat, and what a client
// missed while it was away. It knows who is online.
//
// # Rooms
//
//	internal/socket     a client's socket: handshake, token, its recheck, limits, reading, writing, drain
//	internal/protocol   events and their codec, what a client may send, why a socket is closed
//	internal/wire       one WebSocket connection on the network
//	internal/queue      what waits to be written to one socket, bounded
//	internal/relay      when sockets are written, many together, and never waiting for one
//	internal/hub        who is connected, by company, and what each may see; the frontier
//	internal/replay     follows the streams; resume: what a socket missed since its cursor
//	internal/tail       the newest events of each company, from which most resumes are served
//	internal/cursor     the opaque string with which a client resumes
//	internal/live       live events: what other services tell every gateway, and nobody stores
//	internal/forward    what clients ask of other services over a socket
//	internal/positions  live positions, and when and how the newest stored ones are read
//	internal/presence   who is online over all gateways, and whom that is told
//	internal/store      all SQL: when people were last seen, settings of presence
//	internal/api        HTTP: /v1/presence and /v1/presence-settings
//	internal/metrics    the metrics
//
// # Consumes
//
// It reads the replayed streams ALERTS, ACTIVITY and CHAT, each as a whole. It subscribes to
// `_live.>`, and to `{tenant}.tracking.ubicacion.*` for each company that has an open socket, or had one within GATEWAY_LINGER. It reads
// the view tracking.v_latest_position, and the directory, which decides who may see what. It reads ACTIVITY once more (package shifts),
// and activity's views, to learn which positions nobody may see. On `_presence.gateways` it hears who has a connection to which other gateway.
//
// # Emits, stores
//
// To streams nothing. It tells the other gateways who has a connection here, on core NATS, and sends requests to other services
// (GATEWAY_SERVICE_URL). In its schema it keeps when people were last seen, to the minute, and what companies decided about presence. After
// a start it rebuilds all else that it holds.
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
//	tracking:ubicacion the newest position of a user
//	usuario:presencia  {users: [{user_id, state, since, last_seen}], parte, completo}: after listo whom one may see, in parts, which are
//	                   counted from 1; the last has completo. A whole list takes the place of the one before. Part 1 also ends a list of which
//	                   the rest will not come. Without parte it is no list: only whom it names became different
//	usuario:online     {user_id, at}: has a connection to any gateway
//	usuario:offline    {user_id, at, last_seen}: has had none for GATEWAY_PRESENCE_GRACE
//	latido             every latido_s
//	recargar           {dominios}: the client may lack events of these domains and must read them again over HTTP
//	auth:ok            {expira}: the new token is in force
//	error              {code, detail, errors, ref}: ref is the id of the client's frame; errors, if there are any, those of the refusal
//	pong               the answer to ping
//	alerta:panico:ok ... {ref, status, data}: the answer of another service to the client's frame, which had this name without :ok
//	chat:escribiendo   {conversation_id, user_id, until}: somebody writes. A live event: it has no id and is never sent later
//
// What the gateway accepts: auth (also later, with a new token of the same user), reanudar, ping, and what internal/forward sends to other
// services as a request with the socket's token:
//
//	alerta:panico      {key, ...}: POST /v1/alerts/panic
//	chat:mensaje       {conversation_id, key, ...}: POST /v1/conversations/{conversation_id}/messages
//	chat:entregado     {conversation_id, ...}: POST /v1/conversations/{conversation_id}/delivered
//	chat:leido         {conversation_id, ...}: POST /v1/conversations/{conversation_id}/read
//	chat:escribiendo   {conversation_id}: POST /v1/conversations/{conversation_id}/typing
//
// key is the Idempotency-Key, which chat:mensaje needs. The rest of the data is the body; of chat frames, conversation_id and key are no
// part of it. A refusal comes as error, with the service's code, detail and errors. A socket has at most four requests of each of these events on
// their way. They go on when it ends. The messages of a socket are sent one after the other, as they came, and so are its receipts of each
// kind. A socket that has used up its frames may still send five calls for help at once, and one more each second. chat:escribiendo is sent
// at most once in 3 s for each conversation, in at most 16 at once, and never repeated; the rest is dropped without a word, and success has
// no answer.
//
// A client keeps the id of the last frame that had one. The id is an opaque cursor. When the client returns, it sends the
// cursor as `?desde=` or, as soon as the socket is open, in `{"event":"reanudar","data":{"desde":"..."}}`. It then gets
// what it missed, in order, and after that live events. A client that resumes with a frame has 5 s to send it. Until then
// events wait, and frames carry no id, because the client would replace its cursor by that id. A client that does not
// resume begins at the cursor in listo; an empty desde says so at once. Positions are never replayed: the client gets the
// newest of each user at once.
//
// Closing codes. Come back with backoff after 1001 the process ends, 1009 frame above 64 KiB (32 KiB before the token is accepted; send
// what is longer over HTTP), 1011 defect, 1012 the
// gateway drains, 1013 tokens cannot be checked now, 4408 the client reads too slowly, 4409 too many sockets (of the
// user, the company or the process). Refresh the token first after 4401: missing, expired or not valid. Sign in again
// after 4403: revoked, suspended, another user's token, or a token without a company. Correct the client after 4400 not a
// frame, 4429 too many frames.
// A handshake is answered with 503 and no socket while the gateway is not ready, and when too many sockets wait for their
// token (GATEWAY_MAX_PENDING, GATEWAY_ADDRESS_PENDING); sockets that are signed in never count there.
//
// # Guarantees
//
// A client that keeps its cursor gets each event of its audience exactly once, in the order of its stream, over any number
// of sockets, gateways and lost links, unless it was told recargar for the domain. An open socket misses nothing either.
// What a resume brings of conversations is what holds by then: of one that the client has lost meanwhile (retirada), nothing from before; of a
// message that was deleted meanwhile, the deletion in the place of all that it said.
// A power cut can take the end of a stream, and the stream then uses the sequences again: a cursor says which message it is
// behind, and a client whose message is lost is told recargar. After any disturbance the newest stored position of each
// visible user arrives within GATEWAY_SNAPSHOT; if it was stored more than a minute out of order, within ten times that.
// In a company that tracks people in their shifts only, no position outside every known shift of its user is sent. Of a user whose newest
// position is hidden, the newest visible one arrives with the reads of stored positions. The positions that a late shift shows arrive the
// same way, some seconds after its news. What was sent before a shift turned out to have ended earlier is not taken back; who connects later does not get it.
// A live event arrives at most once, and not at a socket that lags or is being resumed.
// Presence is told to who may see the person (package visible), as the directory has it at that moment, without a cursor: it is not replayed.
// Who sees only oneself, as phones do, hears of nobody else. Nobody is said to be offline while a gateway that can be heard has a connection of
// the person, or had one within the grace; where that cannot be known the state is unknown. A gateway that dies leaves nobody online for longer
// than three digests. With the setting on_shift a person outside shifts is hidden, and nothing is told of the person.
// Nothing crosses companies. The directory at the moment of sending decides who is in an audience, also during replay.
// When a token expires, its socket ends at that instant. When a token is revoked or its session ends, the socket ends
// within a second.
//
// # On failure
//
// Until it knows the shifts, the gateway accepts no socket, and it hides the positions of a company that has just begun to hide some.
// Without NATS, open sockets stay, and continue where they were once it is back; a resume that needs the stream ends in
// recargar. Without PostgreSQL, there are only live positions. Heartbeats and the rechecks of open sockets need neither.
// The gateway closes a slow client and never waits for it: what a client does not take at once is written by a goroutine of
// its own, for at most 10 s. When the process stops, it closes the sockets over
// GATEWAY_DRAIN_SPREAD while events still flow. New starts nothing; the service's runner starts and ends everything.
//
// # Memory
//
// All memory is bounded: GATEWAY_QUEUE_BYTES for the queue of a socket, and one write of at most 100 KiB that its client does
// not take; GATEWAY_TAIL_TOTAL_BYTES for all tails together; the positions of 50,000 users for a company; and who is online over all gateways,
// about 150 bytes a person. The gateway ignores events of companies that have no socket here. A frame that is coming in takes up to 64 KiB,
// and up to 32 KiB without a token; those on their way to other services are bounded by the places in internal/forward. An idle socket takes
// about 9 kB.
package gateway
