package throttle

import "testing"

func TestKeys(t *testing.T) {
	t.Parallel()
	same := [][2]string{{"203.0.113.7", "::ffff:203.0.113.7"}, {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9"}}
	for _, pair := range same {
		if Address(pair[0]) != Address(pair[1]) {
			t.Errorf("%s and %s count apart", pair[0], pair[1])
		}
	}
	differ := [][2]string{{"203.0.113.7", "203.0.113.8"}, {"2001:db8:1:2::1", "2001:db8:1:3::1"}, {"odd", "odder"}}
	for _, pair := range differ {
		if Address(pair[0]) == Address(pair[1]) {
			t.Errorf("%s and %s count together", pair[0], pair[1])
		}
	}
	if Login("acme", "ana") == Login("beta", "ana") || Login("acme", "ana") == User("acme", "ana") {
		t.Error("two companies, or a login and a user id, count together")
	}
}
