// Package proto is the only vocabulary between services: the messages (terreno/v1), the subjects that carry them
// (subject), the streams that keep them (stream) and who may see them (audience). It holds data and checks, no I/O.
package proto
