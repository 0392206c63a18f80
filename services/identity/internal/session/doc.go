// Package session signs people in and keeps them signed in.
//
// Login takes an e-mail address, a phone or a payroll number and a password and begins a family: an access token, which
// everyone can verify alone for some minutes, and a refresh token, which only this package knows. A refresh gives both
// anew; refresh.go and Judge say when it is refused, and how a stolen refresh token is found out. Of refresh tokens only
// hashes are kept.
//
// Whoever fails to sign in learns nothing: neither from the answer, nor its time, nor from being throttled, whether a
// login exists. Only who knows the password of several companies' users is told that a login is theirs
// (ErrCompanyRequired).
//
// A session ends by logout, by reuse of a refresh token, when nobody refreshed for the refresh lifetime, and when its
// user is deactivated, changes role or password, or is revoked: those raise the user's tokens-valid-from, which is
// compared with the family's beginning. The package starts no goroutine.
package session
