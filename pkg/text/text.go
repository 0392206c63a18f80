// Package text is the one way in which Terreno reads what people type. Texts that look the same become the same. The package
// is pure.
//
// Clean is for any text that a person types on a line. Line is for names, which others read. Fold is for text that is
// compared and looked up. Password changes as little as possible, just enough that two keyboards give the same password.
package text

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Clean removes characters that cannot be seen: zero-width characters, directional marks, soft hyphens and byte order marks.
// It replaces every run of blanks by one ASCII blank, removes blanks at both ends, and composes characters (NFC). Bytes that
// are not UTF-8 stay, and so do line breaks and control characters between other characters. The caller has to refuse them.
func Clean(typed string) string {
	if !utf8.ValidString(typed) {
		return typed
	}
	seen := strings.Map(func(r rune) rune {
		if Invisible(r) {
			return -1
		}
		return r
	}, typed)
	var b strings.Builder
	blank := false
	for _, r := range strings.TrimFunc(seen, isSpace) {
		if isBlank(r) {
			blank = true
			continue
		}
		if blank {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// Line returns a name in the form that others read. It applies Clean. The name must be on one line, hold something visible,
// and have at most maxRunes characters. The error says what is wrong, in words that continue a sentence that begins with the
// name of the field.
func Line(typed string, maxRunes int) (string, error) {
	s := Clean(typed)
	if !utf8.ValidString(s) {
		return "", errors.New("is not valid UTF-8 text")
	}
	if i := strings.IndexFunc(s, breaksLine); i >= 0 {
		r, _ := utf8.DecodeRuneInString(s[i:])
		return "", fmt.Errorf("must be one line of text: take out %U, a line break or control character", r)
	}
	if !strings.ContainsFunc(s, visible) {
		return "", fmt.Errorf("is empty: write 1 to %d characters that can be seen", maxRunes)
	}
	if n := utf8.RuneCountInString(s); n > maxRunes {
		return "", fmt.Errorf("has %d characters: write at most %d", n, maxRunes)
	}
	return s, nil
}

// Fold applies Clean and removes the difference between capital and small letters, and between full-width and other
// characters (RFC 8265, UsernameCaseMapped). Folding a folded text changes nothing.
func Fold(typed string) string {
	s := Clean(typed)
	for range 4 { // a width or a case may come out of another; Unicode's longest chain is two
		next := norm.NFC.String(cases.Fold().String(norm.NFD.String(width.Fold.String(s))))
		if next = Clean(next); next == s {
			break
		}
		s = next
	}
	return s
}

// Password applies the mappings of RFC 8265's OpaqueString, and none of its other rules. Every blank becomes the ASCII
// blank, and characters are composed (NFC).
func Password(typed string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, typed))
}

// Invisible reports whether a character takes no room on the screen. Such a character may still change how others are shown.
func Invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isBlank reports whether a character is a blank within a line. The Braille pattern without dots counts, because it looks
// like a blank.
func isBlank(r rune) bool { return unicode.Is(unicode.Zs, r) || r == '\u2800' }

func isSpace(r rune) bool { return isBlank(r) || unicode.IsSpace(r) }

func breaksLine(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

// visible reports whether a character can be seen by itself. A combining mark without a letter cannot.
func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsMark(r) && !isSpace(r) }

// Prose returns a text of several lines as it is stored: with \n between lines, and without control characters that PostgreSQL
// or a screen cannot take. The error continues a sentence that begins with the name of the field.
func Prose(typed string, maxRunes int) (string, error) {
	s := strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(typed, "\r\n", "\n"), "\r", "\n"))
	s = norm.NFC.String(s)
	for i, r := range s {
		if r == unicode.ReplacementChar && !strings.HasPrefix(s[i:], "\uFFFD") {
			return "", fmt.Errorf("is not valid UTF-8 text")
		}
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return "", fmt.Errorf("holds the control character %U: take it out", r)
		}
	}
	if n := len([]rune(s)); n > maxRunes {
		return "", fmt.Errorf("has %d characters: write at most %d", n, maxRunes)
	}
	return s, nil
}

// Key is what a text is compared by when people search: without capitals, and without accents. So jose finds José, and nunez
// finds Núñez.
func Key(typed string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(Fold(typed)))
	return norm.NFC.String(bare)
}
