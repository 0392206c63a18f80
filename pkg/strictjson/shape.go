package strictjson

import (
	"bytes"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Shape says which members of an object are read, and what is in them. It is made once and shared. A nil Shape is a value
// that nobody looks into: only its syntax and its texts are checked.
type Shape struct {
	names [][]byte // sorted
	of    []*Shape // by the index of names
	items *Shape
	kind  kind
}

type kind uint8

const (
	known kind = iota // an object with the members named; others are passed over
	keyed             // the names are data
	free              // whoever reads it chooses names without regard to case
)

const maxKnown = 256

// Object is an object of which these members are read.
func Object(members map[string]*Shape) *Shape {
	s := &Shape{}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		s.names = append(s.names, []byte(name))
		s.of = append(s.of, members[name])
	}
	if len(members) > maxKnown {
		panic("strictjson: an object of more members than are told apart")
	}
	return s
}

// List is a list of things of one shape.
func List(items *Shape) *Shape { return &Shape{items: items} }

// Map is an object whose names are data: they may differ in case alone.
func Map(of *Shape) *Shape { return &Shape{kind: keyed, of: []*Shape{of}} }

// Free is a value whose members are not declared and yet are read, to any depth.
func Free() *Shape {
	s := &Shape{kind: free}
	s.of, s.items = []*Shape{s}, s
	return s
}

// Define makes s what o is. It is for shapes that contain themselves.
func (s *Shape) Define(o *Shape) { *s = *o }

// find returns the place of a name among those known, or of the one that differs from it in case alone, as encoding/json
// compares them.
func (s *Shape) find(name []byte) (at int, exact, found bool) {
	for i, n := range s.names {
		if string(n) == string(name) {
			return i, true, true
		}
	}
	for i, n := range s.names {
		if bytes.EqualFold(n, name) {
			return i, false, true
		}
	}
	return 0, false, false
}

// fold appends a name in the form that all its spellings share.
func fold(to, name []byte) []byte {
	for len(name) > 0 {
		if c := name[0]; c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			to = append(to, c)
			name = name[1:]
			continue
		}
		r, n := utf8.DecodeRune(name)
		next := unicode.SimpleFold(r)
		for next > r {
			r, next = next, unicode.SimpleFold(next)
		}
		to = utf8.AppendRune(to, next)
		name = name[n:]
	}
	return to
}
