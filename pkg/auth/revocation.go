package auth

import "time"

// A token's iat has whole seconds, so the clock cannot tell a token from a revocation in the same second. The issuer
// keeps two rules that tell them apart. A revocation takes effect at the next whole second. A token issued after the
// revocation carries that second at the earliest; it may lie up to 1 s ahead, which is inside Verify's leeway. A token
// is revoked when its iat is before the instant of the revocation.

// ValidFrom returns the tokens-valid-from instant of a revocation made now. previous is the instant that the last
// revocation set, or zero if there was none. The result is always later than previous. So the second of two revocations
// within one second also ends the tokens issued between them.
func ValidFrom(now, previous time.Time) time.Time {
	next := now.UTC().Truncate(time.Second).Add(time.Second)
	if !next.After(previous) {
		next = previous.UTC().Truncate(time.Second).Add(time.Second)
	}
	return next
}

// IssuedAt returns the iat of a token issued now to a user whose tokens are valid from validFrom.
func IssuedAt(now, validFrom time.Time) time.Time {
	if iat := now.UTC().Truncate(time.Second); iat.After(validFrom) {
		return iat
	}
	return validFrom.UTC()
}
