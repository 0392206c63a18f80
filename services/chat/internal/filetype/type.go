// Package filetype says what a file is that somebody sends, by its first bytes and not by what anybody calls it. It is pure.
package filetype

import (
	"bytes"
	"slices"

	"github.com/terreno/terreno/pkg/photo"
)

const (
	// MaxBytes is the size of the largest file.
	MaxBytes = 25 << 20
	// Head is how many of the first bytes Type looks at.
	Head = photo.Head
	// Unknown is the type of what is none of the others. No browser shows it as a page, or runs it.
	Unknown = "application/octet-stream"
)

// Types returns the media types that Type returns.
func Types() []string {
	return []string{
		"image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf", "application/zip", "video/mp4", "audio/mp4", "audio/ogg", "audio/mpeg", Unknown,
	}
}

// Main brands of ISO/IEC 14496-12 that phones write.
var (
	films  = []string{"isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V "}
	sounds = []string{"M4A ", "M4B "}
)

// Type returns the media type of a file that begins with these bytes. It is Unknown for a script, a page and a program, whatever they are
// called.
func Type(head []byte) string {
	head = head[:min(len(head), Head)]
	if t := photo.Type(head); t != "" {
		return t
	}
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return "application/pdf"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return "application/zip"
	case slices.Contains(films, brand(head)):
		return "video/mp4"
	case slices.Contains(sounds, brand(head)):
		return "audio/mp4"
	// The first page of Ogg has one segment: what it carries begins at 28.
	case len(head) >= 36 && string(head[:4]) == "OggS" && (string(head[28:36]) == "OpusHead" || string(head[28:35]) == "\x01vorbis"):
		return "audio/ogg"
	case bytes.HasPrefix(head, []byte("ID3")), isMPEG(head):
		return "audio/mpeg"
	}
	return Unknown
}

// brand returns the main brand of the box that such a file begins with, or "". Its size, the first four bytes, is at most some hundreds.
func brand(head []byte) string {
	if len(head) < 16 || head[0] != 0 || head[1] != 0 || string(head[4:8]) != "ftyp" {
		return ""
	}
	return string(head[8:12])
}

// isMPEG reads the header of a frame of ISO/IEC 11172-3, layer III: eleven bits that are set, the version, the layer, a bit rate and a
// sampling rate that there are.
func isMPEG(head []byte) bool {
	return len(head) >= 4 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && head[2]>>4 != 0xf && head[2]>>4 != 0 && head[2]>>2&3 != 3
}
