package export

import (
	"bufio"
	"encoding/json"
	"math"
	"time"
)

// geojson writes a FeatureCollection (RFC 7946) with a line for each device and UTC day, which maps draw as it is. A line that
// crosses the antimeridian is cut there into a MultiLineString (section 3.1.9), and a single position is a Point. The property
// coordTimes holds the instant of each coordinate, in the shape of the coordinates. Lines have two dimensions: programs want
// an altitude of each position of a line or of none, and devices report it now and then.
type geojson struct {
	out   *bufio.Writer
	user  string
	some  bool
	lines lines
}

type feature struct {
	Type       string     `json:"type"`
	Geometry   geometry   `json:"geometry"`
	Properties properties `json:"properties"`
}

type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

type properties struct {
	User       string `json:"user_id"`
	Device     string `json:"device_id"`
	Day        string `json:"day"`
	Start      string `json:"start"`
	End        string `json:"end"`
	Positions  int    `json:"positions"`
	CoordTimes any    `json:"coordTimes"`
}

// point is a coordinate and its instant, ms since 1970-01-01T00:00:00Z.
type point struct {
	lon, lat float64
	at       int64
}

func (g *geojson) begin(q Query) error {
	g.user, g.lines.write = q.User, g.line
	_, err := g.out.WriteString(`{"type":"FeatureCollection","features":[`)
	return err
}

func (g *geojson) position(p *Position) error { return g.lines.add(p) }

func (g *geojson) end() error {
	if err := g.lines.flush(); err != nil {
		return err
	}
	_, err := g.out.WriteString("\n]}\n")
	return err
}

func (g *geojson) line(day time.Time, l *line) error {
	points := make([]point, len(l.positions))
	for i := range l.positions {
		p := &l.positions[i]
		points[i] = point{p.Lon, p.Lat, int64(p.RecordedAt)}
	}
	f := feature{Type: "Feature", Properties: properties{
		User: g.user, Device: l.device, Day: day.Format(time.DateOnly), Positions: len(points),
		Start: at(points[0]), End: at(points[len(points)-1]),
	}}
	f.Geometry, f.Properties.CoordTimes = shape(cut(points))
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	before := ",\n"
	if !g.some {
		before, g.some = "\n", true
	}
	_, _ = g.out.WriteString(before)
	_, err = g.out.Write(text)
	return err
}

// shape returns parts of a line as a geometry, and their instants in the same shape.
func shape(parts [][]point) (geometry, any) {
	coordinates, times := make([][][2]float64, len(parts)), make([][]string, len(parts))
	for i, part := range parts {
		for _, p := range part {
			coordinates[i] = append(coordinates[i], [2]float64{p.lon, p.lat})
			times[i] = append(times[i], at(p))
		}
	}
	switch {
	case len(parts) > 1:
		return geometry{"MultiLineString", coordinates}, times
	case len(parts[0]) > 1:
		return geometry{"LineString", coordinates[0]}, times[0]
	default:
		return geometry{"Point", coordinates[0][0]}, times[0][0]
	}
}

func at(p point) string { return instant(time.UnixMilli(p.at)) }

// cut cuts a line where it crosses the antimeridian: from one point to the next it goes the shorter way around. Each part then has
// the place of the crossing, on its own side. A part that would be one point at the antimeridian is left out, because its
// neighbour has the same place.
func cut(points []point) (parts [][]point) {
	part := points[:1:1]
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if math.Abs(b.lon-a.lon) > 180 {
			side := math.Copysign(180, a.lon)
			share := 0.0
			if way := 360 - math.Abs(b.lon-a.lon); way > 0 {
				share = (180 - math.Abs(a.lon)) / way
			}
			edge := point{side, a.lat + share*(b.lat-a.lat), a.at + int64(math.Round(share*float64(b.at-a.at)))}
			parts = append(parts, distinct(append(part, edge)))
			edge.lon = -side
			part = []point{edge}
		}
		part = append(part, b)
	}
	parts = append(parts, distinct(part))
	kept := parts[:0]
	for _, p := range parts {
		if len(p) > 1 || len(parts) == 1 {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 { // all of it lies at the antimeridian
		return [][]point{points[:1]}
	}
	return kept
}

// distinct leaves out what an edge repeats: a point that itself lies at the antimeridian.
func distinct(part []point) []point {
	if n := len(part); n > 1 && part[n-1] == part[n-2] {
		part = part[:n-1]
	}
	if len(part) > 1 && part[0] == part[1] {
		part = part[1:]
	}
	return part
}
