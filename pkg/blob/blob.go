// Package blob keeps files that users send, such as photos: outside the database, each in the part of one company.
//
// # Guarantees
//
// When Put returns, the file is whole and durable: written beside its place, synced, renamed, and its folders synced. A file never
// changes. Its name holds the SHA-256 of its content, and a random part that makes it new: two files are never the same, so that
// removing one never takes away another, and a sweep removes nothing that somebody is about to refer to.
//
// A path is made of a company, an owner and a name that are checked, below one folder (os.Root): no id and no symbolic link leads out
// of it, and companies do not meet, also where a file system takes A and a for the same.
//
// # Use
//
// Put the file first, and then write its name into the database in the same transaction as what refers to it. Who dies in between leaves
// a file without a row. Sweep removes those after a day. Remove files after the commit that removed their rows. A caller must not
// commit a name later than a day after its Put.
//
// Folder keeps files in a folder. All replicas of a service need the same one. The package starts no goroutine.
package blob

import (
	"context"
	"errors"
	"io"
	"time"
)

// Errors on which a caller decides.
var (
	// ErrTooLarge: the content has more bytes than the caller allows. Nothing is kept.
	ErrTooLarge = errors.New("the file is larger than allowed")
	// ErrNoFile: there is no such file.
	ErrNoFile = errors.New("no such file")
)

// Owner is what files belong to: a thing of a company, such as a visit. Both are ids: 1 to 64 characters of A-Z, a-z, 0-9, _ and -.
type Owner struct{ Company, Thing string }

// File is a file that is kept.
type File struct {
	// Name names it among those of its owner.
	Name string
	// SHA256 is the hash of its content, in hexadecimal.
	SHA256 string
	Size   int64
}

// Store keeps files. It is safe for concurrent use.
type Store interface {
	// Put keeps what it reads, at most limit bytes. An error of the reader is returned as it is, wrapped. After an error nothing is kept.
	Put(ctx context.Context, of Owner, content io.Reader, limit int64) (File, error)
	// Open returns the content of a file and its size, or ErrNoFile. The caller closes it.
	Open(of Owner, name string) (content io.ReadCloser, size int64, err error)
	// Delete removes a file. One that is not there is no error.
	Delete(of Owner, name string) error
	// Sweep removes the files that were put before an instant of wall time and that known does not return. known gets at most a
	// thousand names of an owner. Several replicas may sweep at once.
	Sweep(ctx context.Context, before time.Time, known func(ctx context.Context, of Owner, names []string) ([]string, error)) (removed int, err error)
}
