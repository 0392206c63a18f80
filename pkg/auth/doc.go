// Package auth verifies access tokens: JWT signed with EdDSA, checked by every service on its own.
//
// It guarantees that a token which Verify accepts was signed by a configured issuer with a key of that issuer's JWKS,
// named by the token's kid; that iss, aud, exp and iat are there and hold, and nbf if present; that subject, company and
// teams are tokens (proto/subject) and the role is one of the four; that an issuer bound to a company speaks for that
// company alone; and that the directory does not know the token as revoked. Anything else is an *Error with a stable code.
//
// Keys are fetched when first needed, again when a kid is unknown (at most every 10 s) and every 5 minutes while in use.
// A fetch runs in a goroutine of its own that ends within 10 s, at most one per issuer. While an issuer cannot be
// reached, the keys last seen stay good; with none at all Verify fails with ErrUnavailable, which is not the caller's
// fault. An issuer must publish a key at least 10 s before it signs with it.
//
// All times are wall time.
package auth
