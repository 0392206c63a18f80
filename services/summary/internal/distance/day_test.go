package distance_test

import (
	"math"
	"reflect"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/distance"
)

func near(got, want, within float64) bool { return math.Abs(got-want) <= within }

func TestReportOfADay(t *testing.T) {
	t.Parallel()
	m := begin(10).stay(1_200).walk(6_000, 10, 90).stay(60).walk(3_000, 10, 0).stay(1_800).walk(600, 1.5, 270).stay(600)
	late := m.fixes
	for i := range late[:5] {
		late[i].ReceivedAt = late[i].RecordedAt + 700_000
	}
	r := distance.Day(map[string][]track.Fix{"phone": late}, distance.Options{Ways: true})
	if !near(r.DistanceM, 9_600, 20) || !near(float64(r.MovingMS), 1_300_000, 90_000) || r.GapM != 0 || len(r.Gaps) != 0 {
		t.Errorf("%.0f m, moving %d ms, gaps %v", r.DistanceM, r.MovingMS, r.Gaps)
	}
	if r.Fixes != len(m.fixes) || r.Counted != r.Fixes || r.LateFixes != 5 || r.Devices != 1 || r.Thinned {
		t.Errorf("fixes %d, counted %d, late %d, devices %d", r.Fixes, r.Counted, r.LateFixes, r.Devices)
	}
	if r.FirstAt != morning*1000 || r.LastAt != m.at*1000 || r.MovingMS+r.StoppedMS != r.LastAt-r.FirstAt {
		t.Errorf("from %d to %d", r.FirstAt, r.LastAt)
	}
	if !near(r.MaxSpeedMPS, 10, 0.3) || !near(r.AvgMovingSpeedMPS, 9_600/1_300.0, 0.5) {
		t.Errorf("at most %v m/s, on average %v m/s", r.MaxSpeedMPS, r.AvgMovingSpeedMPS)
	}
	if len(r.Trips) != 2 || len(r.Stops) != 3 {
		t.Fatalf("trips %+v, stops %+v", r.Trips, r.Stops)
	}
	ride := r.Trips[0]
	if !near(ride.DistanceM, 9_000, 20) || !near(float64(ride.From.At), (morning+1_200)*1000, 60_000) || !near(float64(ride.Until.At), (morning+1_200+960)*1000, 60_000) {
		t.Errorf("the ride is %+v", ride)
	}
	if lat, lon := m.plane.LatLon(6_000, 3_000); geo.Distance(lat, lon, ride.Until.Lat, ride.Until.Lon) > 20 || geo.Distance(lat, lon, r.Stops[1].Lat, r.Stops[1].Lon) > 20 {
		t.Errorf("the ride ends at %+v, and the stop is at %+v", ride.Until, r.Stops[1])
	}
	if n := len(ride.Way); n < 90 || ride.Way[0] != ride.From || ride.Way[n-1] != ride.Until {
		t.Errorf("the way has %d points", len(ride.Way))
	}
	if stop := r.Stops[1]; !near(float64(stop.Until-stop.From), 1_800_000, 60_000) {
		t.Errorf("the stop took %d ms", stop.Until-stop.From)
	}
}

func TestGapsAreNotDistance(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]*made{
		"31 min": begin(10).walk(2_000, 8, 0).leave(31*60).walk(2_000, 8, 0),
		"6 km":   begin(10).walk(2_000, 8, 0).leave(600).jump(6_000).walk(2_000, 8, 0),
	} {
		m.stay(30)
		r := one(m.fixes)
		if len(r.Gaps) != 1 || len(r.Trips) != 2 || !near(r.DistanceM, 4_000, 100) || r.GapM != r.Gaps[0].DistanceM || r.GapMS < 600_000 {
			t.Errorf("%s: %.0f m, gaps %+v, trips %+v", name, r.DistanceM, r.Gaps, r.Trips)
		}
		if r.MovingMS+r.StoppedMS+r.GapMS != r.LastAt-r.FirstAt {
			t.Errorf("%s: the times do not add up", name)
		}
	}
	if r := one(begin(10).walk(2_000, 8, 0).leave(600).jump(4_000).walk(2_000, 8, 0).fixes); len(r.Gaps) != 0 || !near(r.DistanceM, 8_000, 100) {
		t.Errorf("4 km in 10 min: %.0f m, gaps %+v", r.DistanceM, r.Gaps)
	}
}

func TestJumpsAreNotTravelled(t *testing.T) {
	t.Parallel()
	m := begin(10).walk(5_000, 10, 0)
	want := one(m.fixes).DistanceM
	for i := 20; i < len(m.fixes); i += 50 { // single fixes 1.1 km away that claim to be exact
		m.fixes[i].Lat += 100_000
	}
	if r := one(m.fixes); !near(r.DistanceM, want, 30) || len(r.Gaps) != 0 {
		t.Errorf("%.0f m instead of %.0f, gaps %+v", r.DistanceM, want, r.Gaps)
	}
	moved := begin(10).stay(600).jump(20_000).stay(600) // the first place was an old one
	if r := one(moved.fixes); r.DistanceM != 0 || len(r.Stops) != 2 || len(r.Gaps) != 1 {
		t.Errorf("%.0f m, stops %+v, gaps %+v", r.DistanceM, r.Stops, r.Gaps)
	}
}

func TestLimitOfSpeedIsChosenByTheDay(t *testing.T) {
	t.Parallel()
	// 500 m at 25 m/s: somebody took a ride, or the phone of somebody on foot jumped.
	fastest := func(activity string) float64 {
		m := begin(10).walk(600, 1.4, 0).walk(500, 25, 0).walk(600, 1.4, 0)
		for i := range m.fixes {
			m.fixes[i].Activity = activity
		}
		return one(m.fixes).MaxSpeedMPS
	}
	if v := fastest("in_vehicle"); !near(v, 25, 1) {
		t.Errorf("in a vehicle: %.1f m/s", v)
	}
	if v := fastest("walking"); v > 15 {
		t.Errorf("on foot: %.1f m/s", v)
	}
	if r := one(begin(10).stay(600).walk(6_000, 30, 0).stay(600).fixes); !near(r.DistanceM, 6_000, 50) || !near(r.MaxSpeedMPS, 30, 1) {
		t.Errorf("by car: %.0f m, at most %.1f m/s", r.DistanceM, r.MaxSpeedMPS)
	}
	fast := begin(10).walk(20_000, 60, 0).fixes
	if r := distance.Day(map[string][]track.Fix{"": fast}, distance.Options{MaxSpeedMPS: 80}); !near(r.DistanceM, 20_000, 50) {
		t.Errorf("by train, with a limit of 80 m/s: %.0f m", r.DistanceM)
	}
}

func TestOneDeviceCountsAtATime(t *testing.T) {
	t.Parallel()
	carried := begin(10).walk(5_000, 5, 0).fixes
	home := begin(60).stay(1_000).fixes
	r := distance.Day(map[string][]track.Fix{"a": home, "b": carried}, distance.Options{})
	if !near(r.DistanceM, 5_000, 600) || r.Devices != 2 || r.Fixes != len(home)+len(carried) {
		t.Errorf("a phone at home beside one that travels: %.0f m, %d devices", r.DistanceM, r.Devices)
	}
	// Two phones in one bag are one way. Their swapping makes no leg from one to the other.
	both := map[string][]track.Fix{"a": noise{sigma: 5, accuracy: 8, seed: 1}.add(carried), "b": noise{sigma: 5, accuracy: 8, seed: 2}.add(carried)}
	if r := distance.Day(both, distance.Options{}); !near(r.DistanceM, 5_000, 150) {
		t.Errorf("two phones in a bag: %.0f m", r.DistanceM)
	}
	next := begin(10).leave(1_000+400).jump(2_000).walk(1_000, 5, 0).fixes[1:]
	r = distance.Day(map[string][]track.Fix{"a": carried, "b": next}, distance.Options{})
	if !near(r.DistanceM, 6_000, 100) || len(r.Gaps) != 1 || r.Gaps[0].DistanceM != 0 || r.GapM != 0 {
		t.Errorf("another phone after 400 s: %.0f m, gaps %+v", r.DistanceM, r.Gaps)
	}
}

// In a shift the device counts with which it was begun, while it reports: whatever the other one does, and also when both report at the
// same instants.
func TestTheDeviceOfTheShiftCountsFirst(t *testing.T) {
	t.Parallel()
	until := func(fixes []track.Fix, seconds int64) []track.Fix {
		return track.Between(fixes, 0, (morning+seconds)*1000)
	}
	home, carried := begin(60).stay(3_000).fixes, begin(60).walk(15_000, 5, 0).fixes
	phones := map[string][]track.Fix{"home": home, "carried": carried}
	shift := func(device string, from, until int64) []distance.First {
		return []distance.First{{Device: device, From: (morning + from) * 1000, Until: (morning + until) * 1000}}
	}
	for what, c := range map[string]struct {
		phones map[string][]track.Fix
		first  []distance.First
		m      float64
	}{
		"nobody knows":                {phones, nil, 15_000},
		"the one that is carried":     {phones, shift("carried", 0, 4_000), 15_000},
		"the one at home":             {phones, shift("home", 0, 4_000), 0},
		"one that sends nothing":      {phones, shift("tablet", 0, 4_000), 15_000},
		"the one at home, for a time": {phones, shift("home", 0, 1_500), 7_500},
		"the one at home, until it falls silent": {
			map[string][]track.Fix{"home": until(home, 1_500), "carried": carried}, shift("home", 0, 4_000), 6_000,
		},
	} {
		if r := distance.Day(c.phones, distance.Options{First: c.first}); !near(r.DistanceM, c.m, 900) || r.Devices != 2 {
			t.Errorf("%s: %.0f m, want %.0f; gaps %+v", what, r.DistanceM, c.m, r.Gaps)
		}
	}
}

// Two phones of which one begins the shift at noon, and the other one the next: they swap, and no leg joins them.
func TestPhonesThatSwap(t *testing.T) {
	t.Parallel()
	a, b := begin(30).walk(20_000, 5, 0).fixes, begin(30).jump(3_000).walk(20_000, 5, 0).fixes[1:]
	first := []distance.First{
		{Device: "a", From: morning * 1000, Until: (morning + 1_000) * 1000},
		{Device: "b", From: (morning + 1_000) * 1000, Until: (morning + 2_000) * 1000},
		{Device: "a", From: (morning + 2_000) * 1000, Until: math.MaxInt64},
	}
	r := distance.Day(map[string][]track.Fix{"a": a, "b": b}, distance.Options{First: first})
	if len(r.Gaps) != 2 || r.GapM != 0 || !near(r.DistanceM, 20_000, 800) || r.Devices != 2 {
		t.Errorf("%.0f m, gaps %+v", r.DistanceM, r.Gaps)
	}
}

func TestPhonesThatTakeTurns(t *testing.T) {
	t.Parallel()
	a, b := begin(600).stay(20_000).fixes, begin(600).leave(301).stay(20_000).fixes
	r := distance.Day(map[string][]track.Fix{"a": a, "b": b[1:]}, distance.Options{})
	if len(r.Gaps) > 1 || r.Counted < len(b)-1 {
		t.Errorf("%d gaps, %d fixes counted of %d", len(r.Gaps), r.Counted, r.Fixes)
	}
}

func TestMockFixesCountApart(t *testing.T) {
	t.Parallel()
	m := begin(10).stay(1_200)
	from := len(m.fixes)
	m.walk(3_000, 10, 0)
	for i := range m.fixes[from:] {
		m.fixes[from+i].Flags |= track.Mock
	}
	m.walk(3_000, 10, 180).stay(1_200)
	r := one(m.fixes)
	if !near(r.MockM, 2_900, 110) || r.Fixes != len(m.fixes) {
		t.Errorf("mock %.0f m, fixes %d", r.MockM, r.Fixes)
	}
	if only := one(m.fixes[from : from+30]); only.DistanceM != 0 || len(only.Trips) != 0 || only.MockM == 0 || only.Fixes != 30 || only.Counted != 0 {
		t.Errorf("only mock fixes: %+v", only)
	}
}

func TestOddDays(t *testing.T) {
	t.Parallel()
	if r := distance.Day(nil, distance.Options{}); !reflect.DeepEqual(r, distance.Report{}) {
		t.Errorf("no fixes: %+v", r)
	}
	bad := begin(10).walk(3_000, 10, 0).fixes
	for i := range bad {
		bad[i].SetAccuracyM(500)
	}
	if r := one(bad); r.DistanceM != 0 || r.Counted != 0 || r.Fixes != len(bad) || r.FirstAt == 0 {
		t.Errorf("only bad accuracy: %+v", r)
	}
	for i := range bad {
		bad[i].Flags |= track.AccuracyUnusable
	}
	if r := one(bad); r.Counted != 0 {
		t.Errorf("only unreadable accuracy: %+v", r)
	}
	ahead := begin(10).walk(1_000, 10, 0).fixes
	ahead[3].RecordedAt += 2 * 365 * 86_400_000
	ahead[4].RecordedAt, ahead[5].RecordedAt, ahead[6].RecordedAt = math.MaxInt64, math.MinInt64, 0
	bounds := distance.Options{From: morning * 1000, Until: (morning + 86_400) * 1000}
	if r := distance.Day(map[string][]track.Fix{"": ahead}, bounds); r.Fixes != len(ahead)-4 || !near(r.DistanceM, 1_000, 60) {
		t.Errorf("a phone whose clock jumps: %d fixes, %.0f m", r.Fixes, r.DistanceM)
	}
	if r := one(ahead); r.Fixes != len(ahead)-2 {
		t.Errorf("without bounds: %d fixes", r.Fixes)
	}
	same := begin(10).walk(1_000, 10, 0).fixes
	for i := range same {
		same[i].RecordedAt = morning * 1000
	}
	if r := one(same); r.Fixes != 1 || r.DistanceM != 0 || r.FirstAt != r.LastAt {
		t.Errorf("all at one instant: %+v", r)
	}
	if r := distance.Day(map[string][]track.Fix{"": same}, distance.Options{From: 5, Until: 3}); r.Fixes != 0 {
		t.Errorf("a day that ends before it begins: %+v", r)
	}
}

func TestManyFixesAreThinned(t *testing.T) {
	t.Parallel()
	m := begin(1)
	for len(m.fixes) < 3*distance.MaxFixes {
		m.walk(5_000, 10, 0).stay(300).walk(5_000, 10, 180).stay(300)
	}
	many := map[string][]track.Fix{}
	for i := range m.fixes {
		m.fixes[i].RecordedAt = morning*1000 + (m.fixes[i].RecordedAt-morning*1000)/2
	}
	many["phone"] = m.fixes
	want := float64(len(m.fixes)) / 1_600 * 10_000
	if r := distance.Day(many, distance.Options{}); !r.Thinned || r.Counted > distance.MaxFixes+1 || !near(r.DistanceM, want, 0.02*want) || r.Fixes != len(m.fixes) {
		t.Errorf("counted %d, %.0f m of %.0f", r.Counted, r.DistanceM, want)
	}
	crowd := map[string][]track.Fix{}
	for i, f := range m.fixes[:20_000] {
		crowd[string(rune(0x4e00+i))] = []track.Fix{f}
	}
	if r := distance.Day(crowd, distance.Options{}); r.Devices != 20_000 {
		t.Errorf("%d devices", r.Devices)
	}
}
