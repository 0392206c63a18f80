// Package text is the one way in which what people type is read: what looks the same is the same. It is pure.
//
// Clean is for whatever a person types on a line. Line is for names, which others read. Fold is for what is compared and
// looked up. Password changes as little as makes one password of what two keyboards send.
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

// Clean takes away what cannot be seen (zero-width characters, directional marks, soft hyphens, byte order marks), makes an
// ASCII blank of every run of blanks, takes them away at the ends, and composes (NFC). Bytes that are not UTF-8, line breaks
// and controls between other characters stay, for the caller to refuse.
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

// Line returns a name as others read it: Clean, on one line, with something to see, of at most maxRunes characters. The
// error says what is wrong, to go on after the name of the field.
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

// Fold is Clean without the difference between capital and small letters, and between full-width and other characters
// (RFC 8265, UsernameCaseMapped). Folding twice is folding once.
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

// Password is RFC 8265's OpaqueString as far as it maps: every blank is the ASCII blank, and characters are composed (NFC).
func Password(typed string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Zs, r) {
			return ' '
		}
		return r
	}, typed))
}

// Invisible says that a character takes no room on the screen, though it may change how others are shown.
func Invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isBlank is a blank within a line. The Braille pattern without dots is one to the eye.
func isBlank(r rune) bool { return unicode.Is(unicode.Zs, r) || r == '\u2800' }

func isSpace(r rune) bool { return isBlank(r) || unicode.IsSpace(r) }

func breaksLine(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

// visible is something to see by itself, which a mark on nothing is not.
func visible(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsMark(r) && !isSpace(r) }
