// Package fieldsim simulates people in the field, for demonstrations and load tests. Its phones replay a real day of a
// fleet over HTTP, with the faults of real phones: hours without signal and then one big upload, late uploads, uploads out
// of order, the same upload twice, and the same fix in two uploads. It is only a client of the services, over HTTP. It does not
// use the bus, stores nothing and serves nothing.
//
// Config.Mode selects one of two ways to replay:
//
//   - "clock" follows the domain clock for ever. Each fix is sent at its time of day, in the trace's own offset from UTC,
//     and the trace begins again each day. When the process starts during the day, the phones continue from the current
//     time. From earlier times they send only the fixes that a phone without signal at that moment would still hold, or, with an
//     office, everything since the beginning of yesterday.
//   - "fast" sends the trace once, in the order of the file, as fast as the server accepts it. The server's clock must be
//     past the replayed day, or the server rejects positions as being from the future.
//
// In mode clock, an office plans five visits a day for each phone, at places where the trace has it at that time, and the phones
// begin and end shifts, and accept, reach and complete the visits. A few forget something, so that the close of the day has work. A few
// fall silent each day at noon: one breaks, one has no network, one battery is flat, one user withdraws the permission. At the start
// the office plans yesterday too, and has it summed up once the phones have sent it. Three of four phones keep a socket of the
// gateway open while they send, so their people are seen to be connected.
//
// Guarantees: A phone repeats an upload until the server acknowledges it, however long that takes. Except for the planned
// repeats, it sends no acknowledged upload again. When the server will never accept an upload (400, 413, 415, 422), the
// phone gives it up, counts it and logs it. Phones live in memory, so uploads without an acknowledgement are lost when the
// process ends. The same Config produces the same uploads.
//
// Beside Config and New, which every service exports, the package exports Replay and Report, for tests and for load tests
// from the command line. The report's ledger holds every acknowledged position, so a test can compare it with the stored
// positions.
//
// Package load, beside it, measures what a whole installation costs under the load of many phones and sockets. It is for
// `make bench-system` alone.
//
// The service has one runner. It starts one goroutine per phone and ends when all of them have ended.
package fieldsim
