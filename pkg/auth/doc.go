// Package auth verifies access tokens: JWT signed with EdDSA, checked by every service on its own.
//
// Verify guarantees the following of a token that it accepts. A configured issuer signed it with the key of that
// issuer's JWKS that the token's kid names. The claims iss, aud, exp and iat are present and hold, and nbf holds if
// present. The subject, company and teams are tokens in the sense of proto/subject, and the role is one of the four. An
// issuer that is bound to a company speaks for that company alone. The directory does not know the token as revoked. For
// any other token Verify returns an *Error with a stable code.
//
// The verifier fetches keys when it first needs them, again when a kid is unknown (at most every 10 s), and every 5
// minutes while they are in use. Each fetch runs in its own goroutine, which ends within 10 s. There is at most one
// fetch per issuer at a time. While an issuer cannot be reached, the keys fetched last stay good. If there are none at
// all, Verify fails with ErrUnavailable, which is not the caller's fault. An issuer must publish a key at least 10 s
// before it signs with it.
//
// The verifier checks the signature of a token once while the token is in use. It keeps what the token said, under a hash of
// the whole token, in bounded memory. Every request still compares the token with the clock, with the issuer's present keys
// and with the directory. So a token ends as soon as the verifier learns that its key is withdrawn or replaced.
//
// All times are wall time.
package auth
