package clientjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// writer appends members of an object as encoding/json writes them, without reflection. Each of its methods is given the
// member's name with all that stands before its value.
type writer struct {
	to  []byte
	err error
}

func (w *writer) flag(name string, v bool) {
	w.to = strconv.AppendBool(append(w.to, name...), v)
}

func (w *writer) instant(name string, v Instant) {
	w.to = v.appendJSON(append(w.to, name...))
}

func (w *writer) text(name, v string) {
	w.to = append(w.to, name...)
	if isPlain(v) {
		w.to = append(append(append(w.to, '"'), v...), '"')
		return
	}
	var quoted bytes.Buffer
	escape := json.NewEncoder(&quoted)
	escape.SetEscapeHTML(false)
	_ = escape.Encode(v) // a string never fails
	w.to = append(w.to, bytes.TrimSuffix(quoted.Bytes(), []byte("\n"))...)
}

// isPlain says whether a text stands between quotes as it is.
func isPlain(s string) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		if c < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError || r == '\u2028' || r == '\u2029' { // which JavaScript once took for the end of a line
			return false
		}
		i += n
	}
	return true
}

func (w *writer) short(name string, v *float32) {
	if v != nil {
		w.float(name, float64(*v), 32)
	}
}

// float writes the shortest number that reads as the same, as ECMAScript does: with an exponent when it is very small or large.
func (w *writer) float(name string, v float64, bits int) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		w.err = fmt.Errorf("the number %v", v)
		return
	}
	w.to = append(w.to, name...)
	size := math.Abs(v)
	small, large := size < 1e-6, size >= 1e21
	if bits == 32 {
		small, large = float32(size) < 1e-6, float32(size) >= 1e21
	}
	if size == 0 || !small && !large {
		w.to = strconv.AppendFloat(w.to, v, 'f', -1, bits)
		return
	}
	w.to = strconv.AppendFloat(w.to, v, 'e', -1, bits)
	if n := len(w.to); w.to[n-4] == 'e' && w.to[n-3] == '-' && w.to[n-2] == '0' { // e-09 becomes e-9
		w.to[n-2] = w.to[n-1]
		w.to = w.to[:n-1]
	}
}

// appendJSON appends the instant in quotes.
func (i Instant) appendJSON(to []byte) []byte {
	at := i.Time()
	year, month, day := at.Date()
	if year < 0 || year > 9999 {
		layout := `"2006-01-02T15:04:05Z"`
		if i%1000 != 0 {
			layout = `"2006-01-02T15:04:05.000Z"`
		}
		return at.AppendFormat(to, layout)
	}
	hour, minute, second := at.Clock()
	to = append(to, '"')
	to = digits(digits(to, year/100), year%100)
	to = digits(append(to, '-'), int(month))
	to = digits(append(to, '-'), day)
	to = digits(append(to, 'T'), hour)
	to = digits(append(to, ':'), minute)
	to = digits(append(to, ':'), second)
	if i%1000 != 0 {
		ms := at.Nanosecond() / 1e6
		to = digits(append(to, '.', byte('0'+ms/100)), ms%100)
	}
	return append(to, 'Z', '"')
}

// digits appends a number below 100 as two digits.
func digits(to []byte, n int) []byte { return append(to, byte('0'+n/10), byte('0'+n%10)) }
