package dashboard

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"
	"sync"
)

//go:embed all:dist
var built embed.FS

// file is one built file, ready to be sent.
type file struct {
	content []byte
	// packed returns the content in gzip, or nil when gzip gains nothing. The first call packs it: a start of the program need not
	// wait for files that nobody asks for.
	packed            func() []byte
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

// load reads all files below dist.
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
	f.packed = sync.OnceValue(func() []byte {
		if !strings.HasPrefix(kind, "text/") && kind != "application/json" && kind != "image/svg+xml" {
			return nil
		}
		return pack(content)
	})
	return f, nil
}

func pack(content []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil // It fails only for a level that does not exist.
	}
	_, err1 := z.Write(content)
	if err := errors.Join(err1, z.Close()); err != nil || b.Len() >= len(content)*9/10 { // A buffer refuses nothing.
		return nil
	}
	return b.Bytes()
}
