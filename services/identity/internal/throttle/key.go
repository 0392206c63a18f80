package throttle

import (
	"crypto/sha256"
	"net/netip"
)

// Key names a counter by a hash, so that the table stores neither logins nor addresses.
type Key struct {
	limit Limit
	hash  [sha256.Size]byte
	// kept says that success takes back one attempt only, instead of all.
	kept bool
}

// Target is the login or account that somebody tries to sign in to. It looks the same for a login that exists and for
// one that does not, so that throttling does not reveal which logins exist.
type Target struct{ hash string }

// Login is a name that somebody may sign in with.
func Login(company, login string) Target { return target("login", company, login) }

// Account is one user, whichever login they sign in with.
func Account(company, id string) Target { return target("account", company, id) }

func target(parts ...string) Target {
	sum := hash(parts...)
	return Target{string(sum[:])}
}

// User counts the attempts of a signed-in user to prove that they know their password. It is separate from Account, so
// that somebody with a stolen token cannot keep its owner from signing in.
func User(company, id string) Key { return key(here, false, "user", company, id) }

// Here counts the attempts on a target from one place. Clients elsewhere cannot exhaust it.
func (t Target) Here(p Place) Key { return key(here, false, "here", t.hash, p.near) }

// Everywhere counts the attempts on a target from all places together, and from the network around the place. Clients
// elsewhere can exhaust these counters, so sign-in skips them at a place where the target is at home (Guard.Known).
func (t Target) Everywhere(p Place) []Key {
	keys := []Key{key(everywhere, true, "everywhere", t.hash)}
	if p.wide != "" {
		keys = append(keys, key(around, true, "around", t.hash, p.wide))
	}
	return keys
}

// Place is where a client is, as far as its address tells. For IPv4 it is the address. For IPv6 it is the /64, which a
// provider gives to one subscriber, and the /48 around it, which a provider gives to a customer with many /64s.
type Place struct{ near, wide string }

// PlaceOf reads an address. An address that it cannot parse is a place of its own.
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

// Logins counts the attempts from a place on all logins together.
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
