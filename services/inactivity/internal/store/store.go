// Package store holds all SQL statements of inactivity.
package store

// Schema is the name of the schema with the tables.
const Schema = "inactivity"
