package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

type key struct {
	at     int64
	device string
}

// In whatever order messages come, in whatever parts, however often and whenever they are merged, playback by pages of any size
// reads what a plain map holds: of each device and instant the fix that was received first.
func TestPlaybackReadsTheSameWheneverItIsMerged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 3))
		user := fmt.Sprint("u", seed)
		want, messages := randomMessages(r, user)
		r.Shuffle(len(messages), func(i, j int) { messages[i], messages[j] = messages[j], messages[i] })
		for part := range slices.Chunk(messages, 1+r.IntN(6)) {
			w.write(t, slices.Clone(part)...)
			if r.IntN(2) == 0 {
				// Only what ended before some instant.
				before := today.Add(time.Duration(r.IntN(5000)) * time.Second)
				if _, err := w.Merge(t.Context(), store.Who{Company: "acme", User: user}, before, today.AddDate(0, 0, -2)); err != nil {
					t.Fatal(err)
				}
			}
		}
		check := func() {
			keys := slices.SortedFunc(maps.Keys(want), func(a, b key) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.device, b.device)) })
			got := w.playback(t, user, 1+r.IntN(50))
			if len(got) != len(keys) {
				t.Fatalf("seed %d: %d positions, want %d", seed, len(got), len(keys))
			}
			for i, k := range keys {
				f := want[k]
				if p := got[i]; int64(p.RecordedAt) != k.at || p.DeviceID != k.device || p.Lat != float64(f.Lat)/1e7 || int64(p.ReceivedAt) != f.ReceivedAt {
					t.Fatalf("seed %d: position %d is %+v, want %v %+v", seed, i, p, k, f)
				}
			}
		}
		check()
		w.merge(t, user)
		check()
		if n := pgtest.Count(t, w.admin, "tracking.arrived WHERE user_id = '"+user+"'"); n != 0 {
			t.Errorf("%d messages are left after the merge", n)
		}
	}
}

// randomMessages returns what a user's devices send around a midnight, and which fix counts of each device and instant.
func randomMessages(r *rand.Rand, user string) (want map[key]track.Fix, messages []store.Track) {
	want = map[key]track.Fix{}
	for range 1 + r.IntN(15) {
		device, at := []string{"a", "b"}[r.IntN(2)], today.UnixMilli()
		if r.IntN(3) > 0 {
			at -= 86_400_000
		}
		at += r.Int64N(100) * 1000
		received := today.UnixMilli() + r.Int64N(3)
		fixes := make([]track.Fix, 1+r.IntN(60))
		for i := range fixes {
			at += 1000 * (1 + r.Int64N(3))
			fixes[i] = track.Fix{RecordedAt: at, ReceivedAt: received, Lat: int32(r.IntN(3))}
			k := key{at, device}
			if old, there := want[k]; !there || cmp.Or(cmp.Compare(received, old.ReceivedAt), cmp.Compare(fixes[i].Lat, old.Lat)) < 0 {
				want[k] = fixes[i]
			}
		}
		for range 1 + r.IntN(2) {
			messages = append(messages, rowOf("acme", user, device, fixes...))
		}
	}
	return want, messages
}

// playback reads all positions of a user of acme, page by page.
func (w *world) playback(t testing.TB, user string, limit int) (all []store.Position) {
	t.Helper()
	r := store.Range{User: user, From: today.AddDate(0, 0, -1), To: today.AddDate(0, 0, 2), Limit: limit}
	for {
		page, _, err := w.Playback(t.Context(), admin("acme"), r)
		if err != nil || len(page) > limit {
			t.Fatalf("a page of %d, %v", len(page), err)
		}
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		last := page[len(page)-1]
		r.From, r.After, r.AfterDevice = last.RecordedAt.Time(), last.RecordedAt.Time(), last.DeviceID
	}
}

// Phones that post one fix at a time cost no more rows than others, and a day of late parts makes no more segments than one of good
// ones.
func TestMergingLeavesFewSegments(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const fixes = 9000
	var all []store.Track
	for i := range fixes {
		all = append(all, row("acme", "u1", time.Duration(i)*9*time.Second))
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for part := range slices.Chunk(all, 3000) {
		w.write(t, part...)
		for w.merge(t, "u1").More { // some thousand messages in each transaction
		}
	}
	if n := pgtest.Count(t, w.admin, "tracking.segment"); n != 3 {
		t.Errorf("%d segments, want 3 of 4,000 fixes at most", n)
	}
	if n := pgtest.Count(t, w.admin, "tracking.segment WHERE fixes > 4000"); n != 0 {
		t.Errorf("%d segments are too large", n)
	}
	if n := trackingtest.Count(t, w.admin, ""); n != fixes {
		t.Errorf("%d positions, want %d", n, fixes)
	}
}

func TestMergeLeavesOutWhatIsTooOldAndKeepsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.write(t, row("acme", "u1", -time.Hour), row("acme", "u1", time.Hour), row("acme", "u1", 2*time.Hour), row("acme", "u2", time.Hour))
	if _, err := w.admin.ExecContext(t.Context(), `UPDATE tracking.arrived SET track = '\xffff' WHERE first_at = '2026-03-08T02:00:00Z'`); err != nil {
		t.Fatal(err)
	}
	who := store.Who{Company: "acme", User: "u1"}
	for _, want := range []int{1, 0} { // told once, and not tried again
		m, err := w.Merge(t.Context(), who, today.AddDate(0, 0, 1), today)
		if err != nil || m.Unreadable != want || m.More {
			t.Errorf("merged %+v, %v", m, err)
		}
	}
	if users, err := w.Unmerged(t.Context(), store.Who{}, today.AddDate(0, 0, 1), 10); err != nil || len(users) != 1 || users[0].User != "u2" {
		t.Errorf("to be merged: %v, %v", users, err)
	}
	if n := pgtest.Count(t, w.admin, "tracking.arrived WHERE user_id = 'u1'"); n != 1 {
		t.Errorf("%d messages are left, want the one that cannot be read", n)
	}
	if n := pgtest.Count(t, w.admin, "tracking.segment"); n != 1 {
		t.Errorf("%d segments, want that of today", n)
	}
	page, _, err := w.Playback(t.Context(), admin("acme"), store.Range{User: "u1", From: today, To: today.Add(time.Hour * 5), Limit: 10})
	if err != nil || len(page) != 1 {
		t.Errorf("playback beside what cannot be read: %d positions, %v", len(page), err)
	}
	// The other user is nobody's business here.
	if n := pgtest.Count(t, w.admin, "tracking.arrived WHERE user_id = 'u2'"); n != 1 {
		t.Error("another user's message was merged")
	}
}

// A user who sends more than anybody can on a day costs a merge no memory, and loses nothing.
func TestADayOfTooManyPositionsStaysAsItIs(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.write(t, row("acme", "u1", time.Hour))
	w.merge(t, "u1")
	if _, err := w.admin.ExecContext(t.Context(), `UPDATE tracking.segment SET fixes = 1000001, last_at = '2026-03-08T05:00:00Z'`); err != nil {
		t.Fatal(err)
	}
	w.write(t, row("acme", "u1", 2*time.Hour))
	if _, err := w.Merge(t.Context(), store.Who{Company: "acme", User: "u1"}, today.AddDate(0, 0, 1), today); !errors.Is(err, store.ErrTooMany) {
		t.Errorf("merged: %v", err)
	}
	if n := trackingtest.Count(t, w.admin, ""); n != 2 {
		t.Errorf("%d positions, want 2", n)
	}
	w.write(t, row("acme", "u1", 6*time.Hour)) // another hour of the day
	if _, err := w.admin.ExecContext(t.Context(), `DELETE FROM tracking.arrived WHERE first_at = '2026-03-08T02:00:00Z'`); err != nil {
		t.Fatal(err)
	}
	if m := w.merge(t, "u1"); m.Messages != 1 {
		t.Errorf("merged %+v", m)
	}
}

// Writers store, merges move, readers read: at every moment a reader sees all that was stored before.
func TestReadersMissNothingWhileMergesRun(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const messages = 120
	var at sync.WaitGroup
	stored := make(chan int, messages)
	at.Go(func() {
		defer close(stored)
		for i := range messages {
			w.write(t, rowOf("acme", "u1", "phone", fix(time.Duration(2*i)*time.Second), fix(time.Duration(2*i+1)*time.Second)))
			stored <- i + 1
		}
	})
	for range 2 {
		at.Go(func() {
			for range 40 {
				w.merge(t, "u1")
			}
		})
	}
	for n := range stored {
		if got := len(w.playback(t, "u1", 1000)); got < 2*n {
			t.Errorf("%d positions are read after %d were stored", got, 2*n)
		}
	}
	at.Wait()
	w.merge(t, "u1")
	if got := len(w.playback(t, "u1", 1000)); got != 2*messages {
		t.Errorf("%d positions, want %d", got, 2*messages)
	}
}

func TestUnmergedNamesUsersOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.write(t, row("acme", "u1", time.Hour), row("acme", "u1", 2*time.Hour), row("acme", "u2", 5*time.Hour), row("otra", "u1", time.Hour))
	var got []store.Who
	for after := (store.Who{}); ; {
		page, err := w.Unmerged(t.Context(), after, today.Add(4*time.Hour), 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		after = page[0]
	}
	if want := []store.Who{{"acme", "u1"}, {"otra", "u1"}}; !slices.Equal(got, want) {
		t.Errorf("users %v, want %v", got, want)
	}
}
