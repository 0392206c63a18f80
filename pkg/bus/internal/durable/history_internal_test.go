package durable

import "testing"

func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	h := newHistory()
	for seq := range uint64(maxHistory + 100) {
		h.Returned(seq, true)
	}
	if len(h.seen) != maxHistory {
		t.Errorf("history holds %d messages", len(h.seen))
	}
	if h.Knows(0) || !h.Knows(maxHistory+99) {
		t.Error("history dropped another than the one that was quiet for the longest")
	}
	if n := h.Returned(maxHistory, true); n != 2 {
		t.Errorf("%d attempts", n)
	}
	if n := h.Returned(maxHistory, false); n != 2 {
		t.Errorf("%d attempts after a return that is none", n)
	}
	h.Forget(maxHistory)
	if h.Knows(maxHistory) {
		t.Error("history knows what it was told to forget")
	}
	h.Clear()
	if len(h.seen) != 0 {
		t.Error("history is not empty")
	}
}
