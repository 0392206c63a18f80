package pg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// other is a user that owns none of the test's files.
var other = account{name: "other", uid: 54321, gid: 54321, switched: true}

func TestPlaceFallsBackWhenItsUserCannotReachTheFolder(t *testing.T) {
	t.Parallel()
	open, fallback := folder(t), filepath.Join(folder(t), "fallback")
	closed := filepath.Join(open, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	choose := func(dir string, a account) place {
		t.Helper()
		p, err := choosePlace(dir, fallback, a)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := choose(filepath.Join(open, "new", "pg"), other); p.dir != filepath.Join(open, "new", "pg") {
		t.Errorf("an open folder became %s", p.dir)
	}
	if p := choose(filepath.Join(closed, "pg"), account{}); p.dir != filepath.Join(closed, "pg") {
		t.Errorf("our own closed folder became %s", p.dir)
	}
	moved := choose(filepath.Join(closed, "pg"), other)
	if filepath.Dir(moved.dir) != fallback {
		t.Errorf("a closed folder became %s", moved.dir)
	}

	// A cluster in the fallback folder stays in use, even when the permissions of the requested folder change.
	if err := os.MkdirAll(moved.data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o711); err != nil {
		t.Fatal(err)
	}
	if p := choose(filepath.Join(closed, "pg"), other); p != moved {
		t.Errorf("%s replaced the existing cluster in the fallback folder", p.dir)
	}
}

func TestPlaceDoesNotReplaceAClusterThatBecameUnreachable(t *testing.T) {
	t.Parallel()
	closed := filepath.Join(folder(t), "closed")
	if err := os.MkdirAll(filepath.Join(closed, "pg", "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if p, err := choosePlace(filepath.Join(closed, "pg"), folder(t), other); err == nil {
		t.Errorf("an empty cluster in %s would replace it", p.dir)
	}
}

func TestSocketPathIsShort(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"/srv/pg", "/srv/" + strings.Repeat("long/", 30)} {
		if p := placeAt(dir); len(p.socket)+len("/.s.PGSQL.65535") > maxSocketPath {
			t.Errorf("%s", p.socket)
		}
	}
}

func TestPrivateFolderIsNeverALink(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), "socket")
	if err := os.Symlink(t.TempDir(), dir); err != nil {
		t.Fatal(err)
	}
	own := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	if err := makePrivate(dir, own); err == nil {
		t.Error("a link was followed")
	}
}
