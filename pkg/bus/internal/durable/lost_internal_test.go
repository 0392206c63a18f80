package durable

import (
	"math"
	"slices"
	"testing"

	"github.com/nats-io/nats.go/jetstream"
)

func TestGone(t *testing.T) {
	t.Parallel()
	above5 := []Range{{6, math.MaxUint64}}
	for name, c := range map[string]struct {
		state  jetstream.StreamState
		unseen []Range
		want   []Range
	}{
		"nothing":          {jetstream.StreamState{FirstSeq: 1, LastSeq: 9}, above5, nil},
		"what was handled": {jetstream.StreamState{FirstSeq: 6, LastSeq: 9}, above5, nil},
		"an empty stream":  {jetstream.StreamState{}, above5, nil},
		"the beginning":    {jetstream.StreamState{FirstSeq: 8, LastSeq: 9}, above5, []Range{{6, 7}}},
		"everything":       {jetstream.StreamState{FirstSeq: 10, LastSeq: 9}, above5, []Range{{6, 9}}},
		"what was passed":  {jetstream.StreamState{FirstSeq: 30, LastSeq: 40}, []Range{{6, 8}, {20, 29}, {41, 99}}, []Range{{6, 8}, {20, 29}}},
		"what another has": {jetstream.StreamState{FirstSeq: 7, LastSeq: 40}, []Range{{6, 8}, {20, 29}, {41, 99}}, []Range{{6, 6}}},
		"holes": {
			jetstream.StreamState{FirstSeq: 8, LastSeq: 20, Deleted: []uint64{15, 12, 13}},
			above5,
			[]Range{{6, 7}, {12, 13}, {15, 15}},
		},
		"old holes": {jetstream.StreamState{FirstSeq: 1, LastSeq: 20, Deleted: []uint64{3, 12}}, above5, []Range{{12, 12}}},
	} {
		if got := Gone(c.state, c.unseen); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, expected %v", name, got, c.want)
		}
	}
}

func TestLostCountsEachSequenceOnce(t *testing.T) {
	t.Parallel()
	var l Lost
	for _, c := range []struct {
		ranges, added []Range
	}{
		{[]Range{{6, 7}, {12, 13}}, []Range{{6, 7}, {12, 13}}},
		{[]Range{{6, 7}, {12, 13}}, nil},
		{[]Range{{10, 15}}, []Range{{14, 15}}},
		{[]Range{{20, 20}}, []Range{{20, 20}}},
	} {
		if added := l.Add(c.ranges); !slices.Equal(added, c.added) {
			t.Errorf("of %v added %v", c.ranges, added)
		}
	}
	if want := []Range{{6, 7}, {12, 15}, {20, 20}}; !slices.Equal(l.Ranges, want) || l.Messages != 7 {
		t.Errorf("%+v", l)
	}
	for i := range uint64(100) {
		l.Add([]Range{{100 + 10*i, 100 + 10*i}})
	}
	if len(l.Ranges) != maxRanges || l.Messages != 107 || l.Ranges[0].From != 6 {
		t.Errorf("%d ranges from %d, %d messages", len(l.Ranges), l.Ranges[0].From, l.Messages)
	}
}
