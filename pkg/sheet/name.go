package sheet

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/terreno/terreno/pkg/text"
)

// Name folds what people write over a column, or as one of a few words: "Número de nómina" and "NUMERO_DE_NOMINA" are both
// "numerodenomina". Only letters and digits are left.
func Name(typed string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, norm.NFD.String(text.Fold(typed)))
}

func (c Columns) list() string { return strings.Join(slices.Sorted(maps.Keys(c)), ", ") }
