package sheet

import "strings"

// Guarded returns a cell that a spreadsheet does not take for a formula: text that somebody else wrote gets an apostrophe in front.
// Full-width signs count, because a spreadsheet reads them as the others.
func Guarded(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r\n＝＋－＠") == 0 {
		return "'" + cell
	}
	return cell
}

// Unguarded takes back what Guarded did, so that a file that was exported can be imported.
func Unguarded(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && Guarded(rest) != rest {
		return rest
	}
	return cell
}
