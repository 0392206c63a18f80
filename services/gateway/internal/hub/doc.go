// Package hub hands what happens to the sockets that may see it.
//
// It has one frontier: the last sequence of each replayed stream that every socket of this gateway was judged for. An
// event moves the frontier, enters its stream's tail and is queued on every socket of its audience under one lock, so a
// socket that attaches at a frontier misses nothing after it and gets nothing twice. Roles and teams are the directory's
// at that moment, never the token's.
//
// Positions belong to no cursor. Each room, a company with at least one open socket here, keeps the newest position of
// each user: an older one is dropped, and whoever joins gets those that they may see.
//
// Nothing here waits for a socket (package queue) and nothing here does I/O. Locks are taken in the order hub, room, queue.
// A hub starts no goroutine; Config.Opened may, and is told when to end it.
package hub
