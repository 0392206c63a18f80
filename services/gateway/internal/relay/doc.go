// Package relay brings what NATS and PostgreSQL have to the hub, and what a socket missed to the socket.
//
// Each replayed stream is followed whole by one in-order reader (bus.Follow), so an open socket misses nothing when the
// link to NATS is lost: the reader goes on where it was. Positions come by a core subscription per company with an open
// socket, which keeps nothing; so the company's newest positions are also read from PostgreSQL, when its room opens, twice
// shortly after, whenever the subscription may have lost something, and every minute.
//
// Resume proves that it has everything between a cursor and the frontier, or says `recargar`: it never guesses.
//
// Run starts a goroutine per stream and ends them before it returns. A room's opening starts one per company, which ends
// when the room closes; Close waits for the last. A stream that cannot be read is tried again for as long as Run runs.
package relay
