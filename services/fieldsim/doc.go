// Package fieldsim is the people in the field, for demonstrations and for load: phones that replay a real day of a fleet
// over HTTP, with the faults that real phones have (hours without signal and one big upload after them, late and
// out-of-order uploads, the same upload twice, the same fix in two). It is a client: it consumes and emits nothing on the
// bus, stores nothing, serves nothing, and shares nothing with the services but their HTTP contract.
//
// Two ways to play, by Config.Mode. "clock" follows the domain clock for ever: the trace's time of day, in the trace's own
// offset from UTC, is laid on the clock's current day, and begins again the next day. Started in mid-day it goes on from
// now; of the past it sends only what a phone that is offline now would have kept. "fast" sends the trace once, in the
// file's order, as fast as the server takes it; the server's clock must be past the played day, or it will reject
// positions as being from the future.
//
// Guarantees: an upload is repeated until the server acknowledges it, however long that takes, and beside the planned
// repeats nothing is sent twice that was acknowledged. An upload that the server will never take (400, 413, 415, 422) is
// given up, counted and logged. What a phone had not got acknowledged when the process ended is gone: phones live in
// memory. The same Config plays the same uploads.
//
// Beside Config and New, which every service exports, it exports Replay with its Report for tests and for load from the
// command line: the report's ledger has every acknowledged position, to be compared with what is stored.
//
// The service has one runner; it starts a goroutine for each phone and ends when all of them have.
package fieldsim
