package throttle

import (
	"crypto/sha256"
	"net/netip"
)

// Key names a counter without keeping what it counts: neither logins nor addresses are stored.
type Key struct {
	limit Limit
	hash  [sha256.Size]byte
	// kept says that success takes back one attempt instead of all.
	kept bool
}

// Login counts attempts to sign in as somebody. It is the same for a login that exists and one that does not, so that
// being throttled tells nothing either.
func Login(company, login string) Key {
	return Key{limit: account, hash: sha256.Sum256([]byte("login\x00" + company + "\x00" + login))}
}

// Account counts attempts to sign in as one user, by whatever name. It is not User: whoever holds a stolen token must not
// keep its owner from signing in.
func Account(company, id string) Key {
	return Key{limit: account, hash: sha256.Sum256([]byte("account\x00" + company + "\x00" + id))}
}

// User counts attempts by somebody signed in to prove that the password is theirs.
func User(company, id string) Key {
	return Key{limit: account, hash: sha256.Sum256([]byte("user\x00" + company + "\x00" + id))}
}

// Address counts a client's attempts, an IPv6 client's by its /64, which is what one subscriber is given. An address
// that cannot be read counts as itself.
func Address(text string) Key {
	if ip, err := netip.ParseAddr(text); err == nil {
		ip = ip.Unmap().WithZone("")
		if text = ip.String(); ip.Is6() {
			text = netip.PrefixFrom(ip, 64).Masked().String()
		}
	}
	return Key{limit: address, hash: sha256.Sum256([]byte("address\x00" + text)), kept: true}
}
