// Package replay brings the events of the replayed streams to the hub, and brings a socket the events that it missed.
//
// One in-order reader (bus.Follow) follows each replayed stream as a whole. When the link to NATS is lost, the reader
// goes on where it was, so an open socket misses nothing. The reader passes over messages of companies that have no room
// here.
//
// Resume never guesses. Either it proves that it has everything between a cursor and the frontier, or it says `recargar`.
// It reads from the stream's leader what the company's tail does not hold. The tail keeps this for the company's other
// sockets.
//
// Run starts a goroutine for each stream and ends them before it returns. While a stream cannot be read, Run tries again.
package replay
