package strictjson

import (
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// quoted reads past a JSON string. fault is a sentence that says what is wrong with the string as text. When keep is set,
// inside is the content of the string with its escapes replaced.
func (w *walker) quoted(keep bool) (inside []byte, fault string) {
	w.at++
	w.nul = 0
	start := w.at
	for w.at < len(w.text) {
		c := w.text[w.at]
		switch {
		case c == '"':
			inside = w.text[start:w.at]
			w.at++
			return inside, fault
		case c == '\\':
			return w.escaped(keep, start, fault)
		case c < ' ':
			w.control()
			return nil, ""
		case c < utf8.RuneSelf:
			w.at++
		default:
			fault = w.rune(fault)
		}
	}
	w.unexpected("the closing quote of a text")
	return nil, ""
}

func (w *walker) control() {
	w.fail(fmt.Sprintf("a text holds the control character 0x%02X as it is; write it as an escape such as \\n", w.text[w.at]))
}

// rune reads past a character of more than one byte.
func (w *walker) rune(fault string) string {
	r, n := utf8.DecodeRune(w.text[w.at:])
	if r == utf8.RuneError && n == 1 && fault == "" {
		fault = fmt.Sprintf("The text is not UTF-8: byte %d of the body is 0x%02X. Send text as UTF-8.", w.at+1, w.text[w.at])
	}
	w.at += n
	return fault
}

// escaped continues reading a string from its first escape.
func (w *walker) escaped(keep bool, start int, fault string) (inside []byte, _ string) {
	if keep {
		inside = append(make([]byte, 0, 64), w.text[start:w.at]...)
	}
	for w.at < len(w.text) {
		c := w.text[w.at]
		switch {
		case c == '"':
			w.at++
			return inside, fault
		case c == '\\':
			var r rune
			r, fault = w.escape(fault)
			if w.err != nil {
				return nil, ""
			}
			if keep {
				inside = utf8.AppendRune(inside, r)
			}
		case c < ' ':
			w.control()
			return nil, ""
		case c < utf8.RuneSelf:
			w.at++
			if keep {
				inside = append(inside, c)
			}
		default:
			from := w.at
			fault = w.rune(fault)
			if keep {
				inside = append(inside, w.text[from:w.at]...)
			}
		}
	}
	w.unexpected("the closing quote of a text")
	return nil, ""
}

// escape reads past one escape, or past the two escapes of a surrogate pair.
func (w *walker) escape(fault string) (rune, string) {
	w.at++
	c := w.peek()
	if c == 'u' {
		return w.unicode(fault)
	}
	w.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), fault
	case 'b':
		return '\b', fault
	case 'f':
		return '\f', fault
	case 'n':
		return '\n', fault
	case 'r':
		return '\r', fault
	case 't':
		return '\t', fault
	}
	w.at--
	w.unexpected(`one of "\/bfnrtu`)
	return 0, ""
}

func (w *walker) unicode(fault string) (rune, string) {
	from := w.at
	r, ok := hex4(w.text[w.at+1:])
	if !ok {
		w.at++
		w.unexpected("a group of four hexadecimal digits")
		return 0, ""
	}
	w.at += 5
	if r == 0 && w.nul == 0 {
		w.nul = from
	}
	if !utf16.IsSurrogate(r) {
		return r, fault
	}
	if rest := w.text[w.at:]; len(rest) > 1 && rest[0] == '\\' && rest[1] == 'u' {
		if low, ok := hex4(rest[2:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				w.at += 6
				return pair, fault
			}
		}
	}
	if fault == "" {
		fault = fmt.Sprintf(`The text has half of a surrogate pair, \%s, at byte %d of the body. Send whole characters.`, w.text[from:from+5], from)
	}
	return utf8.RuneError, fault
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		if !isDigit(c) && (c|0x20 < 'a' || 'f' < c|0x20) {
			return 0, false
		}
	}
	n, err := strconv.ParseUint(string(b[:4]), 16, 16)
	return rune(n), err == nil
}
