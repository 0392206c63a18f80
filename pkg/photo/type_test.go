package photo

import (
	"strings"
	"testing"
)

func TestType(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ head, want string }{
		"a JPEG of a phone":       {"\xff\xd8\xff\xe1\x00\x18Exif\x00\x00", "image/jpeg"},
		"a JPEG":                  {"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"},
		"a PNG":                   {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"},
		"a WebP":                  {"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"},
		"a HEIC of an iPhone":     {"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic", "image/heic"},
		"a HEIC by another brand": {"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1heicmiaf", "image/heic"},
		"an AVIF":                 {"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00mif1avifmiaf", ""},
		"a film":                  {"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42heic", ""},
		"a brand behind the box":  {"\x00\x00\x00\x14ftypmif1\x00\x00\x00\x00mif1heic", ""},
		"a box without end":       {"\xff\xff\xff\xffftypheic\x00\x00\x00\x00", ""},
		"half a PNG":              {"\x89PNG\r\n", ""},
		"a WAV":                   {"RIFF\x24\x00\x00\x00WAVEfmt ", ""},
		"a program of Windows":    {"MZ\x90\x00\x03\x00\x00\x00", ""},
		"a program of Linux":      {"\x7fELF\x02\x01\x01\x00", ""},
		"a script":                {"#!/bin/sh\nrm -rf /", ""},
		"an SVG":                  {"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>", ""},
		"an SVG in XML":           {"<?xml version=\"1.0\"?><svg>", ""},
		"a page":                  {"<!DOCTYPE html><script>alert(1)</script>", ""},
		"a page with a mark":      {"\xef\xbb\xbf<html>", ""},
		"a GIF":                   {"GIF89a\x01\x00\x01\x00", ""},
		"a PDF":                   {"%PDF-1.7", ""},
		"a ZIP":                   {"PK\x03\x04", ""},
		"nothing":                 {"", ""},
		"words":                   {"image/jpeg " + strings.Repeat("x", 100), ""},
	} {
		if got := Type([]byte(c.head)); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
	for name := range Types() {
		if Ending(name) == "" {
			t.Errorf("%s has no ending", name)
		}
	}
}

func FuzzType(f *testing.F) {
	for _, head := range []string{"", "\xff\xd8\xff", "\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1", "\x00\x00\x00\x10ftypmif1", "RIFF\x00\x00\x00\x00WEBP"} {
		f.Add([]byte(head))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		if got := Type(head); got != "" && (Ending(got) == "" || head[0] == '<' || head[0] == 'M' || head[0] == '#') {
			t.Errorf("%q is %q", head, got)
		}
	})
}
