package trace

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// FuzzRow checks that any row gives an error, or a fix that JSON can represent and that parses again to the same fix.
func FuzzRow(f *testing.F) {
	for _, seed := range []string{
		"8907,2015-06-07T08:15:59-05:00,0.0,30.163252,-97.7912",
		"9302,2017-03-21T05:40:42-05:00,113.9952,0.0,0.0",
		"a,2026-01-02T00:01:00.123456789+14:00,0x1p-2,1e300,-0",
		"a,9999-12-31T23:59:59-23:59,NaN,Inf,1e999",
		",,,,", "a,b", "a.*,2026-01-02T00:01:00Z,0,1,2,3",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		got, err := parseRow(strings.Split(line, ","))
		if err != nil {
			if err.Error() == "" || got != (row{}) {
				t.Errorf("error %q with row %+v", err, got)
			}
			return
		}
		for _, x := range []float64{got.fix.Lat, got.fix.Lon, got.fix.SpeedMPS} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				t.Errorf("%v in %+v", x, got)
			}
		}
		if _, err := json.Marshal(got.fix); err != nil {
			t.Errorf("JSON cannot represent the fix: %v", err)
		}
		number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
		again, err := parseRow([]string{
			got.vehicle, got.fix.RecordedAt.Format(time.RFC3339Nano), number(got.fix.SpeedMPS), number(got.fix.Lat), number(got.fix.Lon),
		})
		if err != nil || again.fix != got.fix || again.vehicle != got.vehicle {
			t.Errorf("%+v reads back as %+v, %v", got, again, err)
		}
	})
}
