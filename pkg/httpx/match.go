package httpx

import "strings"

// Matches says whether the header If-None-Match names an ETag (RFC 9110, section 13.1.2): then the answer is 304 without a body. tag has
// its quotes.
func Matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimPrefix(strings.TrimSpace(part), "W/"); part == tag || part == "*" {
			return true
		}
	}
	return false
}
