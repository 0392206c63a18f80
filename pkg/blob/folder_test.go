package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func folder(t *testing.T) (*Folder, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "files")
	f, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, dir
}

func put(t *testing.T, f *Folder, of Owner, content string) File {
	t.Helper()
	file, err := f.Put(t.Context(), of, strings.NewReader(content), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func read(f *Folder, of Owner, name string) (string, error) {
	content, size, err := f.Open(of, name)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(content)
	if int64(len(raw)) != size {
		err = fmt.Errorf("%d bytes, and %d were announced", len(raw), size)
	}
	return string(raw), errors.Join(err, content.Close())
}

// all lists the files below a folder.
func all(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

var visit = Owner{"acme", "v1"}

func TestAFileIsKept(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	first, again := put(t, f, visit, "photo"), put(t, f, visit, "photo")
	if first.Name == again.Name || first.SHA256 != again.SHA256 || first.Size != 5 || !strings.HasPrefix(first.Name, first.SHA256) {
		t.Errorf("%+v, %+v", first, again)
	}
	if err := f.Delete(visit, first.Name); err != nil {
		t.Fatal(err)
	}
	if got, err := read(f, visit, again.Name); err != nil || got != "photo" {
		t.Errorf("%q, %v", got, err)
	}
	// Another process finds it.
	other, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close() }()
	if got, err := read(other, visit, again.Name); err != nil || got != "photo" {
		t.Errorf("%q, %v", got, err)
	}
	for range 2 {
		if err := f.Delete(visit, again.Name); err != nil {
			t.Error(err)
		}
	}
	if _, err := read(f, visit, again.Name); !errors.Is(err, ErrNoFile) {
		t.Errorf("a file that was removed: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "acme", "v1")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("its folder: %v", err)
	}
}

func TestWhatIsNotKept(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	broken := errors.New("the phone went away")
	if _, err := f.Put(t.Context(), visit, io.MultiReader(strings.NewReader("half"), errReader{broken}), 100); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := f.Put(t.Context(), visit, strings.NewReader("too long"), 7); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v", err)
	}
	if _, err := f.Put(t.Context(), visit, strings.NewReader("just so"), 7); err != nil {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Put(ctx, visit, strings.NewReader("late"), 100); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left := all(t, dir); len(left) != 1 {
		t.Errorf("left %v", left)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// No id, no name and no link leads to a file of somebody else.
func TestNoPathLeadsOut(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	file := put(t, f, visit, "secret")
	outside := filepath.Join(filepath.Dir(dir), file.Name)
	if err := os.WriteFile(outside, []byte("outside"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, of := range []Owner{{"..", "v1"}, {"acme", ".."}, {"", "v1"}, {"acme", ""}, {"acme/v1", "x"}, {"acme", "a\x00b"}, {".", "acme"}, {"=acme", "v1"}, {"acme", strings.Repeat("v", 65)}, {`..\..`, "v1"}} {
		if _, err := f.Put(t.Context(), of, strings.NewReader("x"), 10); err == nil {
			t.Errorf("%q was written", of)
		}
		if _, err := read(f, of, file.Name); err == nil {
			t.Errorf("%q was read", of)
		}
		if err := f.Delete(of, file.Name); err == nil {
			t.Errorf("%q was removed", of)
		}
	}
	for _, name := range []string{"", ".", "..", "../v1/" + file.Name, "../../../" + file.Name, file.Name + "/", strings.ToUpper(file.Name), file.SHA256} {
		if _, err := read(f, visit, name); !errors.Is(err, ErrNoFile) {
			t.Errorf("%q: %v", name, err)
		}
		if err := f.Delete(visit, name); !errors.Is(err, ErrNoFile) {
			t.Errorf("%q was removed: %v", name, err)
		}
	}
	// Somebody who can write into the folder puts links there.
	links := map[string]string{"beta": filepath.Join(dir, "acme"), "gamma": filepath.Dir(dir)}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "acme", "v2"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "acme", "v2", file.Name)); err != nil {
		t.Fatal(err)
	}
	if got, err := read(f, Owner{"acme", "v2"}, file.Name); !errors.Is(err, ErrNoFile) {
		t.Errorf("a link was followed: %q, %v", got, err)
	}
	if got, err := read(f, Owner{"gamma", "files"}, file.Name); err == nil {
		t.Errorf("a link was followed: %q", got)
	}
	if _, err := f.Put(t.Context(), Owner{"gamma", "files"}, strings.NewReader("x"), 10); err == nil {
		t.Error("a link out of the folder was followed")
	}
	if n, err := f.Sweep(t.Context(), time.Now().Add(time.Hour), func(_ context.Context, of Owner, _ []string) ([]string, error) {
		if of.Company != "acme" {
			t.Errorf("swept %v", of)
		}
		return []string{file.Name}, nil
	}); n != 0 || err != nil {
		t.Errorf("%d removed, %v", n, err)
	}
}

func TestCompaniesWhoseNamesDifferInCapitalsDoNotMeet(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, id := range []string{"acme", "Acme", "ACME", "a-Z_0", "=x"[1:], "X"} {
		name := encode(id)
		if other, twice := seen[strings.ToLower(name)]; twice {
			t.Errorf("%s and %s have one folder", id, other)
		}
		seen[strings.ToLower(name)] = id
		if back, ok := decode(name); !ok || back != id {
			t.Errorf("%s became %s and then %s", id, name, back)
		}
	}
	for _, name := range []string{"", ".", "..", "=", "A", "a.b", "=1", "==a", "tmp-X Y", "lost+found"} {
		if id, ok := decode(name); ok {
			t.Errorf("%q was read as %q", name, id)
		}
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	known, orphan, beta := put(t, f, visit, "known"), put(t, f, visit, "orphan"), put(t, f, Owner{"Beta", "v1"}, "orphan")
	left := filepath.Join(dir, "acme", "v1", "tmp-ABC")
	other := filepath.Join(dir, "acme", "v1", "readme.txt")
	for _, path := range []string{left, other, filepath.Join(dir, "readme.txt")} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	sweep := func(before time.Time) int {
		t.Helper()
		n, err := f.Sweep(t.Context(), before, func(_ context.Context, of Owner, names []string) ([]string, error) {
			asked++
			if of == visit && !slices.Contains(names, known.Name) || of != visit && of != (Owner{"Beta", "v1"}) {
				t.Errorf("asked for %v %v", of, names)
			}
			return []string{known.Name}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := sweep(time.Now().Add(-time.Hour)); n != 0 || asked != 0 {
		t.Errorf("%d young files were removed", n)
	}
	if n := sweep(time.Now().Add(time.Hour)); n != 3 {
		t.Errorf("%d were removed", n)
	}
	for _, gone := range []struct {
		of   Owner
		name string
	}{{visit, orphan.Name}, {Owner{"Beta", "v1"}, beta.Name}} {
		if _, err := read(f, gone.of, gone.name); !errors.Is(err, ErrNoFile) {
			t.Errorf("%v: %v", gone, err)
		}
	}
	if got, err := read(f, visit, known.Name); err != nil || got != "known" {
		t.Errorf("%q, %v", got, err)
	}
	if files := all(t, dir); len(files) != 3 {
		t.Errorf("%v", files)
	}
	// What cannot be asked is not removed.
	down := errors.New("no database")
	if n, err := f.Sweep(t.Context(), time.Now().Add(time.Hour), func(context.Context, Owner, []string) ([]string, error) { return nil, down }); n != 0 || !errors.Is(err, down) {
		t.Errorf("%d, %v", n, err)
	}
}

// Files come and go in one folder at once, and no Put fails because a Delete removed the folder.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	f, dir := folder(t)
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 30 {
				content := bytes.Repeat([]byte{byte(n)}, i)
				file, err := f.Put(context.Background(), visit, bytes.NewReader(content), 100)
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := read(f, visit, file.Name); err != nil || got != string(content) {
					t.Errorf("%q, %v", got, err)
				}
				if err := f.Delete(visit, file.Name); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if left := all(t, dir); len(left) != 0 {
		t.Errorf("left %v", left)
	}
}

func TestAFolderThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(path); err == nil {
		t.Error("a file was opened as a folder")
	}
}
