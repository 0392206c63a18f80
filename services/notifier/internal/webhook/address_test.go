package webhook

import (
	"errors"
	"net/netip"
	"testing"
)

func TestOnlyThePublicInternetIsReached(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
		"100.100.100.200", "100.127.255.255", "169.254.169.254", "169.254.170.2", "192.0.0.192", "192.0.2.1", "192.88.99.1", "198.18.0.1",
		"198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0",
		"2606:4700::1%eth0", "fec0::1", "ff02::1", "5f00::1", "4000::1",
	} {
		if err := Judge(netip.MustParseAddr(bad), nil); !errors.Is(err, ErrAddress) {
			t.Errorf("%s may be reached: %v", bad, err)
		}
	}
	for _, good := range []string{
		"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "168.63.129.17", "223.255.255.255",
		"::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1", "2a00:1450:4001::1",
	} {
		if err := Judge(netip.MustParseAddr(good), nil); err != nil {
			t.Errorf("%s may not be reached: %v", good, err)
		}
	}
}

func TestWhatTheInstallationAllows(t *testing.T) {
	t.Parallel()
	allowed := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd00:1::/32")}
	for a, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "64:ff9b::a01:203": true, "fd00:1::5": true, "10.2.0.1": false, "127.0.0.1": false, "fd00:2::5": false,
	} {
		if got := Judge(netip.MustParseAddr(a), allowed) == nil; got != want {
			t.Errorf("%s: %v", a, got)
		}
	}
}

// Whatever an address looks like, an IPv4 address is never judged better in an IPv6 form than as itself.
func FuzzAnAddressInAnotherForm(f *testing.F) {
	f.Add(uint8(127), uint8(0), uint8(0), uint8(1))
	f.Add(uint8(8), uint8(8), uint8(8), uint8(8))
	f.Fuzz(func(t *testing.T, a, b, c, d uint8) {
		plain := netip.AddrFrom4([4]byte{a, b, c, d})
		mapped := netip.AddrFrom16(plain.As16())
		through := netip.AddrFrom16([16]byte{0, 0x64, 0xff, 0x9b, 12: a, 13: b, 14: c, 15: d})
		if want := Judge(plain, nil) == nil; (Judge(mapped, nil) == nil) != want || (Judge(through, nil) == nil) != want {
			t.Errorf("%s is judged %v, otherwise in another form", plain, want)
		}
	})
}
