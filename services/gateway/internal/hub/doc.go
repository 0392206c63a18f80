// Package hub passes events and positions to the sockets that may see them.
//
// It has one frontier: for each replayed stream, the sequence of the last event that it passed on. An event moves the
// frontier, enters its company's tail and is queued on every socket of its audience, all under one lock. So a socket that
// attaches at a frontier misses nothing after it and gets nothing twice. Roles and teams come from the directory at that
// moment, never from the token.
//
// A room is a company with an open socket here, or that had one within Config.Linger. It holds the company's tails and
// the newest position of each user. Positions do not belong to a cursor: the room drops an older one, and a new socket
// gets those that it may see.
//
// Nothing here waits for a socket (package queue), and nothing here does I/O. Locks are taken in the order hub, room,
// queue. A hub starts no goroutine; its owner must call Expire regularly.
package hub
