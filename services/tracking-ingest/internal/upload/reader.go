package upload

import "strconv"

// reader reads what onePass knows of JSON. Each of its methods that returns ok false may leave at anywhere.
type reader struct {
	body []byte
	at   int
	// words are the activities that were read last. There are few, and each fix has one.
	words words
}

// next passes over blanks and returns the byte that follows, or 0 at the end.
func (r *reader) next() byte {
	for ; r.at < len(r.body); r.at++ {
		switch c := r.body[r.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

// word passes over blanks, and over a word if it follows.
func (r *reader) word(w string) bool {
	if r.next() != w[0] || len(r.body)-r.at < len(w) || string(r.body[r.at:r.at+len(w)]) != w {
		return false
	}
	r.at += len(w)
	return true
}

func (r *reader) null() bool { return r.word("null") }

func (r *reader) isNullOr(read func() bool) bool { return r.null() || read() }

// text returns the inside of a text of printable ASCII without escapes.
func (r *reader) text() (inside []byte, ok bool) {
	if r.next() != '"' {
		return nil, false
	}
	r.at++
	rest := r.body[r.at:]
	for i, c := range rest {
		switch {
		case c == '"':
			r.at += i + 1
			return rest[:i], true
		case c == '\\' || c < ' ' || c > '~':
			return nil, false
		}
	}
	return nil, false
}

// name returns the name of a member, and passes over its colon.
func (r *reader) name() (name []byte, ok bool) {
	if name, ok = r.text(); !ok || r.next() != ':' {
		return nil, false
	}
	r.at++
	return name, true
}

// object reads an object of at least one member. It calls value for each, which has to read the value.
func (r *reader) object(value func(name []byte) bool) bool {
	if r.next() != '{' {
		return false
	}
	r.at++
	for {
		name, ok := r.name()
		if !ok || !value(name) {
			return false
		}
		switch r.next() {
		case ',':
			r.at++
		case '}':
			r.at++
			return true
		default:
			return false
		}
	}
}

type words struct {
	known [8]string
	next  int
}

// of returns a text as a string. It is the string that is already known if there is one.
func (w *words) of(inside []byte) string {
	for _, s := range w.known {
		if s == string(inside) {
			return s
		}
	}
	s := string(inside)
	w.known[w.next%len(w.known)] = s
	w.next++
	return s
}

// Digits of a number that are exact in a float64, and powers of ten that are.
const exactDigits = 15

var exactPowers = [exactDigits + 1]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// maxNumber is how long a number may be. No phone writes a longer one.
const maxNumber = 32

// readFloat reads the JSON number at the beginning of b, to the same float64 as strconv.ParseFloat.
func readFloat(b []byte) (v float64, length int, ok bool) {
	b = b[:min(len(b), maxNumber)]
	i := 0
	if len(b) > 0 && b[0] == '-' {
		i++
	}
	var mantissa uint64 // 32 digits overflow it: then they are more than exactDigits
	first := i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		mantissa = 10*mantissa + uint64(b[i]-'0')
	}
	digits, places := i-first, 0
	if digits == 0 || digits > 1 && b[first] == '0' {
		return 0, 0, false
	}
	if i < len(b) && b[i] == '.' {
		i++
		point := i
		for ; i < len(b) && b[i]-'0' <= 9; i++ {
			mantissa = 10*mantissa + uint64(b[i]-'0')
		}
		if places = i - point; places == 0 {
			return 0, 0, false
		}
	}
	whole := i
	if i < len(b) && b[i]|0x20 == 'e' { // Java writes 8.2E-4
		if i++; i < len(b) && (b[i] == '-' || b[i] == '+') {
			i++
		}
		exponent := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		if i == exponent {
			return 0, 0, false
		}
	}
	if i == maxNumber {
		return 0, 0, false
	}
	if i > whole || digits+places > exactDigits {
		v, err := strconv.ParseFloat(string(b[:i]), 64)
		return v, i, err == nil
	}
	// One division of two exact numbers is rounded once, as ParseFloat rounds.
	v = float64(mantissa) / exactPowers[places]
	if first == 1 {
		v = -v
	}
	return v, i, true
}
