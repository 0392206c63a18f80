// Package inactivity knows who went silent.
package inactivity
