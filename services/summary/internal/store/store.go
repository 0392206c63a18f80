// Package store holds all SQL statements of summary.
package store

// Schema is the name of the schema with the tables.
const Schema = "summary"
