package httpx_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/httpx"
)

func zip(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// padded is JSON of exactly n bytes.
func padded(n int) []byte {
	b := []byte(`{"name":"a"}`)
	return append(b, bytes.Repeat([]byte(" "), n-len(b))...)
}

func changed(b []byte, at int) []byte {
	c := bytes.Clone(b)
	c[(at+len(c))%len(c)] ^= 0xff
	return c
}

func TestBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	as := token(w.issuer.Token(t, ana()))
	small := []byte(`{"name":"a"}`)
	good := zip(t, small)
	for name, c := range map[string]struct {
		body     []byte
		encoding string
		status   int
		code     string
	}{
		"plain":                  {small, "", 200, ""},
		"byte order mark":        {append([]byte("\xef\xbb\xbf"), small...), "", 200, ""},
		"byte order mark, gzip":  {zip(t, append([]byte("\xef\xbb\xbf"), small...)), "gzip", 200, ""},
		"UTF-16":                 {[]byte("\xff\xfe{\x00}\x00"), "", 400, "text_not_unicode"},
		"UTF-16, no mark":        {[]byte("{\x00}\x00"), "", 400, "text_not_unicode"},
		"UTF-16BE, no mark":      {[]byte("\x00{\x00}"), "", 400, "text_not_unicode"},
		"zlib undeclared":        {[]byte("\x78\x9c\x03\x00\x00\x00\x00\x01"), "", 415, "content_encoding_unsupported"},
		"zstd undeclared":        {[]byte("\x28\xb5\x2f\xfd\x04\x00"), "", 415, "content_encoding_unsupported"},
		"gzip twice":             {zip(t, good), "gzip", 400, "gzip_twice"},
		"only blanks":            {[]byte(" \r\n\t"), "", 400, "body_required"},
		"cut short":              {small[:7], "", 400, "json_invalid"},
		"named twice":            {[]byte(`{"name":"a","name":"b"}`), "", 400, "member_repeated"},
		"identity":               {small, "identity", 200, ""},
		"gzip":                   {good, "gzip", 200, ""},
		"GZIP":                   {good, "GZIP", 200, ""},
		"x-gzip":                 {good, "x-gzip", 200, ""},
		"two members":            {append(zip(t, small[:5]), zip(t, small[5:])...), "gzip", 200, ""},
		"exactly the limit":      {padded(echoLimit), "", 200, ""},
		"exactly, compressed":    {zip(t, padded(echoLimit)), "gzip", 200, ""},
		"one more":               {padded(echoLimit + 1), "", 413, "body_too_large"},
		"one more, compressed":   {zip(t, padded(echoLimit+1)), "gzip", 413, "body_too_large"},
		"bomb":                   {zip(t, padded(4<<20)), "gzip", 413, "body_too_large"},
		"endless empty members":  {bytes.Repeat(zip(t, nil), 2000), "gzip", 413, "body_too_large"},
		"not gzip":               {small, "gzip", 400, "gzip_invalid"},
		"gzip undeclared":        {good, "", 400, "gzip_undeclared"},
		"empty gzip":             {[]byte{}, "gzip", 400, "body_required"},
		"truncated":              {good[:len(good)-9], "gzip", 400, "gzip_invalid"},
		"only a header":          {good[:10], "gzip", 400, "gzip_invalid"},
		"wrong checksum":         {changed(good, -5), "gzip", 400, "gzip_invalid"},
		"broken block":           {changed(good, 11), "gzip", 400, "gzip_invalid"},
		"something after":        {append(bytes.Clone(good), "tail"...), "gzip", 400, "gzip_invalid"},
		"brotli":                 {good, "br", 415, "content_encoding_unsupported"},
		"twice":                  {zip(t, good), "gzip, gzip", 415, "content_encoding_unsupported"},
		"gzip of nothing inside": {zip(t, nil), "gzip", 400, "body_required"},
	} {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/chunked=%v", name, chunked), func(t *testing.T) {
				t.Parallel()
				var source io.Reader = bytes.NewReader(c.body)
				if chunked {
					source = io.MultiReader(source)
				}
				edits := []edit{as, header("Content-Type", "application/json")}
				if c.encoding != "" {
					edits = append(edits, header("Content-Encoding", c.encoding))
				}
				a := w.call(t, "POST", "/v1/echo", source, edits...)
				a.want(t, c.status, c.code)
				if c.status == 413 && !strings.Contains(a.problem.Detail, fmt.Sprint(echoLimit)) {
					t.Errorf("detail does not say the limit: %s", a.problem.Detail)
				}
			})
		}
	}
}

// lazy is a body of n bytes that are made when they are read.
type lazy struct{ n, read int64 }

func (l *lazy) Read(p []byte) (int, error) {
	if l.read >= l.n {
		return 0, io.EOF
	}
	k := min(int64(len(p)), l.n-l.read)
	clear(p[:k])
	l.read += k
	return int(k), nil
}

func serve(t *testing.T, h http.Handler, body io.Reader, length int64, encoding string) (*httptest.ResponseRecorder, httpx.ProblemDetails) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/v1/raw", body)
	r.ContentLength = length
	r.Header.Set("Content-Encoding", encoding)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	var p httpx.ProblemDetails
	if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
		t.Fatalf("answer %s: %v", rec.Body, err)
	}
	return rec, p
}

// Not parallel: it measures what the whole process allocates.
func TestAHugeBodyCostsNoMemory(t *testing.T) {
	w := newWorld(t)
	const huge = 100 << 20
	bomb := bytes.Repeat(zip(t, make([]byte, 1<<20)), huge>>20)
	if len(bomb) > httpx.DefaultMaxBodyBytes {
		t.Fatalf("the bomb has %d bytes: its wire size is refused, not its content", len(bomb))
	}
	for name, c := range map[string]struct {
		length, mayRead int64
		encoding        string
		body            io.Reader
	}{
		"announced":             {length: huge, mayRead: 0},
		"announced, compressed": {length: huge, mayRead: 0, encoding: "gzip"},
		"streamed":              {length: -1, mayRead: httpx.DefaultMaxBodyBytes + 1},
		"bomb":                  {length: int64(len(bomb)), encoding: "gzip", body: bytes.NewReader(bomb)},
	} {
		source := &lazy{n: huge}
		if c.body == nil {
			c.body = source
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rec, p := serve(t, w.handler, c.body, c.length, c.encoding)
		runtime.ReadMemStats(&after)
		if rec.Code != http.StatusRequestEntityTooLarge || p.Code != "body_too_large" {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
		if source.read > c.mayRead {
			t.Errorf("%s: %d bytes were read, want at most %d", name, source.read, c.mayRead)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
	}
}

type breaking struct {
	io.Reader
	err error
}

func (b breaking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		err = b.err
	}
	return n, err
}

func TestBodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	content := padded(2000)
	for name, c := range map[string]struct {
		body     io.Reader
		encoding string
		code     string
	}{
		"plain":        {breaking{bytes.NewReader(content), io.ErrUnexpectedEOF}, "", "body_incomplete"},
		"gzip":         {breaking{bytes.NewReader(zip(t, content)[:20]), io.ErrUnexpectedEOF}, "gzip", "body_incomplete"},
		"gzip, none":   {breaking{bytes.NewReader(nil), io.EOF}, "gzip", "body_required"},
		"gzip, header": {breaking{bytes.NewReader(zip(t, content)[:5]), io.ErrUnexpectedEOF}, "gzip", "body_incomplete"},
	} {
		if rec, p := serve(t, w.handler, c.body, -1, c.encoding); rec.Code != 400 || p.Code != c.code {
			t.Errorf("%s: %d %s, want %s", name, rec.Code, rec.Body, c.code)
		}
	}
}

func FuzzGzipBody(f *testing.F) {
	f.Add(zip(f, padded(100)))
	f.Add(zip(f, make([]byte, 2<<20)))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	api := rawAPI()
	f.Fuzz(func(t *testing.T, wire []byte) {
		r := httptest.NewRequest(http.MethodPost, "/v1/raw", bytes.NewReader(wire))
		r.Header.Set("Content-Encoding", "gzip")
		rec := httptest.NewRecorder()
		api.ServeHTTP(rec, r)
		unzip, err := gzip.NewReader(bytes.NewReader(wire))
		var content []byte
		if err == nil {
			content, err = io.ReadAll(io.LimitReader(unzip, 2<<20))
		}
		valid := err == nil && len(content) > 0 && len(content) <= httpx.DefaultMaxBodyBytes
		if valid != (rec.Code == http.StatusOK) || rec.Code >= 500 {
			t.Errorf("answer %d %s for %d bytes of content, error %v", rec.Code, rec.Body, len(content), err)
		}
	})
}
