// Package replay brings what the replayed streams hold to the hub, and what a socket missed to the socket.
//
// Each replayed stream is followed whole by one in-order reader (bus.Follow), so an open socket misses nothing when the
// link to NATS is lost: the reader goes on where it was. Messages of companies that have no room here are passed over.
//
// Resume proves that it has everything between a cursor and the frontier, or says `recargar`: it never guesses. What the
// company's tail does not hold is read from the stream's leader, and kept in the tail for the company's other sockets.
//
// Run starts a goroutine per stream and ends them before it returns. A stream that cannot be read is tried again for as
// long as Run runs.
package replay
