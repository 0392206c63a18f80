// Package load measures a whole installation: it starts `terreno up` with a private PostgreSQL and an embedded NATS server
// in a folder of its own, puts load on it from its own process, and prints what all servers together cost: CPU seconds for
// a million positions, deliveries or reads. CPU time says more than wall time on a machine with other work.
//
// Each scenario (scenario.go) gets a fresh copy of the same installation, which has three companies and nothing stored. So
// a scenario measures the same alone and among others. The work of a scenario is fixed, not its time: two versions that are
// compared do the same. Earlier figures stand in earlier.csv.
//
// What is counted: the process of terreno and all its descendants, by /proc, from the first request until everything is
// stored, read or delivered. What is not: the generator, and the connection on which this package asks PostgreSQL how much
// is stored. /proc exists on Linux alone; elsewhere the figures of CPU and memory are missing.
//
// Everything that the package starts ends with Run.
package load
