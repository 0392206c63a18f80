package filetype_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/chat/internal/filetype"
)

func TestType(t *testing.T) {
	t.Parallel()
	ogg := func(carries string) string { return "OggS\x00\x02" + strings.Repeat("\x00", 20) + "\x01\x13" + carries }
	for what, c := range map[string]struct{ head, want string }{
		"a photo":              {"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"},
		"a PDF":                {"%PDF-1.7\n", "application/pdf"},
		"a table of an office": {"PK\x03\x04\x14\x00", "application/zip"},
		"an empty ZIP":         {"PK\x05\x06" + strings.Repeat("\x00", 18), "application/zip"},
		"a film":               {"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"},
		"a voice of an iPhone": {"\x00\x00\x00\x1cftypM4A \x00\x00\x00\x00M4A mp42", "audio/mp4"},
		"a voice":              {ogg("OpusHead\x01"), "audio/ogg"},
		"another voice":        {ogg("\x01vorbis\x00"), "audio/ogg"},
		"an Ogg of a page":     {ogg("<script>alert(1)"), filetype.Unknown},
		"music with a tag":     {"ID3\x04\x00", "audio/mpeg"},
		"music":                {"\xff\xfb\x90\x64\x00", "audio/mpeg"},
		"text in UTF-16":       {"\xff\xfe<\x00h\x00t\x00m\x00l\x00", filetype.Unknown},
		"a script":             {"#!/bin/sh\nrm -rf /", filetype.Unknown},
		"a page":               {"<!DOCTYPE html><script>alert(1)</script>", filetype.Unknown},
		"a page with a mark":   {"\xef\xbb\xbf<html>", filetype.Unknown},
		"an SVG":               {"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>", filetype.Unknown},
		"JavaScript":           {"alert(document.cookie)", filetype.Unknown},
		"a GIF with a script":  {"GIF89a/*<svg/onload=alert(1)>*/", filetype.Unknown},
		"a program of Windows": {"MZ\x90\x00\x03\x00\x00\x00", filetype.Unknown},
		"a program of Linux":   {"\x7fELF\x02\x01\x01\x00", filetype.Unknown},
		"half a film":          {"\x00\x00\x00\x18ftypmp4", filetype.Unknown},
		"nothing":              {"", filetype.Unknown},
	} {
		if got := filetype.Type([]byte(c.head)); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

// Whatever the bytes are, the type is one that no browser runs, and nothing that begins as a page or a script has another than Unknown.
func FuzzType(f *testing.F) {
	for _, head := range []string{"", "%PDF-", "PK\x03\x04", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42", "OggS", "ID3", "\xff\xfb\x90\x64", "<html>", "#!/bin/sh"} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		got := filetype.Type(head)
		if !slices.Contains(filetype.Types(), got) {
			t.Errorf("%q is %q", head, got)
		}
		if len(head) > 0 && strings.ContainsRune("<#MG{ \n\xef", rune(head[0])) && got != filetype.Unknown {
			t.Errorf("%q is %q", head, got)
		}
	})
}
