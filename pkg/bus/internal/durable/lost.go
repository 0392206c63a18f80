package durable

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/api"
)

// LostKey is the name under which the durable's metadata records its losses.
const LostKey = "terreno.lost"

// Lost is what a stream dropped before its durable received it.
type Lost struct {
	Messages uint64 `json:"messages"`
	// Ranges of sequences, ascending. When there are too many, the lowest ranges are joined.
	Ranges []Range `json:"ranges"`
}

// Range is an interval of sequences, both ends included.
type Range struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

// Messages is how many sequences it has.
func (r Range) Messages() uint64 { return r.To - r.From + 1 }

const maxRanges = 20

// Add records the part of a range that lies above everything recorded so far, and returns that part.
func (l *Lost) Add(ranges []Range) (added []Range) {
	var through uint64
	if n := len(l.Ranges); n > 0 {
		through = l.Ranges[n-1].To
	}
	for _, r := range ranges {
		if r.From = max(r.From, through+1); r.From > r.To {
			continue
		}
		added = append(added, r)
		l.Messages += r.Messages()
		if n := len(l.Ranges); n > 0 && l.Ranges[n-1].To+1 == r.From {
			l.Ranges[n-1].To = r.To
		} else {
			l.Ranges = append(l.Ranges, r)
		}
	}
	if more := len(l.Ranges) - maxRanges; more > 0 {
		l.Ranges[more].From = l.Ranges[0].From
		l.Ranges = slices.Delete(l.Ranges, 0, more)
	}
	return added
}

// ReadLost reads what a durable's metadata says.
func ReadLost(metadata map[string]string) (l Lost, err error) {
	if text := metadata[LostKey]; text != "" {
		err = json.Unmarshal([]byte(text), &l)
	}
	return l, err
}

// RecordLost writes lost ranges, ascending, into the durable's metadata. It also counts and logs them. It counts each
// sequence once, even after a restart and with several replicas. Only two replicas that find the same loss at the same
// moment may both count it.
func (d *Durable) RecordLost(ctx context.Context, ranges []Range) error {
	if len(ranges) == 0 {
		return nil
	}
	var added []Range
	err := d.updateMetadata(ctx, func(metadata map[string]string) {
		lost, err := ReadLost(metadata)
		if err != nil {
			d.Log.Warn("what was lost before cannot be read", "error", err)
			lost = Lost{}
		}
		added = lost.Add(ranges)
		text, _ := json.Marshal(lost)
		metadata[LostKey] = string(text)
	})
	if err != nil {
		return fmt.Errorf("record lost messages: %w", err)
	}
	for _, r := range added {
		d.metrics.lost.Add(float64(r.Messages()))
		d.Log.Error("messages are lost: the stream no longer has them and they were never handled",
			"messages", r.Messages(), "from", r.From, "to", r.To)
	}
	return nil
}

// place is how far the durable is known to have come in the stream.
type place struct {
	looking sync.Mutex
	mu      sync.Mutex
	known   bool
	// top is the highest sequence that the durable delivered. passed are the sequences below top that this process did not
	// receive since the last check. Either another replica received them, or the stream had dropped them.
	top    uint64
	passed []Range
}

func (p *place) given(ds []*Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, d := range ds {
		if d.Msg.Deliveries > 1 || d.Msg.Seq <= p.top {
			continue
		}
		if p.known && d.Msg.Seq > p.top+1 {
			p.passed = append(p.passed, Range{p.top + 1, d.Msg.Seq - 1})
		}
		if n := len(p.passed); n > maxRanges {
			p.passed = append(p.passed[:n-2], Range{p.passed[n-2].From, p.passed[n-1].To})
		}
		p.top = d.Msg.Seq
	}
}

// unseen returns two sets: the sequences that this process did not receive since the last check, and those that nobody
// received yet. The first set includes what another replica received. Such a message counts as lost if the stream has
// dropped it since.
func (p *place) unseen(now, firstSeq uint64) []Range {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.known {
		p.known, p.top = true, now
		if now == 0 {
			p.top = max(firstSeq, 1) - 1
		}
	}
	return append(slices.Clone(p.passed), Range{p.top + 1, math.MaxUint64})
}

// looked records how many ranges of passed the check has judged, and how far the durable was.
func (p *place) looked(passed int, now uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.passed = slices.Delete(p.passed, 0, min(passed, len(p.passed)))
	p.top = max(p.top, now)
}

// forget is called when the durable is made anew and begins at the stream's first message.
func (p *place) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known, p.top, p.passed = false, 0, nil
}

// checkLost compares what the durable delivered with what the stream still has. It runs when the durable is opened and
// every 15 s. If the durable has never delivered anything, only messages dropped since the first check count as lost. The
// durable may be younger than what was dropped before. An ordered consumer checks at its frontier instead.
func (d *Durable) checkLost(ctx context.Context, now *jetstream.ConsumerInfo) error {
	if d.row.Ordered {
		return nil
	}
	d.place.looking.Lock()
	defer d.place.looking.Unlock()
	info, err := api.StreamInfo(ctx, d.NC, d.Stream, false)
	if err == nil && info.State.NumDeleted > 0 {
		info, err = api.StreamInfo(ctx, d.NC, d.Stream, true)
	}
	if err != nil {
		return err
	}
	unseen := d.place.unseen(now.Delivered.Stream, info.State.FirstSeq)
	if err := d.RecordLost(ctx, Gone(info.State, unseen)); err != nil {
		return err
	}
	d.place.looked(len(unseen)-1, now.Delivered.Stream)
	return nil
}

// Gone returns the parts of ascending ranges that a stream no longer has. These are sequences before its first message, and
// sequences in its middle that somebody deleted or a damaged disk lost.
func Gone(s jetstream.StreamState, unseen []Range) []Range {
	deleted := slices.Clone(s.Deleted)
	slices.Sort(deleted)
	var gone []Range
	add := func(r Range) {
		if n := len(gone); n > 0 && gone[n-1].To+1 == r.From {
			gone[n-1].To = r.To
		} else {
			gone = append(gone, r)
		}
	}
	for _, r := range unseen {
		if to := min(r.To, max(s.FirstSeq, 1)-1); r.From <= to {
			add(Range{r.From, to})
		}
		for _, seq := range deleted {
			if seq >= max(r.From, s.FirstSeq) && seq <= r.To {
				add(Range{seq, seq})
			}
		}
	}
	return gone
}
