// Package socket runs a client's socket: handshake, token, frames in, frames out, and end.
//
// A socket has two goroutines. One reads; the other writes, and closes the connection. A resume is a third goroutine
// while it lasts. All of them end before the socket counts as gone, and all sockets end before Server.Drain returns. To
// close a socket, for any reason and under any lock, close its queue: that never waits. The writer notices it and does
// the closing handshake.
//
// Times here are wall time.
package socket
