package track

import (
	"encoding/binary"
	"math/bits"
)

// bitmap is a bit for each fix; an empty one is all zero.
type bitmap []byte

func (b bitmap) has(i int) bool { return len(b) > 0 && b[i>>3]>>(i&7)&1 != 0 }

func (b bitmap) count() (n int) {
	for _, c := range b {
		n += bits.OnesCount8(c)
	}
	return n
}

func bitmapLen(fixes int) int { return (fixes + 7) / 8 }

// fits says whether the bitmap has a bit for each fix and no other.
func (b bitmap) fits(fixes int) bool {
	if len(b) == 0 {
		return true
	}
	return len(b) == bitmapLen(fixes) && (fixes&7 == 0 || b[len(b)-1]>>(fixes&7) == 0)
}

// column reads the numbers of a packed field one after the other. After a number that cannot be read it is broken and returns 0.
type column struct {
	rest   []byte
	broken bool
}

func (c *column) next() uint64 {
	if len(c.rest) > 0 && c.rest[0] < 0x80 { // most differences
		v := uint64(c.rest[0])
		c.rest = c.rest[1:]
		return v
	}
	if len(c.rest) > 1 && c.rest[1] < 0x80 {
		v := uint64(c.rest[0]&0x7f) | uint64(c.rest[1])<<7
		c.rest = c.rest[2:]
		return v
	}
	v, n := binary.Uvarint(c.rest)
	if n <= 0 {
		c.rest, c.broken = nil, true
		return 0
	}
	c.rest = c.rest[n:]
	return v
}

// sums reads as many differences as dst has room for, and writes the numbers that they add up to. It returns false if there are not
// exactly so many. It reads the one and the two bytes of most differences itself, which is where decoding spends its time.
func sums(b []byte, dst []int64) bool {
	var v int64
	at := 0
	for i := range dst {
		var u uint64
		switch {
		case at < len(b) && b[at] < 0x80:
			u = uint64(b[at])
			at++
		case at+1 < len(b) && b[at+1] < 0x80:
			u = uint64(b[at]&0x7f) | uint64(b[at+1])<<7
			at += 2
		default:
			var n int
			if u, n = binary.Uvarint(b[at:]); n <= 0 {
				return false
			}
			at += n
		}
		v += unzigzag(u)
		dst[i] = v
	}
	return at == len(b)
}

// ended says whether exactly all numbers were read.
func (c *column) ended() bool { return !c.broken && len(c.rest) == 0 }

func zigzag(v int64) uint64 { return uint64(v<<1) ^ uint64(v>>63) }

func unzigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }
