// Package positions brings each room the positions of its company.
//
// Live positions come through one core subscription for each room, which stores nothing. So the newest positions of a
// room are also read from PostgreSQL: at once when somebody joins whose positions were not read yet, soon after the
// subscription may have lost something, and from time to time in any case. Reads are small, spread in time, and only a
// few run at once for all rooms. A read asks only for positions that were stored since the last read, of users whom
// somebody in the room may see. The first read for somebody who joins goes before all other reads.
//
// A read selects positions by the time at which they were received. Positions are stored nearly in that order, but not
// exactly. So a read repeats the last minute before the newest position that it knows (Config.Overlap), and each tenth
// read asks for everything. So a position that did not come live arrives within Config.Every if it was stored in order,
// and within ten times that in any case.
//
// Open starts the subscription of a room, which ends with the feed. Run starts the reads and ends them before it returns.
// Close ends what is left of the rooms; call it after the last socket has left. While PostgreSQL cannot be read, there
// are only live positions. While NATS is away, positions are as old as the last read.
package positions
