// Package socket runs a client's socket: handshake, token, frames in, frames out, and end.
//
// An idle socket has one goroutine, with a small stack, that waits for the client's next frame. A frame is served on another
// one, which then starts a new wait. The relay's goroutines write what is in the socket's queue; they never wait for a
// client. Three things have a goroutine of their own while they last: a write that the client does not take at once, a
// resume, and the end of the socket. All of them end before the socket counts as gone, and all sockets end before
// Server.Drain returns.
//
// To close a socket, for any reason and under any lock, close its queue: that never waits. The relay notices it, and the
// socket does its closing handshake.
//
// Times here are wall time.
package socket
