package up

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// file is something in backquotes that begins with a folder of this repository and names a file or a folder.
var file = regexp.MustCompile("`((?:services|pkg|proto|deploy|docs|tools)/[A-Za-z0-9_./-]+)`")

// link is a link to another file of this repository.
var link = regexp.MustCompile(`\]\(([A-Za-z0-9_./-]+)\)`)

// A reader follows the documents into the code: every path that they name is there.
func TestThePathsThatTheDocumentsNameExist(t *testing.T) {
	t.Parallel()
	documents, err := filepath.Glob(filepath.Join(root, "docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	adrs, err := filepath.Glob(filepath.Join(root, "docs/adr/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	documents = append(append(documents, adrs...), filepath.Join(root, "README.md"), filepath.Join(root, "CONTRIBUTING.md"))
	named := 0
	for _, document := range documents {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range file.FindAllStringSubmatch(string(text), -1) {
			named++
			if _, err := os.Stat(filepath.Join(root, strings.TrimSuffix(m[1], "."))); err != nil {
				t.Errorf("%s names %s, which does not exist", document, m[1])
			}
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			named++
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), m[1])); err != nil {
				t.Errorf("%s links to %s, which does not exist", document, m[1])
			}
		}
	}
	if named < 40 {
		t.Errorf("only %d paths found in the documents", named)
	}
}
