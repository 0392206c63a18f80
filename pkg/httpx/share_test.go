package httpx

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnePartyGetsHalfAndANewcomerFindsRoom(t *testing.T) {
	t.Parallel()
	s := NewShares(100)
	if why := s.Take("acme", 51); why != refusedShare {
		t.Errorf("more than half at once: %q", why)
	}
	takeAll := func(party string) (n int64) {
		for s.Take(party, 1) == "" {
			n++
		}
		return n
	}
	if n := takeAll("acme"); n != 50 {
		t.Errorf("one alone got %d of 100, want half", n)
	}
	if why := s.Take("acme", 1); why != refusedShare {
		t.Errorf("one more: %q", why)
	}
	if n := takeAll("globex"); n != 25 {
		t.Errorf("the second got %d of the 50 left, want 25", n)
	}
	for _, newcomer := range []string{"a", "b", "c", "d", "e"} {
		if why := s.Take(newcomer, 1); why != "" {
			t.Errorf("newcomer %s: %s", newcomer, why)
		}
	}
	if why := s.Take("huge", 21); why != refusedFull {
		t.Errorf("more than there is: %q", why)
	}
}

// Whatever is taken and given back, nothing is lost, nothing is remembered of who holds nothing, and no one holds more
// than half.
func TestSharesAddUp(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	const size = 1000
	s := NewShares(size)
	held := map[string]int64{}
	for range 100_000 {
		party := string(rune('a' + r.IntN(20)))
		if n := held[party]; n > 0 && r.IntN(2) == 0 {
			back := 1 + r.Int64N(n)
			s.Give(party, back)
			held[party] -= back
		} else if n := 1 + r.Int64N(60); s.Take(party, n) == "" {
			held[party] += n
		}
		var total int64
		for party, n := range held {
			total += n
			if _, known := s.held[party]; n > size/2 || known != (n > 0) {
				t.Fatalf("%s holds %d, remembered: %v", party, n, known)
			}
		}
		if s.free != size-total {
			t.Fatalf("%d free while %d are held", s.free, total)
		}
	}
}

// connected is a ResponseWriter that sets the deadline of a connection, as a server's does.
type connected struct {
	http.ResponseWriter
	net.Conn
}

func (c connected) Write(p []byte) (int, error) { return c.ResponseWriter.Write(p) }

// A body may be slow, but not as slow as it likes.
func TestABodyHasToKeepUp(t *testing.T) {
	t.Parallel()
	const size = 16 << 10
	for name, c := range map[string]struct {
		every  time.Duration
		chunk  int
		gaveUp time.Duration // 0: not at all
	}{
		"a byte a second":       {time.Second, 1, 5 * time.Second},
		"enough, evenly":        {time.Second, 2 << 10, 0},
		"enough, in bursts":     {4 * time.Second, 8 << 10, 0},
		"too long a break":      {7 * time.Second, 1 << 10, 5 * time.Second},
		"slower than the grace": {time.Second, 512, 9 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ours, theirs := net.Pipe()
				defer func() { _ = ours.Close() }()
				var sending sync.WaitGroup
				sending.Go(func() {
					defer func() { _ = theirs.Close() }()
					for sent := 0; sent < size; sent += c.chunk {
						<-time.After(c.every)
						if _, err := theirs.Write(make([]byte, c.chunk)); err != nil {
							return
						}
					}
				})
				began := time.Now()
				p := &paced{
					source: ours, began: began, patience: BodyTimeout,
					control: http.NewResponseController(connected{httptest.NewRecorder(), ours}),
				}
				_, err := io.Copy(io.Discard, p)
				took := time.Since(began)
				if gaveUp := errors.Is(err, os.ErrDeadlineExceeded); gaveUp != (c.gaveUp > 0) || gaveUp && took.Truncate(time.Second) != c.gaveUp {
					t.Errorf("%v after %v, want to give up after %v", err, took, c.gaveUp)
				}
				_ = ours.Close()
				sending.Wait()
			})
		})
	}
}
