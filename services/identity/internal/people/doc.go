// Package people keeps companies, their users and teams, and serves them over HTTP.
//
// Rules: user.go and company.go are pure; With says what a change makes of a user or company, or refuses it
// (RefusalError). Store applies it: one company's changes are made one at a time, each in one transaction with its news
// (news.go), so that what holds between rows, such as that an admin is left, holds after every commit.
//
// Who may: an admin everything in its company; a supervisor reads itself, the users of its teams and those teams; a
// colaborador reads itself and its teams; everyone changes its own password and signs itself out. A platform admin keeps
// companies and makes admins in them. What somebody may not see is answered as if it were not there.
//
// The package starts no goroutine.
package people
