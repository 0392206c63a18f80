// Package photo knows what a photo is, by its first bytes and not by what anybody calls it. It is pure.
package photo

import (
	"bytes"
	"encoding/binary"
	"slices"
)

const (
	// MaxBytes is the size of the largest photo.
	MaxBytes = 10 << 20
	// Head is how many of the first bytes Type looks at.
	Head = 64
)

// types are the media types of photos, and the endings of their names.
var types = map[string]string{"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}

// heic are the brands of ISO/IEC 23008-12 that phones write: pictures that are compressed with HEVC.
var heic = []string{"heic", "heix", "heim", "heis", "hevc", "hevx"}

// Types returns the media types that are taken.
func Types() map[string]string {
	described := map[string]string{}
	for t := range types {
		described[t] = "The bytes of the photo, at most 10 MiB. What it is decides the content, not the header."
	}
	return described
}

// Ending returns how the name of a file of a media type ends.
func Ending(mediaType string) string { return types[mediaType] }

// Type returns the media type of a photo that begins with these bytes, or "" for anything else.
func Type(head []byte) string {
	head = head[:min(len(head), Head)]
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return "image/jpeg"
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return "image/png"
	case len(head) >= 16 && string(head[:4]) == "RIFF" && string(head[8:15]) == "WEBPVP8":
		return "image/webp"
	case isHEIC(head):
		return "image/heic"
	}
	return ""
}

// isHEIC reads the box that such a file begins with: its size, "ftyp", the main brand, a version, and other brands.
func isHEIC(head []byte) bool {
	if len(head) < 16 || string(head[4:8]) != "ftyp" {
		return false
	}
	size := binary.BigEndian.Uint32(head)
	if size < 16 || size > 1024 || size%4 != 0 {
		return false
	}
	head = head[:min(len(head), int(size))]
	if slices.Contains(heic, string(head[8:12])) {
		return true
	}
	if brand := string(head[8:12]); brand != "mif1" && brand != "msf1" {
		return false
	}
	for at := 16; at+4 <= len(head); at += 4 {
		if slices.Contains(heic, string(head[at:at+4])) {
			return true
		}
	}
	return false
}
