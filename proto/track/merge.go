package track

import (
	"cmp"
	"slices"
	"sort"
)

// Compact brings the fixes of one device into the order of their instants, and leaves of several with the same instant the one
// that counts. It works in place.
func Compact(fixes []Fix) []Fix {
	inOrder := true
	for i := 1; i < len(fixes) && inOrder; i++ {
		inOrder = fixes[i-1].RecordedAt < fixes[i].RecordedAt
	}
	if inOrder {
		return fixes
	}
	slices.SortFunc(fixes, func(a, b Fix) int { return compare(&a, &b) })
	return slices.CompactFunc(fixes, func(a, b Fix) bool { return a.RecordedAt == b.RecordedAt })
}

// Between returns the part of fixes in order that were recorded at from or later and before to, in ms.
func Between(fixes []Fix, from, to int64) []Fix {
	low := sort.Search(len(fixes), func(i int) bool { return fixes[i].RecordedAt >= from })
	high := low + sort.Search(len(fixes)-low, func(i int) bool { return fixes[low+i].RecordedAt >= to })
	return fixes[low:high]
}

// Way is what the devices of one user recorded, read from any number of tracks that may overlap. The zero Way is empty.
type Way struct {
	devices []*recording
	shown   *Shown
	limit   *limit
}

// recording is what one device recorded. The first clean fixes are in order, each instant once.
type recording struct {
	device string
	fixes  []Fix
	clean  int
}

// Add reads a track.
func (w *Way) Add(body []byte) error {
	var d decoder
	head, err := d.open(body)
	if err != nil {
		return err
	}
	r := w.recording(head.Device)
	if r.fixes, err = d.append(r.fixes, head); err != nil {
		return err
	}
	// What came many times takes no more room than twice what there is.
	if len(r.fixes) > MaxFixes && len(r.fixes) > 2*r.clean {
		r.compact()
	}
	if w.limit != nil && w.Len() > 2*w.limit.most {
		w.thin()
	}
	return nil
}

// Len returns how many fixes are in it, and at most that many Between tells.
func (w *Way) Len() (n int) {
	for _, r := range w.devices {
		n += len(r.fixes)
	}
	return n
}

func (w *Way) recording(device string) *recording {
	for _, r := range w.devices {
		if r.device == device {
			return r
		}
	}
	w.devices = append(w.devices, &recording{device: device})
	return w.devices[len(w.devices)-1]
}

func (r *recording) compact() []Fix {
	if r.clean < len(r.fixes) {
		r.fixes = Compact(r.fixes)
		r.clean = len(r.fixes)
	}
	return r.fixes
}

// Keep drops what was recorded before from, or at to or later, in ms.
func (w *Way) Keep(from, to int64) {
	for _, r := range w.devices {
		r.fixes = append(r.fixes[:0], Between(r.compact(), from, to)...)
		r.clean = len(r.fixes)
	}
}

// Devices calls fn for each device, by its name, with what it recorded, in order. The fixes belong to the Way.
func (w *Way) Devices(fn func(device string, fixes []Fix) error) error {
	slices.SortFunc(w.devices, func(a, b *recording) int { return cmp.Compare(a.device, b.device) })
	for _, r := range w.devices {
		if err := fn(r.device, r.compact()); err != nil {
			return err
		}
	}
	return nil
}

// Between calls fn for the fixes that were recorded at from or later and before to, in ms, and that are shown (Show). They come in the order of their
// instants, and those of the same instant in the order of their devices. It ends when fn returns false.
func (w *Way) Between(from, to int64, fn func(device string, f *Fix) bool) {
	type part struct {
		device string
		rest   []Fix
	}
	var parts []part
	_ = w.Devices(func(device string, fixes []Fix) error {
		if rest := Between(fixes, from, to); len(rest) > 0 {
			parts = append(parts, part{device, rest})
		}
		return nil
	})
	for len(parts) > 0 {
		first := 0
		for i := range parts {
			if parts[i].rest[0].RecordedAt < parts[first].rest[0].RecordedAt {
				first = i
			}
		}
		p := &parts[first]
		if f := &p.rest[0]; w.shown.Shows(f.RecordedAt) && !fn(p.device, f) {
			return
		}
		if p.rest = p.rest[1:]; len(p.rest) == 0 {
			parts = slices.Delete(parts, first, first+1)
		}
	}
}
