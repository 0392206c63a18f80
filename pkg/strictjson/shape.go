package strictjson

import (
	"bytes"
	"maps"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Shape says which members of an object are read, and what is in them. It is made once and shared. A nil Shape stands for a
// value that nobody reads further: Walk checks only its syntax and its texts.
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

// Object returns the shape of an object of which these members are read.
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

// List returns the shape of a list whose items all have one shape.
func List(items *Shape) *Shape { return &Shape{items: items} }

// Map returns the shape of an object whose names are data. Its names may differ in case alone.
func Map(of *Shape) *Shape { return &Shape{kind: keyed, of: []*Shape{of}} }

// Free returns the shape of a value whose members are read, to any depth, without being declared.
func Free() *Shape {
	s := &Shape{kind: free}
	s.of, s.items = []*Shape{s}, s
	return s
}

// Define makes s the same as o. It is for shapes that contain themselves.
func (s *Shape) Define(o *Shape) { *s = *o }

// find returns the index of a name among the known names. Without an exact match, it returns the index of a name that
// differs in case alone, as encoding/json compares names.
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

// fold appends the one form that all spellings of a name share.
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
