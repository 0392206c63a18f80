package trackingingest_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// raw begins a request on a connection of its own: the header, and so much of a body.
func (w *world) raw(t *testing.T, request, token string, body string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s", request, token, body); err != nil {
		t.Fatal(err)
	}
	return c
}

// answered reads the answer to a raw request.
func answered(t *testing.T, c net.Conn) answer {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(apptest.Patience)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{Status: resp.StatusCode, Header: resp.Header, Text: string(text)}
}

// running is how many requests of a class hold a place.
func (w *world) running(t *testing.T, class string) (n float64) {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "http_requests_running" && m.GetLabel()[0].GetValue() == class {
				n += m.GetGauge().GetValue()
			}
		}
	}
	return n
}

// besiege has n readers ask for the newest positions while the database answers nobody, and wants phones to be served
// meanwhile, each reader to be answered 503, and all to be well once release lets the database go on.
func besiege(t *testing.T, w *world, n int, release func()) {
	t.Helper()
	boss := claims("acme", "boss", audience.RoleAdmin)
	token := w.issuer.Token(t, boss)
	readers := make([]net.Conn, n)
	for i := range readers {
		readers[i] = w.raw(t, "GET /v1/positions/latest", token, "\r\n")
	}
	apptest.Until(t, func() bool { return w.running(t, "reads") > 100 }) // at most 256: half of the places, which is acme's part
	for _, company := range []string{"acme", "globex"} {
		w.accept(t, worker(company, "ana"), upload("d", at(noon)), 1, 0)
	}
	codes := map[string]int{}
	for _, c := range readers {
		a := answered(t, c)
		code := "?"
		for _, known := range []string{"unavailable", "overloaded"} {
			if strings.Contains(a.Text, `"code":"`+known+`"`) {
				code = known
			}
		}
		codes[fmt.Sprint(a.Status, " ", code)]++
	}
	if codes["503 unavailable"] <= 100 || codes["503 unavailable"]+codes["503 overloaded"] != n {
		t.Errorf("answers %v, want 503 each, many of them after the deadline", codes)
	}
	release()
	apptest.Until(t, func() bool { return w.get(t, boss, "/v1/positions/latest").Status == http.StatusOK })
}

func TestADatabaseThatHangsUnderReadersKeepsNoPhoneWaiting(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := setupOn(t, pgtest.On(t, server, schemas()...), limits())
	besiege(t, w, 600, pgtest.Freeze(t, server))
}

func TestALockedTableKeepsNoPhoneWaiting(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	tx, err := w.admin.BeginTxx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), `LOCK TABLE tracking.latest_position`); err != nil {
		t.Fatal(err)
	}
	besiege(t, w, 520, func() { _ = tx.Rollback() })
}

func TestTricklingUploadsOfOneCompanyKeepNoPhoneWaiting(t *testing.T) {
	t.Parallel()
	w := setup(t, limits()) // 8 places
	trickle := func(who auth.Claims, n int) net.Conn {
		return w.raw(t, "POST /v1/positions", w.issuer.Token(t, who), "Content-Length: 5000000\r\n\r\n"+strings.Repeat(" ", n))
	}
	var slow []net.Conn
	for i := range 200 {
		slow = append(slow, trickle(worker("acme", fmt.Sprint("u", i)), 1+i*10))
	}
	// Those that send much at first, and then nothing, use up what acme may have in hand.
	big := append(bytes.Repeat([]byte(" "), 9<<19), upload("d", at(noon))...)
	var large []net.Conn
	apptest.Until(t, func() bool {
		large = append(large, trickle(worker("acme", "greedy"), 9<<19))
		return w.post(t, worker("acme", "eva"), big).Status == http.StatusServiceUnavailable
	})
	w.accept(t, worker("globex", "ana"), big, 1, 0)
	if n := w.running(t, "uploads"); n != 0 {
		t.Errorf("%v bodies that are not there hold a place", n)
	}
	for _, c := range large {
		_ = c.Close()
	}
	apptest.Until(t, func() bool {
		return w.post(t, worker("acme", "eva"), big).Status == http.StatusAccepted
	})
	for _, c := range slow[:5] {
		if a := answered(t, c); a.Status != http.StatusRequestTimeout || !strings.Contains(a.Text, "body_too_slow") {
			t.Errorf("a trickling body: %d %s", a.Status, a.Text)
		}
	}
}
