package talk

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/text"
)

// Words returns the words of texts as they are stored for a search: without accents and capitals, with blanks between them. Points and
// dashes are no part of a word, so that factura finds factura-12.pdf.
func Words(texts ...string) string {
	return strings.Join(strings.FieldsFunc(text.Key(strings.Join(texts, " ")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// leastLetters is how long a word must be to be searched alone, or as the beginning of a word: shorter ones stand in most messages.
const leastLetters = 3

// Query returns what somebody searches in the form of a tsquery of PostgreSQL: all words, of which the last may be the beginning of one if
// it has leastLetters. It is "" when no word has as many.
func Query(typed string) string {
	words := strings.Fields(Words(typed))
	short := func(word string) bool { return utf8.RuneCountInString(word) < leastLetters }
	if !slices.ContainsFunc(words, func(word string) bool { return !short(word) }) {
		return ""
	}
	query := strings.Join(words, " & ")
	if short(words[len(words)-1]) {
		return query
	}
	return query + ":*"
}
