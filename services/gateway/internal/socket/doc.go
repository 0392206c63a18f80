// Package socket is the life of a client's socket: handshake, token, frames in, frames out, end.
//
// A socket has two goroutines: one reads, one writes and closes; a resume is a third one while it lasts. All end before
// the socket counts as gone, and all sockets end before Server.Drain returns. Whoever wants a socket closed, for whatever
// reason and under whatever lock, closes its queue: that never waits. The writer sees it and does the closing handshake.
//
// Times here are wall time.
package socket
