// Package proto holds everything that services have in common on the bus: the messages (terreno/v1), the subjects that
// carry them (subject), the streams that store them (stream) and the rule who may see them (audience). It contains data
// and checks, and no I/O.
package proto
