package rule_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// BenchmarkStep judges somebody who goes in and out, by 1 and by 50 zones of 40 vertices each.
func BenchmarkStep(b *testing.B) {
	for _, zones := range []int{1, 50} {
		b.Run(fmt.Sprintf("zones=%d", zones), func(b *testing.B) {
			members := make([]zone.Member, zones)
			names := make([]string, zones)
			for i := range members {
				ring := ""
				for n := range 20 {
					ring += fmt.Sprintf("[%v,%v],", -74.08+float64(n)*0.0001, 4.65+float64(i)*0.004+float64(n%2)*0.0001)
				}
				for n := range 20 {
					ring += fmt.Sprintf("[%v,%v],", -74.08+float64(19-n)*0.0001, 4.652+float64(i)*0.004+float64(n%2)*0.0001)
				}
				shape, err := zone.Parse(fmt.Appendf(nil, `{"type":"Polygon","coordinates":[[%s[-74.08,%v]]]}`, ring, 4.65+float64(i)*0.004), nil, nil)
				if err != nil {
					b.Fatal(err)
				}
				members[i], names[i] = zone.Member{Shape: shape, BufferM: rule.DefaultBufferM}, fmt.Sprint("z", i)
			}
			set := &rule.Set{Key: "k", Zones: names, Area: zone.NewSet(members), Params: rule.Defaults}
			s := &rule.State{}
			at, events := noon, 0
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				at = at.Add(30 * time.Second)
				f := rule.Fix{At: at, ReceivedAt: at, Lat: 4.651, Lon: -74.079, AccuracyM: 10}
				if i++; i%200 > 194 {
					f.Lon += 0.002
				}
				events += len(s.Step(juan, set, f))
			}
			if i > 1000 && events == 0 {
				b.Error("nothing happened")
			}
			b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "fixes/s")
		})
	}
}
