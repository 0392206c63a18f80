package scratch

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFolder(t *testing.T) {
	t.Parallel()
	for _, none := range []string{filepath.Join(t.TempDir(), "none"), "/proc"} {
		if got := folder(none); got != disk {
			t.Errorf("instead of %s: %s", none, got)
		}
	}
	name, err := os.MkdirTemp(Folder(), "terreno-scratch-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(name); err != nil {
		t.Error(err)
	}
}
