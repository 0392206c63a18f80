package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func TestASignatureAsADocumentSaysIt(t *testing.T) {
	t.Parallel()
	body := []byte(`{"id":"d1"}`)
	mac := hmac.New(sha256.New, []byte("whsec_x"))
	mac.Write([]byte("1772971200." + string(body)))
	want := "t=1772971200,v1=" + hex.EncodeToString(mac.Sum(nil))
	if got := Sign(noon, body, "whsec_x"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	both := Sign(noon, body, "new", "whsec_x")
	if strings.Count(both, ",v1=") != 2 || !strings.HasSuffix(both, strings.TrimPrefix(want, "t=1772971200")) {
		t.Errorf("with two secrets %s", both)
	}
	if a, b := NewSecret(), NewSecret(); a == b || len(a) < 50 {
		t.Errorf("secrets %s %s", a, b)
	}
}

func TestDrafts(t *testing.T) {
	t.Parallel()
	for address, field := range map[string]string{
		"https://example.com": "", "https://example.com:8443/a/b?token=x": "", "https://8.8.8.8/": "", "https://[2606:4700::1]/": "",
		"": "url", "example.com": "url", "https://": "url", "https:example.com": "url", "http://example.com": "url", "ftp://example.com": "url",
		"file:///etc/passwd": "url", "gopher://example.com": "url", "https://user:pass@example.com": "url", "https://user@example.com": "url",
		"https://example.com/#part": "url", "https://example.com:0/": "url", "https://example.com:70000/": "url", "https://exa mple.com/": "url",
		"https://localhost/": "url", "https://LOCALHOST./": "url", "https://a.localhost/": "url", "https://127.0.0.1/": "url", "https://[::1]/": "url",
		"https://[::ffff:169.254.169.254]/latest/meta-data": "url", "https://169.254.169.254/": "url", "https://10.0.0.1": "url",
		"https://[fe80::1%25eth0]/": "url", "https://example.com/" + strings.Repeat("a", 2048): "url", "https://:443/": "url",
	} {
		_, err := Draft{Name: "n", URL: address}.Clean(Rules{})
		f, _ := errors.AsType[*FaultError](err)
		if (field == "") != (err == nil) || f != nil && f.Field != field {
			t.Errorf("%.60q: %v", address, err)
		}
	}
	for address, code := range map[string]string{
		"example.com": "incomplete", "http://example.com": "https", "ftp://example.com": "https", "https://u@example.com": "user", "https://example.com/#a": "fragment",
		"https://example.com:0": "port", "https://10.0.0.1": "private", "https://localhost": "private", "https://münchen.example": "host", "https://127.1": "number",
		"https://example.com/" + strings.Repeat("a", 2048): "long",
	} {
		_, err := Draft{Name: "n", URL: address}.Clean(Rules{})
		if f, ok := errors.AsType[*FaultError](err); !ok || f.Code != "webhook_url_"+code {
			t.Errorf("%.60q: %+v, want %s", address, f, code)
		}
	}
	if _, err := (Draft{Name: "n", URL: "http://127.0.0.1:1/"}).Clean(Rules{HTTP: true, Allowed: prefixes("127.0.0.0/8")}); err != nil {
		t.Errorf("what the installation allows: %v", err)
	}
	if _, err := (Draft{Name: " ", URL: "https://example.com"}).Clean(Rules{}); err == nil {
		t.Error("a webhook without a name")
	}
	if _, err := (Draft{Name: "n", URL: "https://example.com", Events: []string{"alerta.nueva", "nothing"}}).Clean(Rules{}); err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Errorf("an event that does not exist: %v", err)
	}
	d, err := Draft{Name: " Central  de monitoreo ", URL: " https://example.com ", Events: []string{"alerta.nueva", "alerta.cerrada", "alerta.nueva"}}.Clean(Rules{})
	if err != nil || d.Name != "Central de monitoreo" || d.URL != "https://example.com" || strings.Join(d.Events, " ") != "alerta.cerrada alerta.nueva" {
		t.Errorf("%+v %v", d, err)
	}
}

// What some resolver, or the client's own, reads as an address of this machine is no name.
func TestHostsInDisguise(t *testing.T) {
	t.Parallel()
	for _, host := range []string{
		"127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F.1", "0177.0.0.1", "127.0.0.1.", "10.0.0.256", "0x", "0", "example.127.1",
		"LOCALHOST", "localhost.", "a.localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
		"[fe80::1%25eth0]", "[fd00:ec2::254]", "169.254.169.254", "１２７.0.0.1", "127。0。0。1", "ⓛocalhost", "münchen.example", "exa mple.com", "exa%6Dple.com",
		"example..com", ".example.com", "a,b.example.com", "example.com:0", "example.com:65536", "example.com:x", "user@example.com", "user:pw@example.com",
		`example.com\@127.0.0.1`, "", ":443",
	} {
		if d, err := (Draft{Name: "n", URL: "https://" + host + "/x"}).Clean(Rules{}); err == nil {
			t.Errorf("%q is taken: %+v", host, d)
		}
	}
	for _, host := range []string{"example.com", "example.com.", "EXAMPLE.com:8443", "xn--mnchen-3ya.example", "a_b.example.com", "8.8.8.8", "[2606:4700::1]:443", "7-eleven.example", "1.example", "e0x1"} {
		if _, err := (Draft{Name: "n", URL: "https://" + host + "/x"}).Clean(Rules{}); err != nil {
			t.Errorf("%q is refused: %v", host, err)
		}
	}
	if _, err := (Draft{Name: "n", URL: "https://example.com/" + strings.Repeat("x", maxURL)}).Clean(Rules{}); err == nil {
		t.Error("a very long address is taken")
	}
}

func FuzzDraft(f *testing.F) {
	for _, seed := range []string{"https://example.com", "https://[::1]", "https://0x7f.1/", "https://a@b", "//x", "https://127.0.0.1:99999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		d, err := Draft{Name: "n", URL: address}.Clean(Rules{})
		if err == nil && (!strings.HasPrefix(strings.ToLower(d.URL), "https://") || strings.Contains(d.URL, "#")) {
			t.Errorf("%q is an address", address)
		}
	})
}

func TestDelaysGrowAndObey(t *testing.T) {
	t.Parallel()
	least, most := time.Duration(0), time.Duration(0)
	for attempt := 1; attempt < MaxAttempts; attempt++ {
		low, high := Delay(attempt, 0, 0), Delay(attempt, 0, 0.999999)
		if low != 10*time.Second || high > low+longestDelay || high < Delay(max(attempt-1, 1), 0, 0.9) {
			t.Errorf("attempt %d: %v to %v", attempt, low, high)
		}
		least, most = least+low, most+high
	}
	if least < time.Minute || most > 2*time.Hour {
		t.Errorf("all attempts take %v to %v", least, most)
	}
	if Delay(1, 5*time.Minute, 0.5) != 5*time.Minute || Delay(1, 100*time.Hour, 0) != time.Hour || Delay(1, time.Second, 0) != 10*time.Second || Delay(1000, 0, 0) != 10*time.Second {
		t.Error("a wait that the server asked for")
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	got, err := Body("d1", EventRaised, "acme", "alert/a1", noon, json.RawMessage(`{"id":"a1"}`))
	if want := `{"id":"d1","event":"alerta.nueva","company":"acme","ref":"alert/a1","created_at":"2026-03-08T12:00:00.000Z","data":{"id":"a1"}}`; err != nil || string(got) != want {
		t.Errorf("%s %v", got, err)
	}
	if _, err := Body("d1", EventRaised, "acme", "", noon, json.RawMessage(`"`+strings.Repeat("x", MaxBody)+`"`)); err == nil {
		t.Error("a body of more than 64 kB")
	}
	if Known("nothing") || !Known(EventTest) || !Known(EventEscalated) {
		t.Error("events")
	}
}
