package talk

import (
	"strings"
	"unicode"

	"github.com/terreno/terreno/pkg/text"
)

// Words returns the words of texts as they are stored for a search: without accents and capitals, with blanks between them. Points and
// dashes are no part of a word, so that factura finds factura-12.pdf.
func Words(texts ...string) string {
	return strings.Join(strings.FieldsFunc(text.Key(strings.Join(texts, " ")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// Query returns what somebody searches in the form of a tsquery of PostgreSQL: all words, of which the last may be the beginning of one. It
// is "" when there is no word.
func Query(typed string) string {
	words := strings.Fields(Words(typed))
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, " & ") + ":*"
}
