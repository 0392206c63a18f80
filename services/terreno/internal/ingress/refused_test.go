package ingress_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
)

type noteInput struct {
	Body struct {
		Note string `json:"note"`
	}
}

// A client that sends all before it reads anything learns from the ingress too why its body is refused.
func TestARefusalReachesAClientThatIsStillSending(t *testing.T) {
	t.Parallel()
	api := httpx.NewAPI("identity", httpx.Options{Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry()})
	httpx.Handle(api, httpx.Operation{ID: "note", Method: http.MethodPost, Path: "/v1/users/notes", Security: httpx.Public()},
		func(context.Context, auth.Claims, *noteInput) (*struct{}, error) { return nil, nil })
	// A file is refused while it arrives: for its length, or for its first bytes.
	for path, limit := range map[string]int64{"/v1/users/files": 4 << 20, "/v1/users/programs": 64 << 20} {
		httpx.Handle(api, httpx.Operation{
			ID: path[len("/v1/users/"):], Method: http.MethodPost, Path: path, Security: httpx.Public(), MaxBodyBytes: limit, StreamTypes: map[string]string{"image/jpeg": "a photo"},
		}, func(ctx context.Context, _ auth.Claims, _ *struct{}) (*struct{}, error) {
			if path == "/v1/users/files" {
				_, err := io.Copy(io.Discard, httpx.StreamedBody(ctx))
				return nil, err
			}
			_, err := io.ReadFull(httpx.StreamedBody(ctx), make([]byte, 64))
			return nil, errors.Join(err, httpx.Problem(http.StatusUnsupportedMediaType, "no_photo", "Send a photo."))
		})
	}
	w := start(t, map[string]http.Handler{"identity": api.Handler()})
	for path, want := range map[string]int{
		"/v1/users/files": http.StatusRequestEntityTooLarge, "/v1/users/programs": http.StatusUnsupportedMediaType,
		"/v1/users/notes": http.StatusRequestEntityTooLarge, "/v1/nowhere": http.StatusNotFound,
	} {
		for _, chunked := range []bool{false, true} {
			if status, err := sendFirst(t, w.clients, path, chunked); err != nil || status != want {
				t.Errorf("%s, chunked %v: answer %d, %v, want %d", path, chunked, status, err, want)
			}
		}
	}
}

// sendFirst sends a body of 8 MiB before it reads the answer.
func sendFirst(t *testing.T, address, path string, chunked bool) (status int, err error) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		t.Fatal(err)
	}
	const size = 8 << 20
	body := strings.Repeat(" ", size)
	head := fmt.Sprintf("Content-Length: %d\r\n\r\n", size)
	if chunked {
		head = fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n", size)
		body += "\r\n0\r\n\r\n"
	}
	if _, err := io.WriteString(conn, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\n%s%s", path, head, body)); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode, err
}
