// Package distance says how far a person went on a day, when the person moved, and where the person stopped. It has no I/O
// and no clock: the same fixes give the same report, whatever the order, the number of parts or the repetitions in which
// they came.
//
// A sum of the legs between fixes is too long, because the error of each fix adds to it (Ranacher et al. 2016, IJGIS
// 30(2)). It also grows while a phone lies still: the error of a phone is not white, it wanders. So the package does this:
//
//  1. One device counts at a time (device.go). A fix with an accuracy worse than 100 m is dropped. One without an accuracy
//     gets 25 m. A fix that the last one could only reach faster than the limit is dropped, unless three follow one another.
//  2. It measures how far the phone's position wanders on this day (wander.go). So a phone that claims a better accuracy
//     than it has does not travel while it lies still.
//  3. A leg counts as a move when the displacement in a window of 30, 60 or 180 s is large for that wander (moves.go).
//  4. Moves at 5 s or less a fix are smoothed: Rauch, Tung and Striebel 1965, constant velocity (smooth.go).
//  5. A move is measured from anchor to anchor, each as far from the next as their accuracies need (legs.go). A leg of 10 s
//     or more is the integral of the speeds that the phone reports, if they agree with the positions.
//
// More than 30 min or 5 km between two fixes is a gap. Nobody knows the way there: it is a straight line in GapM and never in
// DistanceM.
//
// Day takes time n log n in the number of fixes, and memory in proportion to it.
package distance
