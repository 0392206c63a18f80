package httpx

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// checkAddress refuses an address that holds anything but text: bytes that are not UTF-8, and NUL, which PostgreSQL would
// refuse later as a server error. It also refuses a query with a broken escape, because huma would read it as empty.
func checkAddress(u *url.URL) error {
	if !isText(u.Path) {
		return badAddress("path", notText)
	}
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(rawName)
		if err != nil || !isText(name) {
			return badAddress("query", notText)
		}
		switch value, err := url.QueryUnescape(rawValue); {
		case err != nil:
			return badAddress("query."+name, "has a % that begins no escape: write % as %25")
		case !isText(value):
			return badAddress("query."+name, notText)
		}
	}
	return nil
}

const notText = "holds bytes that are not UTF-8, or a NUL"

func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func badAddress(location, message string) error {
	return Problem(http.StatusBadRequest, "address_invalid", "The address holds bytes that are not text. Write it in UTF-8, and escape what is no letter, digit or one of -._~.", Field(location, message))
}
