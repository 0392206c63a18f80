package export

import (
	"bufio"
	"encoding/xml"
	"strings"
	"time"
)

// gpx writes a track with one segment for each device and UTC day, as GPX 1.1. Speed and bearing stand in Garmin's extension,
// which most programs read. GPX has no field for the rest.
type gpx struct {
	out *bufio.Writer
	// user is escaped.
	user  string
	lines lines
}

const gpxHead = `<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Terreno" xmlns="http://www.topografix.com/GPX/1/1"
  xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd http://www.garmin.com/xmlschemas/TrackPointExtension/v2 http://www.garmin.com/xmlschemas/TrackPointExtensionv2.xsd">
`

func (g *gpx) begin(q Query) error {
	g.user, g.lines.write = escaped(q.User), g.line
	g.put(gpxHead, "<metadata><name>", g.user, " ", instant(q.From), " ", instant(q.To), "</name></metadata>\n")
	return nil
}

func (g *gpx) position(p *Position) error { return g.lines.add(p) }

func (g *gpx) end() error {
	if err := g.lines.flush(); err != nil {
		return err
	}
	g.put("</gpx>\n")
	return nil
}

func (g *gpx) line(day time.Time, l *line) error {
	device := escaped(l.device)
	g.put("<trk><name>", strings.Join(strings.Fields(g.user+" "+device+" "+day.Format(time.DateOnly)), " "), "</name><src>", device, "</src><trkseg>\n")
	for i := range l.positions {
		p := &l.positions[i]
		lon := p.Lon
		if lon == 180 { // which GPX does not know
			lon = -180
		}
		g.put(`<trkpt lat="`, degrees(p.Lat), `" lon="`, degrees(lon), `">`)
		if p.AltitudeM != nil {
			g.put("<ele>", number(p.AltitudeM), "</ele>")
		}
		g.put("<time>", instant(p.RecordedAt.Time()), "</time>")
		if p.SpeedMPS != nil || p.BearingDeg != nil {
			g.put("<extensions><gpxtpx:TrackPointExtension>")
			if p.SpeedMPS != nil {
				g.put("<gpxtpx:speed>", number(p.SpeedMPS), "</gpxtpx:speed>")
			}
			if p.BearingDeg != nil {
				g.put("<gpxtpx:course>", number(p.BearingDeg), "</gpxtpx:course>")
			}
			g.put("</gpxtpx:TrackPointExtension></extensions>")
		}
		g.put("</trkpt>\n")
	}
	_, err := g.out.WriteString("</trkseg></trk>\n")
	return err
}

// put writes texts. The writer keeps an error, and returns it from whatever follows.
func (g *gpx) put(texts ...string) {
	for _, t := range texts {
		_, _ = g.out.WriteString(t)
	}
}

// escaped returns a text as XML has it. Characters that XML forbids become U+FFFD.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder returns no error
	return b.String()
}
