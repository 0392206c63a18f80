// Package positions brings each room its company's positions.
//
// They come live by a core subscription per room, which keeps nothing. So a room's newest positions are also read from
// PostgreSQL: at once when somebody comes whose positions were not read yet, shortly after whenever the subscription may
// have lost something, and now and then in any case. Reads are few at a time over all rooms, spread in time, and small:
// a read asks only for what was stored since the last one, and only for the users whose positions somebody in the room
// may see. A first picture goes before all other reads.
//
// What a read goes by is when a position was received. Positions are stored nearly in that order and not quite: a read
// therefore asks again for the last minute before the newest that it knows (Config.Overlap), and each tenth read asks for
// everything. So a position that did not come live arrives within Config.Every if it was stored in order, and within ten
// times that in any case.
//
// Open starts the subscription of a room, which ends with the feed. Run starts the reads and ends them before it returns.
// Close ends what is left of the rooms, and comes after the last socket has left. While PostgreSQL cannot be read positions are live only; while NATS cannot be heard they
// are as old as the last read.
package positions
