package webhook

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/terreno/terreno/pkg/text"
)

var (
	hostName = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$`)
	// number is the end of a host that some resolvers read as an IPv4 address, such as 127.1, 2130706433, 0177.0.0.1 and 0x7f000001.
	number = regexp.MustCompile(`(^|\.)([0-9]+|0x[0-9a-f]*)$`)
)

// Rules are what the installation decided about where webhooks may point.
type Rules struct {
	// Allowed are networks that may be reached although they are not of the public internet.
	Allowed []netip.Prefix
	// HTTP says that addresses may be http:// too.
	HTTP bool
}

// FaultError says which field of a draft is wrong. Detail continues a sentence that begins with the name of the field. Code is stable, for
// clients that say it in their own words.
type FaultError struct{ Field, Code, Detail string }

// invalid is the code of what needs no words of its own.
const invalid = "validation_failed"

func (e *FaultError) Error() string { return e.Field + " " + e.Detail }

// Draft is what an admin writes of a webhook.
type Draft struct {
	Name, URL string
	// Events are what it wants to be told; all that there are when it is empty.
	Events []string
	Active bool
}

const (
	maxName = 100
	maxURL  = 2048
)

// Clean checks a draft. The error is a FaultError.
func (d Draft) Clean(r Rules) (Draft, error) {
	name, err := text.Line(d.Name, maxName)
	if err != nil {
		return d, &FaultError{"name", invalid, err.Error()}
	}
	d.Name, d.URL = name, strings.TrimSpace(d.URL)
	if code, detail := r.fault(d.URL); code != "" {
		return d, &FaultError{"url", "webhook_url_" + code, detail}
	}
	for _, e := range d.Events {
		if !slices.Contains(Events(), e) {
			return d, &FaultError{"events", invalid, fmt.Sprintf("has %q, which is none of %s", e, strings.Join(Events(), ", "))}
		}
	}
	d.Events = append([]string{}, slices.Compact(slices.Sorted(slices.Values(d.Events)))...)
	return d, nil
}

// fault returns what is wrong with an address, and its code without the prefix webhook_url_; both are empty if nothing is wrong. It judges
// what can be seen without asking anybody. What a name means is judged when a connection is made.
func (r Rules) fault(raw string) (code, detail string) {
	if len(raw) > maxURL {
		return "long", fmt.Sprintf("must have at most %d bytes", maxURL)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return "incomplete", "must be a complete address such as https://example.com/terreno"
	case u.Scheme == "http" && !r.HTTP:
		return "https", "must begin with https://: what is sent must not be read on the way"
	case u.Scheme != "https" && u.Scheme != "http":
		return "https", "must begin with https://"
	case u.User != nil:
		return "user", "must hold no user name and no password: the receiver knows us by the signature"
	case u.Fragment != "" || strings.HasSuffix(raw, "#"):
		return "fragment", "must have no fragment (#...): it is never sent"
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "port", "has a port that is not from 1 to 65535"
		}
	}
	return r.hostFault(u.Hostname())
}

func (r Rules) hostFault(host string) (code, detail string) {
	const ours = "leads to this machine or a private network, not to the internet"
	if a, err := netip.ParseAddr(host); err == nil {
		if Judge(a, r.Allowed) != nil {
			return "private", ours
		}
		return "", ""
	}
	if !hostName.MatchString(host) {
		return "host", "must have a host of letters, digits, hyphens and dots; write other letters in the form xn--"
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if number.MatchString(name) {
		return "number", "has a number for its host: write an address such as 198.51.100.7 with its four parts, or a name"
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		if Judge(netip.AddrFrom4([4]byte{127, 0, 0, 1}), r.Allowed) != nil {
			return "private", ours
		}
	}
	return "", ""
}
