// Package summary knows what each day came to.
package summary
