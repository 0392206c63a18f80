package upload

import "strings"

const notANumber = `"NaN"`

// quoteLiterals replaces bare NaN and Infinity, which printf and careless encoders write, by a string that says that the
// value is not a number. found is false when there was none. The text then needs no second reading.
func quoteLiterals(body []byte) (quoted []byte, found bool) {
	quoted = make([]byte, 0, len(body)+256)
	inString := false
	for i := 0; i < len(body); {
		c := body[i]
		if inString && c == '\\' && i+1 < len(body) {
			quoted = append(quoted, c, body[i+1])
			i += 2
			continue
		}
		if !inString {
			if n := literal(body[i:]); n > 0 {
				quoted = append(quoted, notANumber...)
				i += n
				found = true
				continue
			}
		}
		if c == '"' {
			inString = !inString
		}
		quoted = append(quoted, c)
		i++
	}
	return quoted, found
}

// literal returns the length of the literal that stands at the beginning of b, or 0.
func literal(b []byte) int {
	const longest = len("-Infinity")
	n := 0
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		n++
	}
	// Stop after the longest literal. Otherwise a megabyte of letters would be read again from each of its letters.
	for n < len(b) && n <= longest && isLetter(b[n]) {
		n++
	}
	if isNotFinite(string(b[:n])) {
		return n
	}
	return 0
}

func isNotFinite(s string) bool {
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return strings.EqualFold(s, "nan") || strings.EqualFold(s, "inf") || strings.EqualFold(s, "infinity")
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
