package work

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/jpeg"
	"net/url"
	"time"
)

// Photo draws what a worker photographs: a front with a door and windows, in colours of its own. It is a JPEG of some kilobytes, and
// always the same for the same key.
func Photo(key string) []byte {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	n := h.Sum32()
	wall := color.RGBA{uint8(120 + n%120), uint8(110 + n>>8%110), uint8(90 + n>>16%120), 255}
	picture := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			switch {
			case y < 60:
				picture.Set(x, y, color.RGBA{uint8(120 + y), uint8(170 + y), 235, 255}) // the sky
			case y > 215:
				picture.Set(x, y, color.RGBA{95, 95, 100, 255}) // the street
			case x > 135 && x < 185 && y > 130, y > 90 && y < 130 && x%90 > 25 && x%90 < 65:
				picture.Set(x, y, color.RGBA{60, 50, 45, 255})
			default:
				picture.Set(x, y, wall)
			}
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, picture, &jpeg.Options{Quality: 70}) // a buffer takes everything
	return b.Bytes()
}

// PhotoQuery returns the part of a photo's address that says when it was taken, and by which device.
func PhotoQuery(r Report) string {
	return "?" + url.Values{"occurred_at": {r.OccurredAt.UTC().Format(time.RFC3339Nano)}, "device_id": {r.DeviceID}, "note": {"Foto de la fachada"}}.Encode()
}
