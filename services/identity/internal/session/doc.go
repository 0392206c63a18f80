// Package session signs people in and keeps them signed in.
//
// Login takes a login (an e-mail address, a phone or a payroll number) and a password. It begins a family with an access
// token and a refresh token. Everyone can verify the access token alone for some minutes. Only this package can verify the
// refresh token. A refresh replaces both. refresh.go and Judge say when a refresh is refused and how a stolen refresh token
// is found out. The package keeps only hashes of refresh tokens.
//
// A failed login does not reveal whether the login exists: neither the answer, nor its time, nor the throttling tells. Only
// somebody who gives a password that fits users of several companies learns that the login is theirs (ErrCompanyRequired).
//
// A page of the installation's own origin keeps its refresh token in a cookie that no script can read: it asks for that with
// cookie: true at login, and then refreshes and logs out without a body. cookie.go says what other sites cannot do with it.
//
// A session ends by logout, by reuse of a refresh token, or when nobody refreshed for the refresh lifetime. It also ends
// when its user is deactivated, changes role or password, or is revoked. Those changes raise the user's tokens-valid-from,
// which is compared with the start of the family. The package starts no goroutine.
package session
