// Package hub hands what happens to the sockets that may see it.
//
// It has one frontier: for each replayed stream, the last sequence that was handed on. An event moves the frontier, enters
// its company's tail and is queued on every socket of its audience, all under one lock. So a socket that attaches at a
// frontier misses nothing after it and gets nothing twice. Roles and teams are what the directory says at that moment,
// never what the token says.
//
// A room is a company with an open socket here, or that had one within Config.Linger. It holds the company's tails and
// the newest position of each user. Positions belong to no cursor: an older one is dropped, and whoever joins gets those
// that they may see.
//
// Nothing here waits for a socket (package queue) and nothing here does I/O. Locks are taken in the order hub, room, queue.
// A hub starts no goroutine; somebody calls Expire now and then.
package hub
