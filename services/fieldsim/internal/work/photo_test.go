package work_test

import (
	"bytes"
	"image/jpeg"
	"net/url"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

func TestSomePhonesTakeAPhoto(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	visits := work.Visits(members, midnight, 0)
	photos := 0
	for _, m := range members {
		for _, a := range work.Actions(m, visits) {
			if !a.Photo {
				continue
			}
			photos++
			report := a.Body.(work.Report)
			one := work.Photo(a.Key)
			if photos == 1 {
				picture, err := jpeg.Decode(bytes.NewReader(one))
				if err != nil || picture.Bounds().Dx() != 320 || len(one) > 20_000 || !bytes.Equal(one, work.Photo(a.Key)) || bytes.Equal(one, work.Photo("another")) {
					t.Errorf("%d bytes, %v", len(one), err)
				}
			}
			q, err := url.ParseQuery(work.PhotoQuery(report)[1:])
			if at, timeErr := time.Parse(time.RFC3339, q.Get("occurred_at")); err != nil || timeErr != nil || !at.Equal(report.OccurredAt) || q.Get("device_id") != m.Device {
				t.Errorf("%v, %v, %v", q, err, timeErr)
			}
		}
	}
	if photos < 20 || photos > len(visits)/2 {
		t.Errorf("%d photos of %d visits", photos, len(visits))
	}
}
