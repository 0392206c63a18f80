// Package cursor is the place of a socket in everything that is replayed: an opaque string that a client keeps and gives
// back when it resumes. It holds one point per replayed stream. Nothing in it is secret, and it grants nothing: who may see
// an event is decided when the event is sent.
package cursor

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"time"
)

// ErrInvalid says that a string is not a cursor of this installation's table of streams.
var ErrInvalid = errors.New("is not a cursor")

const (
	version = 1
	// maxText is longer than any cursor of eight streams.
	maxText = 160
)

// Point is how far a socket is in one stream.
type Point struct {
	// Epoch tells a stream from another one of the same name, made later.
	Epoch uint32
	// Seq is the last sequence that is behind the socket.
	Seq uint64
}

// Cursor holds a point per replayed stream, in the order of stream.Replayed.
type Cursor []Point

// Epoch is the mark of a stream that was made at an instant.
func Epoch(created time.Time) uint32 {
	h := fnv.New32a()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(created.UnixNano()))
	_, _ = h.Write(b[:]) // a hash does not fail
	return h.Sum32()
}

// Clone returns a cursor that may be changed.
func (c Cursor) Clone() Cursor { return slices.Clone(c) }

// String is the form that clients keep.
func (c Cursor) String() string {
	b := make([]byte, 0, maxText)
	b = append(b, version)
	for _, p := range c {
		b = binary.LittleEndian.AppendUint32(b, p.Epoch)
		b = binary.AppendUvarint(b, p.Seq)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Parse reads what String wrote for as many streams. Only the exact form is accepted; the error is ErrInvalid.
func Parse(text string, streams int) (Cursor, error) {
	if len(text) > maxText {
		return nil, ErrInvalid
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) == 0 || b[0] != version {
		return nil, ErrInvalid
	}
	b = b[1:]
	c := make(Cursor, 0, streams)
	for len(b) > 4 && len(c) < streams {
		seq, n := binary.Uvarint(b[4:])
		if n <= 0 {
			return nil, ErrInvalid
		}
		c = append(c, Point{Epoch: binary.LittleEndian.Uint32(b), Seq: seq})
		b = b[4+n:]
	}
	if len(b) != 0 || len(c) != streams || c.String() != text {
		return nil, ErrInvalid
	}
	return c, nil
}
