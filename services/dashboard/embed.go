package dashboard

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"
)

//go:embed all:dist
var built embed.FS

// file is one built file, ready to be sent.
type file struct {
	content, packed   []byte // packed is nil when gzip gains nothing
	contentType, etag string
	hashed            bool
}

// hashedName matches the names that Vite gives: a change of the content changes the name.
var hashedName = regexp.MustCompile(`^assets/.+-[A-Za-z0-9_-]{8}\.[a-z0-9]+$`)

// types are set here, because the table of the mime package depends on the machine.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
	".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json",
}

// load reads all files below dist, and compresses each once.
func load(from fs.FS) (map[string]*file, error) {
	files := map[string]*file{}
	err := fs.WalkDir(from, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		f, err := newFile(name, content)
		files["/"+name] = f
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	return files, nil
}

func newFile(name string, content []byte) (*file, error) {
	sum := sha256.Sum256(content)
	f := &file{
		content: content, contentType: types[path.Ext(name)], etag: `"` + hex.EncodeToString(sum[:12]) + `"`,
		hashed: hashedName.MatchString(name),
	}
	if f.contentType == "" {
		f.contentType = "application/octet-stream"
	}
	kind, _, err := mime.ParseMediaType(f.contentType)
	if err != nil {
		return nil, fmt.Errorf("type of %s: %w", name, err)
	}
	if !strings.HasPrefix(kind, "text/") && kind != "application/json" && kind != "image/svg+xml" {
		return f, nil
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(content); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	if b.Len() < len(content)*9/10 {
		f.packed = b.Bytes()
	}
	return f, nil
}
