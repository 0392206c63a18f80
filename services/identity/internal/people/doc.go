// Package people keeps companies, their users and teams, and serves them over HTTP.
//
// Rules: user.go and company.go are pure. With says what a change makes of a user or company, or refuses it (RefusalError).
// import.go judges a file of many users in the same way, line by line.
// Store applies the change. It makes one company's changes one at a time, each in one transaction with its news (news.go).
// Rules that span several rows, such as that an admin is left, therefore hold after every commit.
//
// Permissions: an admin may do everything in its company. A supervisor reads itself, the users of its teams and those teams.
// A colaborador reads itself and its teams. Everyone changes its own password and signs itself out. A platform admin manages
// companies and creates admins in them. A request for something that the reader may not see is answered as if it did not
// exist.
//
// The package starts no goroutine.
package people
