package webhook

import (
	"errors"
	"fmt"
	"net/netip"
)

// ErrAddress says that an address belongs to this installation, its network or its cloud, or to nobody.
var ErrAddress = errors.New("the address is not one of the public internet")

// nobody are the networks that are not of the public internet, beside those that netip knows. Within 2000::/3, and among the IPv4
// addresses, only what stands here is refused; other IPv6 addresses are all refused.
var nobody = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"240.0.0.0/4",
	"168.63.129.16/32",           // the metadata of Azure, the only one at a public address
	"2001::/23", "2001:db8::/32", // Teredo and other assignments of the protocol; documentation
	"2002::/16", "3fff::/20", // 6to4, which leads to any IPv4 address; documentation
	"2620:4f:8000::/48", // AS112
)

var (
	public6 = netip.MustParsePrefix("2000::/3")
	// nat64 holds an IPv4 address in its last four bytes. A gateway of the network makes a connection to that address.
	nat64 = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(all ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(all))
	for i, p := range all {
		list[i] = netip.MustParsePrefix(p)
	}
	return list
}

// Judge returns ErrAddress for an address that no webhook may reach: loopback, private and link-local networks with the metadata services
// of clouds, carrier-grade NAT, multicast, and all that is reserved. An IPv4 address is judged as itself in whichever IPv6 form it
// comes. allowed are networks that may be reached nevertheless.
func Judge(a netip.Addr, allowed []netip.Prefix) error {
	// A zone says through which interface, so such an address is link-local or a disguise of one.
	if a.Zone() != "" {
		return fmt.Errorf("%w: %s", ErrAddress, a)
	}
	a = a.Unmap()
	for _, p := range allowed {
		if p.Contains(a) {
			return nil
		}
	}
	if nat64.Contains(a) {
		bytes := a.As16()
		return Judge(netip.AddrFrom4([4]byte(bytes[12:])), allowed)
	}
	refused := !a.IsGlobalUnicast() || a.IsPrivate() || a.Is6() && !public6.Contains(a)
	for _, p := range nobody {
		refused = refused || p.Contains(a)
	}
	if refused {
		return fmt.Errorf("%w: %s", ErrAddress, a)
	}
	return nil
}
