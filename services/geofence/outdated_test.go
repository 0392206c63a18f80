package geofence_test

import (
	"math"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
)

// outdated is the bytes of a message as the release before published it.
func outdated(t *testing.T, received time.Time, fixes ...*terrenov1.Fix) []byte {
	t.Helper()
	body, err := proto.Marshal(&terrenov1.PositionBatch{ReceivedAtMs: received.UnixMilli(), Fixes: fixes})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// old is a point in the form of the release before.
func old(seconds int, metres float64) *terrenov1.Fix {
	f := point(seconds, metres)
	lat, lon := f.Degrees()
	return &terrenov1.Fix{RecordedAtMs: f.RecordedAt, Lat: lat, Lon: lon, AccuracyM: proto.Float32(10)}
}

// TestMessagesOfTheReleaseBeforeAreJudged: they wait in the stream when the new version starts, and new ones come behind them. A
// user's positions count together, whatever the form in which they came.
func TestMessagesOfTheReleaseBeforeAreJudged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	r.stop()
	w.publish(t, "acme", "juan", outdated(t, after(61), old(0, 300), old(60, 300)))
	w.publish(t, "acme", "ana", outdated(t, after(61), old(0, 300)))
	w.start(t)
	w.began(t, "juan", "2026-03-09T17:00:00Z")
	w.upload(t, "acme", "ana", 62, point(60, 300))
	w.began(t, "ana", "2026-03-09T17:00:00Z")
	w.publish(t, "acme", "juan", outdated(t, after(182), old(120, 0), old(181, 0)))
	w.ended(t, "juan", "returned", "2026-03-09T17:02:00Z")
	w.silent(t)
	if n := w.dead(t); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// TestImpossiblePositionsOfTheReleaseBeforeAreNotJudged: a number that is none, or is out of range, is neither an alert nor the
// end of all work.
func TestImpossiblePositionsOfTheReleaseBeforeAreNotJudged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan")
	nan, inf := math.NaN(), math.Inf(1)
	w.upload(t, "acme", "juan", 60, point(0, 0), point(60, 0))
	dead := 0
	for i, c := range []struct {
		change func(*terrenov1.Fix)
		dead   int
	}{
		{func(f *terrenov1.Fix) { f.Lat = nan }, 1},
		{func(f *terrenov1.Fix) { f.Lon = nan }, 1},
		{func(f *terrenov1.Fix) { f.Lat, f.Lon = inf, -inf }, 1},
		{func(f *terrenov1.Fix) { f.Lat = 1e300 }, 1},
		{func(f *terrenov1.Fix) { f.AccuracyM = proto.Float32(float32(nan)) }, 0},
		{func(f *terrenov1.Fix) { f.AccuracyM = proto.Float32(float32(inf)) }, 0},
		{func(f *terrenov1.Fix) { f.AccuracyM = proto.Float32(-1) }, 0},
		{func(f *terrenov1.Fix) { f.AccuracyM = proto.Float32(track.WorstAccuracyM) }, 0},
		{func(f *terrenov1.Fix) { f.RecordedAtMs = math.MaxInt64 }, 0},
		{func(f *terrenov1.Fix) { f.RecordedAtMs = math.MinInt64 }, 0},
		{func(f *terrenov1.Fix) { f.RecordedAtMs += 400 * 24 * time.Hour.Milliseconds() }, 0},
	} {
		one, two := old(61+i, 900), old(122+i, 900)
		c.change(one)
		c.change(two)
		w.publish(t, "acme", "juan", outdated(t, after(70+10*i), one, two))
		dead += c.dead
	}
	for _, received := range []int64{math.MaxInt64, math.MinInt64, 0} {
		w.publish(t, "acme", "juan", outdated(t, time.UnixMilli(received), old(200, 900), old(261, 900)))
	}
	w.silent(t)
	w.upload(t, "acme", "juan", 280, point(210, 300), point(271, 300))
	w.began(t, "juan", "2026-03-09T17:03:30Z")
	if n := w.dead(t); n != dead {
		t.Errorf("%d dead letters, want %d of positions that are nowhere", n, dead)
	}
}

// TestAnAccuracyThatCannotBeReadJudgesNobody: neither outside nor inside, from the stream or from storage.
func TestAnAccuracyThatCannotBeReadJudgesNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	unsure := func(seconds int, metres float64) track.Fix {
		f := point(seconds, metres)
		f.Flags, f.Accuracy = track.AccuracyUnusable, 0
		return f
	}
	w.seen(t, "acme", "juan", 61, unsure(0, 900), unsure(60, 900))
	w.store(t, "acme", "ana", 61, unsure(0, 900), unsure(60, 900))
	w.at(200)
	w.swept(t, w.sweeper(t))
	w.silent(t)
	w.seen(t, "acme", "juan", 131, point(70, 300), point(130, 300))
	w.began(t, "juan", "2026-03-09T17:01:10Z")
	w.seen(t, "acme", "juan", 201, unsure(140, 0), unsure(200, 0))
	w.silent(t)
	if n := w.open(t, "acme"); n != 1 {
		t.Errorf("%d alerts go on, want juan's", n)
	}
}
