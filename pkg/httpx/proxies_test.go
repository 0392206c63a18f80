package httpx_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

func TestClientIsTheLastThatIsNoProxy(t *testing.T) {
	t.Parallel()
	p, err := httpx.ParseProxies([]string{"10.0.0.0/8", "::1", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		connection string
		forwarded  []string
		want       string
	}{
		"direct":                     {"203.0.113.7:4711", nil, "203.0.113.7"},
		"direct, with a forgery":     {"203.0.113.7:4711", []string{"198.51.100.1"}, "203.0.113.7"},
		"one proxy":                  {"10.1.2.3:80", []string{"203.0.113.7"}, "203.0.113.7"},
		"forgery before a proxy":     {"10.1.2.3:80", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		"two proxies":                {"10.1.2.3:80", []string{"203.0.113.7", "10.9.9.9"}, "203.0.113.7"},
		"a proxy that says nothing":  {"10.1.2.3:80", nil, "10.1.2.3"},
		"a proxy that says nonsense": {"10.1.2.3:80", []string{"203.0.113.7, unknown"}, "10.1.2.3"},
		"a hop with its port":        {"10.1.2.3:80", []string{"203.0.113.7:4711, 10.9.9.9:80"}, "203.0.113.7"},
		"an IPv6 hop with its port":  {"10.1.2.3:80", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		"all are proxies":            {"[::1]:80", []string{"10.0.0.1"}, "10.0.0.1"},
		"mapped IPv4":                {"[::ffff:10.1.2.3]:80", []string{"2001:db8::1"}, "2001:db8::1"},
		"a unix socket":              {"@", []string{"203.0.113.7"}, "@"},
	} {
		if got := p.Client(tc.connection, tc.forwarded); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
	if _, err := httpx.ParseProxies([]string{"10.0.0.0/8", "everyone"}); err == nil {
		t.Error("nonsense is accepted as a network")
	}
}

// A customer has up to 65,536 IPv6 networks, and an IPv4 address may be written in two ways.
func TestTheAddressesOfOneSubscriberAreOneParty(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.9": "203.0.113.9", "::ffff:203.0.113.9": "203.0.113.9", "2001:db8:1:2:3:4:5:6": "2001:db8:1::/48", "2001:db8:1:ffff::9": "2001:db8:1::/48",
		"fe80::1%eth0": "fe80::/48", "@": "@",
	} {
		if got := httpx.AddressParty(address); got != want {
			t.Errorf("%s is %s, want %s", address, got, want)
		}
	}
}
