package hub

import "testing"

func TestMarksAreBoundedAndTheNewestStay(t *testing.T) {
	t.Parallel()
	var m marks
	const last = 3 * marksKept
	for seq := uint64(1); seq <= last; seq++ {
		m.put(seq, uint32(seq))
		m.put(seq, uint32(seq)+1)
	}
	if len(m.of) != marksKept || len(m.order) != marksKept {
		t.Errorf("%d marks, %d in order", len(m.of), len(m.order))
	}
	for _, c := range []struct {
		seq  uint64
		want bool
	}{{last, true}, {last - marksKept + 1, true}, {last - marksKept, false}, {1, false}} {
		mark, ok := m.of[c.seq]
		if ok != c.want || ok && mark != uint32(c.seq)+1 {
			t.Errorf("mark of %d: %d, %t", c.seq, mark, ok)
		}
	}
}
