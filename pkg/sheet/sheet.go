// Package sheet reads tables that people export from a spreadsheet as CSV (RFC 4180). The package is pure.
//
// What programs write differs by country and program, so Read takes all of it: commas, semicolons (an Excel that writes the
// decimal comma) or tabs between cells, a byte order mark, Excel's line sep=;, line ends of either kind, rows that lack their
// last empty cells, and rows in which every cell is empty. The first row names the columns, in any order, letters and
// language. Text that is not UTF-8 is refused, because nobody can know which letters were meant.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/text"
)

// Columns names the columns that a table may have. The key is the name that the program uses, the values are what people may
// write over the column instead. Name compares them without regard to letters, accents and blanks.
type Columns map[string][]string

// Table is what was read. Its cells are cleaned (text.Clean) and may still hold line breaks.
type Table struct {
	// Has tells which columns the table has.
	Has map[string]bool
	// Ignored are the names over columns that Columns does not name, as they are written.
	Ignored []string
	Rows    []Row
}

// Row is one row below the names of the columns.
type Row struct {
	// Line is where the row begins in the file, counted from 1.
	Line int
	// Cells holds the text of each column that the table has.
	Cells map[string]string
	// Long says that the row has more cells than there are columns: a separator stands inside a text without quotes.
	Long bool
}

// Error says why a file cannot be read as a table.
type Error struct {
	// Code is stable.
	Code string
	// Detail is a sentence for the person who has the file.
	Detail string
	// Line is the line of the file, or 0 when the whole file is concerned.
	Line int
}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// Codes of errors.
const (
	CodeText    = "text_not_unicode"
	CodeNUL     = "text_holds_nul"
	CodeSyntax  = "csv_invalid"
	CodeEmpty   = "csv_empty"
	CodeColumns = "csv_columns"
	CodeLong    = "csv_too_long"
)

// Read reads a file of at most maxRows rows below the first. Its errors are *Error.
func Read(content []byte, columns Columns, maxRows int) (*Table, error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(content) {
		return nil, &Error{CodeText, "The file is not UTF-8 text. In Excel, save it as \"CSV UTF-8\".", lineOfFault(content)}
	}
	if i := bytes.IndexByte(content, 0); i >= 0 {
		return nil, &Error{CodeNUL, "The file holds the character U+0000: it is no text. Save it as CSV.", 1 + bytes.Count(content[:i], []byte("\n"))}
	}
	separator, skipped, content := separatorOf(content)
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator, -1, true
	t := &Table{Has: map[string]bool{}}
	var names []string
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, syntax(err, skipped)
		}
		line, _ := r.FieldPos(0)
		row := Row{Line: line + skipped}
		switch {
		case blank(cells):
		case names == nil:
			if names, err = t.head(cells, columns, row.Line); err != nil {
				return nil, err
			}
		case len(t.Rows) == maxRows:
			return nil, &Error{CodeLong, fmt.Sprintf("The file has more than %d rows. Divide it.", maxRows), row.Line}
		default:
			row.fill(cells, names)
			t.Rows = append(t.Rows, row)
		}
	}
	if len(t.Rows) == 0 {
		return nil, &Error{Code: CodeEmpty, Detail: "The file has no rows. The first row names the columns, and each further row is one entry."}
	}
	return t, nil
}

// head reads the row that names the columns. It returns the name of each column, which is empty for an ignored one.
func (t *Table) head(cells []string, columns Columns, line int) ([]string, error) {
	meant := map[string]string{}
	for name, aliases := range columns {
		meant[Name(name)] = name
		for _, alias := range aliases {
			meant[Name(alias)] = name
		}
	}
	names := make([]string, len(cells))
	for i, cell := range cells {
		name, known := meant[Name(cell)]
		switch {
		case known && t.Has[name]:
			return nil, &Error{CodeColumns, fmt.Sprintf("Two columns are the column %s. Keep one.", name), line}
		case known:
			names[i], t.Has[name] = name, true
		case text.Clean(cell) != "":
			t.Ignored = append(t.Ignored, text.Clean(cell))
		}
	}
	if len(t.Has) == 0 {
		return nil, &Error{CodeColumns, "The first row names no known column. Known are: " + columns.list() + ".", line}
	}
	return names, nil
}

func (r *Row) fill(cells, names []string) {
	r.Cells = make(map[string]string, len(names))
	for i, name := range names {
		if name == "" {
			continue
		}
		r.Cells[name] = ""
		if i < len(cells) {
			r.Cells[name] = text.Clean(cells[i])
		}
	}
	r.Long = len(cells) > len(names) && !blank(cells[len(names):])
}

func blank(cells []string) bool {
	for _, c := range cells {
		if text.Clean(c) != "" {
			return false
		}
	}
	return true
}

func syntax(err error, skipped int) error {
	p, ok := errors.AsType[*csv.ParseError](err)
	if !ok {
		return err
	}
	detail := "A quotation mark stands inside a cell that is not in quotation marks. Put the cell into \"...\" and write its own marks twice."
	if errors.Is(p.Err, csv.ErrQuote) {
		detail = "A cell begins with a quotation mark and does not end with one. Write marks within a cell twice."
	}
	return &Error{CodeSyntax, detail, p.StartLine + skipped}
}

// separatorOf returns what separates the cells: what Excel's first line sep=; says, or else what stands most often in the
// first line that is not empty. It also returns how many lines it took away.
func separatorOf(content []byte) (separator rune, skipped int, rest []byte) {
	first, after, _ := bytes.Cut(content, []byte("\n"))
	hint := bytes.ToLower(bytes.TrimRight(first, "\r"))
	if s, ok := bytes.CutPrefix(hint, []byte("sep=")); ok && len(s) == 1 && strings.ContainsRune(separators, rune(s[0])) {
		return rune(s[0]), 1, after
	}
	separator, most := ',', 0
	for _, s := range separators {
		if n := unquoted(content, byte(s)); n > most {
			separator, most = s, n
		}
	}
	return separator, 0, content
}

const separators = ",;\t"

// unquoted counts a separator in the first line that is not empty, outside quotation marks.
func unquoted(content []byte, separator byte) (n int) {
	quoted := false
	for _, b := range bytes.TrimLeft(content, "\r\n") {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			return n
		case b == separator:
			n++
		}
	}
	return n
}

func lineOfFault(content []byte) int {
	line := 1
	for len(content) > 0 {
		r, size := utf8.DecodeRune(content)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		content = content[size:]
	}
	return line
}
