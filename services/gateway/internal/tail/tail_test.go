package tail_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

func message(seq uint64, bytes int) *tail.Message {
	return &tail.Message{Seq: seq, Event: &protocol.Event{Data: []byte(strings.Repeat("x", bytes))}}
}

func seqs(messages []*tail.Message) []uint64 {
	var out []uint64
	for _, m := range messages {
		out = append(out, m.Seq)
	}
	return out
}

func wide() *tail.Tails {
	return tail.New(tail.Config{Bytes: 1 << 20, Events: 100, TotalBytes: 1 << 20})
}

func TestBetweenIsHalfOpen(t *testing.T) {
	t.Parallel()
	x := wide().Open(10)
	for _, seq := range []uint64{11, 15, 16} {
		x.Append(message(seq, 1))
	}
	for _, c := range []struct {
		from, to uint64
		want     []uint64
	}{
		{10, 16, []uint64{11, 15, 16}},
		{11, 15, []uint64{15}},
		{12, 14, nil},
		{13, 99, []uint64{15, 16}},
		{16, 16, nil},
		{16, 12, nil},
		{99, 99, nil},
	} {
		got, ok := x.Between(c.from, c.to, 100)
		if !ok || !slices.Equal(seqs(got), c.want) {
			t.Errorf("(%d, %d]: %v, %v; want %v", c.from, c.to, seqs(got), ok, c.want)
		}
	}
	if _, ok := x.Between(9, 16, 100); ok {
		t.Error("it claims to be complete from before its floor")
	}
}

func TestBetweenSaysThatThereIsMore(t *testing.T) {
	t.Parallel()
	x := wide().Open(0)
	for i := range uint64(20) {
		x.Append(message(i+1, 1))
	}
	if got, _ := x.Between(0, 20, 5); len(got) != 6 {
		t.Errorf("%d messages, want limit and one", len(got))
	}
}

func TestAMessageLargerThanTheTail(t *testing.T) {
	t.Parallel()
	x := tail.New(tail.Config{Bytes: 1000, Events: 10, TotalBytes: 1 << 20}).Open(0)
	x.Append(message(1, 10))
	x.Append(message(2, 2000))
	if _, ok := x.Between(1, 2, 10); ok {
		t.Error("it claims to hold what did not fit")
	}
	x.Append(message(3, 10))
	if got, ok := x.Between(2, 3, 10); !ok || len(got) != 1 {
		t.Errorf("after it: %v, %v", seqs(got), ok)
	}
}

// TestAgainstAllMessages compares many tails with lists that keep everything. A tail returns the same as its list, or
// says that it does not reach back so far. All bounds hold at each step.
func TestAgainstAllMessages(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		cfg := tail.Config{Bytes: 1000 + r.IntN(5000), Events: 1 + r.IntN(40), TotalBytes: 2000 + r.IntN(8000)}
		tails := tail.New(cfg)
		const companies = 4
		type company struct {
			*tail.Tail
			all []*tail.Message
			// The list, too, knows nothing before this sequence.
			start uint64
		}
		seq := 100 + r.Uint64N(1000)
		var known []*company
		for range companies {
			known = append(known, &company{Tail: tails.Open(seq), start: seq})
		}
		served := 0
		for range 600 {
			seq += 1 + r.Uint64N(3)
			c := known[r.IntN(r.IntN(companies)+1)]
			switch r.IntN(60) {
			case 0:
				c.Reset(seq)
				c.all, c.start = nil, seq
			case 1:
				// Somebody read earlier messages from the stream.
				from := max(seq-r.Uint64N(80), c.start)
				to := max(seq-r.Uint64N(20), from)
				read := after(c.all, from)
				c.Prepend(from, to, read[:len(read)-len(after(read, to))])
			default:
				m := message(seq, r.IntN(300))
				c.all = append(c.all, m)
				c.Append(m)
			}
			if tails.Bytes() > cfg.TotalBytes {
				t.Fatalf("seed %d: %d bytes of %d", seed, tails.Bytes(), cfg.TotalBytes)
			}
			c = known[r.IntN(companies)]
			from := seq - r.Uint64N(60)
			to := from + r.Uint64N(60)
			got, ok := c.Between(from, to, 1<<30)
			if !ok {
				continue
			}
			served++
			want := after(c.all, from)
			want = want[:len(want)-len(after(want, to))]
			if from < c.start || !slices.Equal(seqs(got), seqs(want)) {
				t.Fatalf("seed %d: (%d, %d]: %v, want %v", seed, from, to, seqs(got), seqs(want))
			}
		}
		if served == 0 {
			t.Fatalf("seed %d: it never reached back", seed)
		}
		for _, c := range known {
			c.Reset(seq)
		}
		if tails.Bytes() != 0 {
			t.Fatalf("seed %d: empty tails hold %d bytes", seed, tails.Bytes())
		}
	}
}

func after(all []*tail.Message, seq uint64) []*tail.Message {
	for i, m := range all {
		if m.Seq > seq {
			return all[i:]
		}
	}
	return nil
}

// TestItKeepsWhatFits: a tail uses all the room that its bounds allow.
func TestItKeepsWhatFits(t *testing.T) {
	t.Parallel()
	x := tail.New(tail.Config{Bytes: 1 << 20, Events: 50, TotalBytes: 1 << 20}).Open(0)
	for i := range uint64(1000) {
		x.Append(message(i+1, 10))
	}
	if got, ok := x.Between(950, 1000, 100); !ok || len(got) != 50 {
		t.Errorf("of the last 50 it holds %d, %v", len(got), ok)
	}
	if _, ok := x.Between(949, 1000, 100); ok {
		t.Error("it holds more than 50")
	}
}

// TestALoudCompanyShortensItsOwnTail: however many events a company has, the tails of other companies stay.
func TestALoudCompanyShortensItsOwnTail(t *testing.T) {
	t.Parallel()
	tails := tail.New(tail.Config{Bytes: 1 << 20, Events: 1 << 20, TotalBytes: 100_000})
	quiet := make([]*tail.Tail, 40)
	for i := range quiet {
		quiet[i] = tails.Open(0)
		quiet[i].Append(message(uint64(i+1), 1000))
	}
	loud := tails.Open(0)
	for seq := uint64(100); seq < 10_000; seq++ {
		loud.Append(message(seq, 100))
	}
	for i, x := range quiet {
		if got, ok := x.Between(0, 1<<20, 10); !ok || len(got) != 1 {
			t.Errorf("quiet company %d keeps %v, %v", i, seqs(got), ok)
		}
	}
	if got, ok := loud.Between(9_900, 10_000, 1000); !ok || len(got) != 99 {
		t.Errorf("the loud one keeps %d of its last 99 events, %v", len(got), ok)
	}
	if tails.Bytes() > 100_000 {
		t.Errorf("%d bytes of 100,000", tails.Bytes())
	}
}
