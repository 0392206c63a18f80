// Package cursor says how far a socket is in the replayed streams. A cursor is an opaque string. A client keeps it, and
// gives it back when it resumes. It holds one point for each replayed stream. Nothing in it is secret, and it grants
// nothing: the gateway decides who may see an event when it sends the event.
package cursor

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"slices"
	"time"
)

// ErrInvalid says that a string is not a cursor for the streams of this installation.
var ErrInvalid = errors.New("is not a cursor")

const (
	// Version 1 had no marks. Clients keep cursors over a deploy, so it is still read.
	versionWithoutMarks = 1
	version             = 2
	// maxText is longer than any cursor of eight streams.
	maxText = 200
)

// Point is how far a socket is in one stream.
type Point struct {
	// Epoch tells a stream from another one of the same name, made later.
	Epoch uint32
	// Seq is the last sequence that is behind the socket.
	Seq uint64
	// Mark tells the message at Seq from another one that was stored there later: a power cut can take the end of a stream,
	// and its sequences are then used again. It is 0 when it is not known.
	Mark uint32
}

// Cursor holds a point per replayed stream, in the order of stream.Replayed.
type Cursor []Point

// Epoch is the mark of a stream that was made at an instant.
func Epoch(created time.Time) uint32 { return hash(created) }

// Mark is the mark of a message that was stored at an instant. It is not 0, unless the instant is the zero time.
func Mark(stored time.Time) uint32 {
	if stored.IsZero() {
		return 0
	}
	return max(hash(stored), 1)
}

func hash(at time.Time) uint32 {
	h := fnv.New32a()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(at.UnixNano()))
	_, _ = h.Write(b[:]) // a hash does not fail
	return h.Sum32()
}

// Clone returns a cursor that may be changed.
func (c Cursor) Clone() Cursor { return slices.Clone(c) }

// String is the form that clients keep.
func (c Cursor) String() string { return c.text(version) }

func (c Cursor) text(version byte) string {
	b := make([]byte, 0, maxText)
	b = append(b, version)
	for _, p := range c {
		b = binary.LittleEndian.AppendUint32(b, p.Epoch)
		b = binary.AppendUvarint(b, p.Seq)
		if version != versionWithoutMarks {
			b = binary.LittleEndian.AppendUint32(b, p.Mark)
		}
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// Parse reads what String wrote for this number of streams, in this version or in the one before. It accepts only the
// exact form. The error is ErrInvalid.
func Parse(text string, streams int) (Cursor, error) {
	if len(text) > maxText {
		return nil, ErrInvalid
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) == 0 || b[0] != version && b[0] != versionWithoutMarks {
		return nil, ErrInvalid
	}
	written, b := b[0], b[1:]
	c := make(Cursor, 0, streams)
	for len(b) > 4 && len(c) < streams {
		seq, n := binary.Uvarint(b[4:])
		if n <= 0 {
			return nil, ErrInvalid
		}
		p := Point{Epoch: binary.LittleEndian.Uint32(b), Seq: seq}
		b = b[4+n:]
		if written != versionWithoutMarks {
			if len(b) < 4 {
				return nil, ErrInvalid
			}
			p.Mark, b = binary.LittleEndian.Uint32(b), b[4:]
		}
		c = append(c, p)
	}
	if len(b) != 0 || len(c) != streams || c.text(written) != text {
		return nil, ErrInvalid
	}
	return c, nil
}
