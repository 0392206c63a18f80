// Package track reads and writes positions in the one format in which they travel and are stored: terreno.v1.Track, a
// protobuf message whose columns are packed and delta-coded. Nothing else knows the columns.
//
// A track is a part of what one device of one user recorded: fixes in the order of their instants, of which no two are
// equal. A message of TRACKING carries one, with the fixes of one upload. PostgreSQL stores the same bytes, and later joins
// small tracks into larger ones.
//
// Rounding. A value becomes the nearest multiple of its unit, and a value half way between two goes away from zero (as
// math.Round does). The units: an instant 1 ms (cut, as time.Time.UnixMilli does), a coordinate 1e-7 degrees (11 mm of
// latitude), accuracy and altitude 0.1 m, speed 0.01 m/s, bearing 0.1 degrees, battery 1 %. Half a unit is the largest error.
//
// Absence is presence that is missing, never a magic number. A fix says of each optional field whether it has a value. It says
// of accuracy and mock also whether the device reported something that nobody can read.
//
// Of two fixes of a device with the same instant the one that was received first counts, and of two that were received in the
// same millisecond the one whose values are smaller. So the same fixes read the same in whatever order, and in whatever parts,
// they were stored.
//
// Who reads fixes for people, or judges by them, does so by package shifts (Ways), which leaves out what nobody may see; or asks it what
// people may see of the user, and hands that to Way.Show.
//
// Forward compatible: a reader passes over fields that it does not know. For one release, Decode also reads PositionBatch, the
// form of messages before Track.
package track
