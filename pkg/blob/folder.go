package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/terreno/terreno/proto/subject"
)

// Folder keeps files below one folder, as company/owner/name. Only one service may use it.
type Folder struct{ root *os.Root }

// OpenFolder opens a folder, and makes it if it is not there. It fails when nothing can be written there.
func OpenFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder for files: %w", err)
	}
	probe := temporary()
	if f, err := root.OpenFile(probe, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("write into the folder for files: %w", err), root.Close())
	} else if err := errors.Join(f.Close(), root.Remove(probe)); err != nil {
		return nil, errors.Join(fmt.Errorf("write into the folder for files: %w", err), root.Close())
	}
	return &Folder{root}, nil
}

// Close releases the folder. No method may be called after it.
func (f *Folder) Close() error { return f.root.Close() }

var (
	fileName = regexp.MustCompile(`^[0-9a-f]{64}-[0-9a-f]{16}$`)
	tempName = regexp.MustCompile(`^tmp-[A-Z0-9]+$`)
)

func temporary() string { return "tmp-" + rand.Text() }

// encode writes an id as the name of a folder. Capitals are marked, because some file systems take A and a for the same.
func encode(id string) string {
	var b strings.Builder
	for _, r := range id {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('=')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// decode reads what encode wrote. It returns false for any other name.
func decode(name string) (id string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '=' && i+1 < len(name) {
			i++
			c = name[i] - ('a' - 'A')
		}
		b.WriteByte(c)
	}
	id = b.String()
	return id, subject.CheckID(id) == nil && encode(id) == name
}

func (o Owner) path() (string, error) {
	for _, id := range []string{o.Company, o.Thing} {
		if err := subject.CheckID(id); err != nil {
			return "", fmt.Errorf("the owner of a file: %w", err)
		}
	}
	return path.Join(encode(o.Company), encode(o.Thing)), nil
}

func (o Owner) file(name string) (string, error) {
	dir, err := o.path()
	if err == nil && !fileName.MatchString(name) {
		err = ErrNoFile
	}
	return path.Join(dir, name), err
}

// Put implements Store.
func (f *Folder) Put(ctx context.Context, of Owner, content io.Reader, limit int64) (File, error) {
	dir, err := of.path()
	if err != nil {
		return File{}, err
	}
	temp, file, err := f.create(dir)
	if err != nil {
		return File{}, fmt.Errorf("make a file: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(during{ctx, content}, limit+1))
	if err == nil && n > limit {
		err = ErrTooLarge
	}
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	var end [8]byte
	_, _ = rand.Read(end[:]) // it never fails
	kept := File{SHA256: hex.EncodeToString(sum.Sum(nil)), Size: n}
	kept.Name = kept.SHA256 + "-" + hex.EncodeToString(end[:])
	if err == nil {
		err = f.root.Rename(temp, path.Join(dir, kept.Name))
	}
	if err != nil {
		_ = f.root.Remove(temp) // otherwise Sweep does it
		return File{}, fmt.Errorf("write a file: %w", err)
	}
	for _, d := range []string{dir, path.Dir(dir), "."} {
		if err := f.sync(d); err != nil {
			return File{}, errors.Join(fmt.Errorf("sync a folder: %w", err), f.Delete(of, kept.Name))
		}
	}
	return kept, nil
}

// during ends reading when its context does.
type during struct {
	ctx    context.Context
	source io.Reader
}

func (d during) Read(b []byte) (int, error) {
	if err := d.ctx.Err(); err != nil {
		return 0, err
	}
	return d.source.Read(b)
}

// create makes a temporary file in a folder, which Delete may remove at any time while it is empty.
func (f *Folder) create(dir string) (temp string, file *os.File, err error) {
	temp = path.Join(dir, temporary())
	for range 5 {
		if err = f.root.MkdirAll(dir, 0o700); err != nil {
			continue
		}
		if file, err = f.root.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return temp, file, err
}

func (f *Folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open implements Store.
func (f *Folder) Open(of Owner, name string) (io.ReadCloser, int64, error) {
	at, err := of.file(name)
	if err != nil {
		return nil, 0, err
	}
	// A link is not followed, wherever it leads.
	info, err := f.root.Lstat(at)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil, 0, ErrNoFile
	}
	if err != nil {
		return nil, 0, fmt.Errorf("look for a file: %w", err)
	}
	file, err := f.root.Open(at)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, ErrNoFile
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open a file: %w", err)
	}
	return file, info.Size(), nil
}

// Delete implements Store.
func (f *Folder) Delete(of Owner, name string) error {
	at, err := of.file(name)
	if err != nil {
		return err
	}
	if err := f.root.Remove(at); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a file: %w", err)
	}
	_ = f.root.Remove(path.Dir(at)) // only if nothing is left in it
	return nil
}
