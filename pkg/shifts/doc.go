// Package shifts says which positions people may see. A company decides in service activity whether its people are tracked always or only in
// their shifts (on_shift). With on_shift, what was recorded outside every known shift of its user is hidden from everybody, the user
// included. A pause belongs to its shift. An open call for help counts as a shift. Nothing is flagged where positions are stored: whoever
// reads them asks here, so a shift that becomes known late shows what lies in it.
//
// There are two ways to ask. Statements ask the database, which knows every shift that was committed: Where is a condition for rows
// with an instant, and Read gives what package track needs to hide fixes of tracks (Way.Show). Ways reads the tracks of users so that
// nothing hidden is told. All of them read activity's views in the
// statement's own transaction, and of a company that tracks always they read one row that is not there. What happens live asks a
// Book, which keeps the shifts of the last days in memory, of the companies that hide, and follows ACTIVITY. For a company that
// tracks always a Book costs one look into a map.
//
// A Book that is not loaded yet, or that has just heard that a company hides and has not read its shifts, is Unsure: whoever shows
// positions hides them then. OnChange tells when to look again. As long as NATS or the database is away, it keeps what it knows.
package shifts
