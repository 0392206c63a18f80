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

// Target is what attempts are made on. It is the same kind of thing for a login that exists and one that does not, so that
// being throttled tells nothing either.
type Target struct{ hash string }

// Login is a name that somebody may sign in with.
func Login(company, login string) Target { return target("login", company, login) }

// Account is one user, by whatever name.
func Account(company, id string) Target { return target("account", company, id) }

func target(parts ...string) Target {
	sum := hash(parts...)
	return Target{string(sum[:])}
}

// User counts attempts by somebody signed in to prove that the password is theirs. It is not Account: whoever holds a stolen
// token must not keep its owner from signing in.
func User(company, id string) Key { return key(here, false, "user", company, id) }

// Here counts the attempts on a target from one place. Nobody elsewhere can exhaust it.
func (t Target) Here(p Place) Key { return key(here, false, "here", t.hash, p.near) }

// Everywhere counts the attempts on a target from all places together, and from the network around the place. Somebody
// elsewhere can exhaust them, so they are not asked where the target is at home (Guard.Known).
func (t Target) Everywhere(p Place) []Key {
	keys := []Key{key(everywhere, true, "everywhere", t.hash)}
	if p.wide != "" {
		keys = append(keys, key(around, true, "around", t.hash, p.wide))
	}
	return keys
}

// Place is where a client is, as far as its address tells: an IPv4 address, or the /64 that one IPv6 subscriber is given
// and the /48 around it, which is what somebody who owns many /64 is given.
type Place struct{ near, wide string }

// PlaceOf reads an address. One that cannot be read is a place of its own.
func PlaceOf(address string) Place {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return Place{near: address}
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return Place{near: ip.String()}
	}
	network := func(bits int) string { return netip.PrefixFrom(ip, bits).Masked().String() }
	return Place{near: network(64), wide: network(48)}
}

// Logins counts a place's attempts on whatever logins.
func (p Place) Logins() []Key {
	keys := []Key{key(address, true, "address", p.near)}
	if p.wide != "" {
		keys = append(keys, key(network, true, "address", p.wide))
	}
	return keys
}

func key(l Limit, kept bool, parts ...string) Key {
	return Key{limit: l, kept: kept, hash: hash(parts...)}
}

func hash(parts ...string) [sha256.Size]byte {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part)) // so that parts are told apart whatever is in them
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}
