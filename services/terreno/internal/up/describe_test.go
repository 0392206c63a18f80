package up

import "testing"

// The types of the page are made from this description.
func TestTheWholeInterfaceIsDescribed(t *testing.T) {
	t.Parallel()
	doc, err := Describe()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/auth/login", "/v1/positions/latest", "/v1/zones", "/v1/alerts/{id}/acknowledge"} {
		if doc.Paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
}
