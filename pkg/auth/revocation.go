package auth

import "time"

// A token's iat has whole seconds, so a token and a revocation of the same second cannot be told apart by the clock.
// They are told apart by these two rules, which the issuer keeps: a revocation takes effect at the next whole second,
// and a token issued after it carries that second at the earliest (it may lie up to 1 s ahead, inside Verify's leeway).
// A token is revoked when its iat is before the instant.

// ValidFrom returns the tokens-valid-from instant of a revocation now, when the last one set previous (zero: none). It
// is always later than previous, so that a token issued between two revocations of one second falls to the second.
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
