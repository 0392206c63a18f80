package strictjson

import (
	"bytes"
	"fmt"
)

// maxDepth is the maximum depth of encoding/json.
const maxDepth = 10_000

// Walk checks a JSON text. It calls found with each error, in the order of the text. Walk returns the members of the
// outermost object that its shape knows. Their values are as they stand in the text, and a repeated member has its last
// value. An error is a *SyntaxError. The findings before it do not count.
func Walk(text []byte, shape *Shape, found func(Finding)) (members map[string][]byte, err error) {
	w := walker{text: text, found: found}
	if shape != nil && len(shape.names) > 0 {
		w.members = make(map[string][]byte, len(shape.names))
	}
	w.space()
	w.value(shape)
	w.space()
	if w.err == nil && w.at < len(text) {
		w.fail("something follows the value")
	}
	if w.err != nil {
		return nil, w.err
	}
	return w.members, nil
}

type walker struct {
	text    []byte
	at      int
	path    []Step
	depth   int
	nul     int // the byte, from 1, of a U+0000 in the string that was read last; 0 is none
	members map[string][]byte
	found   func(Finding)
	err     error
}

func (w *walker) fail(what string) {
	if w.err == nil {
		w.err = &SyntaxError{Offset: w.at, What: what}
	}
}

func (w *walker) unexpected(wanted string) {
	switch {
	case w.at >= len(w.text):
		w.fail("the text ends where " + wanted + " is due")
	case w.text[w.at] >= ' ' && w.text[w.at] <= '~':
		w.fail(fmt.Sprintf("there is %q where %s is due", w.text[w.at:w.at+1], wanted))
	default:
		w.fail(fmt.Sprintf("there is the byte 0x%02X where %s is due", w.text[w.at], wanted))
	}
}

// peek returns the next byte. At the end of the text it returns 0, which is never valid between values.
func (w *walker) peek() byte {
	if w.at < len(w.text) {
		return w.text[w.at]
	}
	return 0
}

func (w *walker) space() {
	for w.at < len(w.text) {
		switch w.text[w.at] {
		case ' ', '\t', '\r', '\n':
			w.at++
		default:
			return
		}
	}
}

func (w *walker) value(shape *Shape) {
	switch c := w.peek(); {
	case c == '{' || c == '[':
		if w.depth++; w.depth > maxDepth {
			w.fail("the values are nested too deep: the depth is over 10,000")
			return
		}
		if c == '{' {
			w.object(shape)
		} else {
			w.list(shape)
		}
		w.depth--
	case c == '"':
		_, fault := w.quoted(false)
		w.judgeText(fault)
	case c == '-' || isDigit(c):
		w.number()
	case c == 't':
		w.literal("true")
	case c == 'f':
		w.literal("false")
	case c == 'n':
		w.literal("null")
	default:
		w.unexpected("a value")
	}
}

func (w *walker) literal(word string) {
	if !bytes.HasPrefix(w.text[w.at:], []byte(word)) {
		w.unexpected("a value")
		return
	}
	w.at += len(word)
}

func (w *walker) number() {
	if w.peek() == '-' {
		w.at++
	}
	if w.peek() == '0' {
		w.at++
	} else {
		w.digits()
	}
	if w.peek() == '.' {
		w.at++
		w.digits()
	}
	if c := w.peek(); c == 'e' || c == 'E' {
		w.at++
		if c := w.peek(); c == '+' || c == '-' {
			w.at++
		}
		w.digits()
	}
}

func (w *walker) digits() {
	if !isDigit(w.peek()) {
		w.unexpected("a digit")
	}
	for w.at < len(w.text) && isDigit(w.text[w.at]) {
		w.at++
	}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (w *walker) list(shape *Shape) {
	var items *Shape
	if shape != nil {
		items = shape.items
	}
	w.at++
	w.space()
	if w.peek() == ']' {
		w.at++
		return
	}
	for i := 0; w.err == nil; i++ {
		w.path = append(w.path, Step{Index: i})
		w.value(items)
		w.path = w.path[:len(w.path)-1]
		if !w.more(']') {
			return
		}
	}
}

// more reports whether a comma, and so another item, follows. Otherwise the closing byte must follow.
func (w *walker) more(closing byte) bool {
	if w.err != nil {
		return false
	}
	w.space()
	switch w.peek() {
	case ',':
		w.at++
		w.space()
		return true
	case closing:
		w.at++
	default:
		w.unexpected(fmt.Sprintf("a comma or %q", string(closing)))
	}
	return false
}

func (w *walker) object(shape *Shape) {
	w.at++
	w.space()
	if w.peek() == '}' {
		w.at++
		return
	}
	var seen names
	for w.err == nil {
		w.member(shape, &seen)
		if !w.more('}') {
			return
		}
	}
}

func (w *walker) member(shape *Shape, seen *names) {
	if w.peek() != '"' {
		w.unexpected("the name of a member, in quotes,")
		return
	}
	name, fault := w.quoted(true)
	if w.space(); w.err != nil || w.peek() != ':' {
		w.unexpected("a colon")
		return
	}
	w.at++
	w.space()
	w.path = append(w.path, Step{Index: -1})
	of := w.judge(name, fault, shape, seen)
	start := w.at
	w.value(of)
	w.path = w.path[:len(w.path)-1]
	if len(w.path) == 0 && w.members != nil {
		if at, exact, _ := shape.find(name); exact {
			w.members[string(shape.names[at])] = w.text[start:w.at]
		}
	}
}

// judge checks the name of a member, writes the name into the path and returns the shape of the member's value.
func (w *walker) judge(name []byte, fault string, shape *Shape, seen *names) (of *Shape) {
	step := &w.path[len(w.path)-1]
	report := func(code, detail string) {
		w.found(Finding{Code: code, Detail: detail, Path: w.path})
	}
	switch {
	case shape == nil, shape.kind == known && len(shape.names) == 0:
		step.Name = name
	case shape.kind == known:
		at, exact, ok := shape.find(name)
		if !ok {
			step.Name = name
			break
		}
		step.Name, of = shape.names[at], shape.of[at]
		if !exact {
			report(CodeCase, fmt.Sprintf("The member %s is written %s here. Write it as %s.", step.Name, shown(name), step.Name))
		} else if seen.add(at) {
			report(CodeRepeated, fmt.Sprintf("The member %s stands twice in one object. Send it once.", step.Name))
		}
	default:
		step.Name, of = name, shape.of[0]
		if seen.addName(name, shape.kind == free) {
			report(CodeRepeated, fmt.Sprintf("The member %s stands twice in one object, in this spelling or another. Send it once.", shown(step.Name)))
		}
	}
	if fault != "" || w.nul > 0 {
		step.Name = name
		w.judgeText(fault)
	}
	return of
}

// judgeText reports what is wrong with the string that was read last.
func (w *walker) judgeText(fault string) {
	if fault != "" {
		w.found(Finding{Code: CodeText, Detail: fault, Path: w.path})
	}
	if w.nul > 0 {
		detail := fmt.Sprintf(`The text holds the character \u0000, at byte %d of the body. Leave it out.`, w.nul)
		w.found(Finding{Code: CodeNUL, Detail: detail, Path: w.path})
	}
}

// names are the names of one object that the walk has met so far.
type names struct {
	known  [maxKnown / 64]uint64 // by index
	others map[string]struct{}
}

func (n *names) add(at int) (again bool) {
	word, bit := &n.known[at/64], uint64(1)<<(at%64)
	again = *word&bit != 0
	*word |= bit
	return again
}

func (n *names) addName(name []byte, anyCase bool) (again bool) {
	if anyCase {
		name = fold(nil, name)
	}
	if _, again = n.others[string(name)]; again {
		return true
	}
	if n.others == nil {
		n.others = map[string]struct{}{}
	}
	n.others[string(name)] = struct{}{}
	return false
}
