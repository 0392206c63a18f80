package httpx

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks whose X-Forwarded-For header is trusted. Behind an ingress every request comes from the ingress.
// Without the client's own address, all clients would be throttled as one.
type Proxies []netip.Prefix

// ParseProxies reads a list of networks such as 10.0.0.0/8 and of single addresses.
func ParseProxies(list []string) (Proxies, error) {
	var p Proxies
	for _, text := range list {
		if ip, err := netip.ParseAddr(text); err == nil {
			p = append(p, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, fmt.Errorf("%q is neither a network such as 10.0.0.0/8 nor an address", text)
		}
		p = append(p, network.Masked())
	}
	return p, nil
}

// Client returns the address from which a request comes. That is the address of the connection, unless it belongs to a
// proxy. Then it is the last address in X-Forwarded-For that is not a proxy's. The client itself may have written the
// addresses before that.
func (p Proxies) Client(connection string, forwarded []string) string {
	client := connection
	if at, err := netip.ParseAddrPort(connection); err == nil {
		client = at.Addr().String()
	}
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for _, hop := range slices.Backward(hops) {
		ip, err := parseHop(strings.TrimSpace(hop))
		if !p.has(client) || err != nil {
			break
		}
		client = ip.String()
	}
	return client
}

// Of returns the Client address of a request.
func (p Proxies) Of(r *http.Request) string {
	return p.Client(r.RemoteAddr, r.Header.Values("X-Forwarded-For"))
}

// parseHop reads an address, with the port that some proxies add.
func parseHop(hop string) (netip.Addr, error) {
	if at, err := netip.ParseAddrPort(hop); err == nil {
		return at.Addr(), nil
	}
	return netip.ParseAddr(hop)
}

// Trusts reports whether a connection, given as host:port, comes from one of the proxies.
func (p Proxies) Trusts(connection string) bool {
	at, err := netip.ParseAddrPort(connection)
	return err == nil && p.has(at.Addr().String())
}

func (p Proxies) has(address string) bool {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	ip = ip.Unmap().WithZone("")
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(ip) })
}
