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
	if st, err := os.Stat(Folder()); err != nil || !st.IsDir() || st.Mode().Perm() != 0o777 {
		t.Errorf("not everybody writes into %s: %v", Folder(), err)
	}
}
