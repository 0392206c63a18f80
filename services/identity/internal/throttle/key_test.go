package throttle

import "testing"

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"203.0.113.7", "::ffff:203.0.113.7"}, {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9"}} {
		if PlaceOf(pair[0]) != PlaceOf(pair[1]) {
			t.Errorf("%s and %s count apart", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"203.0.113.7", "203.0.113.8"}, {"2001:db8:1:2::1", "2001:db8:1:3::1"}, {"odd", "odder"}} {
		if PlaceOf(pair[0]) == PlaceOf(pair[1]) {
			t.Errorf("%s and %s count together", pair[0], pair[1])
		}
	}
	one, other, far := PlaceOf("2001:db8:1:2::1"), PlaceOf("2001:db8:1:3::1"), PlaceOf("2001:db8:2:2::1")
	if one.Logins()[0] == other.Logins()[0] || one.Logins()[1] != other.Logins()[1] || one.Logins()[1] == far.Logins()[1] {
		t.Error("a /64 and its /48 are not counted as such")
	}
	ana := Login("acme", "ana")
	if ana.Everywhere(one)[0] != ana.Everywhere(far)[0] || ana.Everywhere(one)[1] != ana.Everywhere(other)[1] || ana.Everywhere(one)[1] == ana.Everywhere(far)[1] {
		t.Error("a login is not counted by /48 and everywhere")
	}
	if ana.Here(one) == Login("beta", "ana").Here(one) || ana.Here(one) == Account("acme", "ana").Here(one) || ana.Here(one) == ana.Here(other) {
		t.Error("two companies, a login and an account, or two places count together")
	}
	if Login("a\x00b", "c").Here(one) == Login("a", "b\x00c").Here(one) {
		t.Error("a NUL in a company makes it another's login")
	}
}
