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
	devices []string
	fixes   [][]Fix // of each device
	clean   []bool  // whether these are in order, each instant once
}

// Add reads a track.
func (w *Way) Add(body []byte) error {
	// Tracks of one device come one after the other, so it is found at the end.
	head, err := ReadHead(body)
	if err != nil {
		return err
	}
	at := slices.Index(w.devices, head.Device)
	if at < 0 {
		at = len(w.devices)
		w.devices, w.fixes, w.clean = append(w.devices, head.Device), append(w.fixes, nil), append(w.clean, true)
	}
	_, w.fixes[at], err = Decode(w.fixes[at], body)
	w.clean[at] = false
	return err
}

// Devices returns the devices that recorded something, in the order in which Add met them.
func (w *Way) Devices() []string { return w.devices }

// Of returns what a device recorded, in order. The slice belongs to the Way.
func (w *Way) Of(device string) []Fix {
	at := slices.Index(w.devices, device)
	if at < 0 {
		return nil
	}
	if !w.clean[at] {
		w.fixes[at], w.clean[at] = Compact(w.fixes[at]), true
	}
	return w.fixes[at]
}

// Each calls fn for all fixes in the order of their instants, and those of the same instant in the order of their devices,
// until fn returns false.
func (w *Way) Each(fn func(device string, f *Fix) bool) {
	type head struct {
		device string
		rest   []Fix
	}
	heads := make([]head, 0, len(w.devices))
	for _, d := range w.devices {
		if fixes := w.Of(d); len(fixes) > 0 {
			heads = append(heads, head{d, fixes})
		}
	}
	slices.SortFunc(heads, func(a, b head) int { return cmp.Compare(a.device, b.device) })
	for len(heads) > 0 {
		first := 0
		for i := range heads[1:] {
			if heads[i+1].rest[0].RecordedAt < heads[first].rest[0].RecordedAt {
				first = i + 1
			}
		}
		if !fn(heads[first].device, &heads[first].rest[0]) {
			return
		}
		if heads[first].rest = heads[first].rest[1:]; len(heads[first].rest) == 0 {
			heads = slices.Delete(heads, first, first+1)
		}
	}
}
