package zone

import (
	"math"

	"github.com/terreno/terreno/pkg/geo"
)

// box bounds longitudes and latitudes. Both ends belong to it.
type box struct{ minX, minY, maxX, maxY float64 }

func boxOf(points []point) box {
	b := box{points[0].x, points[0].y, points[0].x, points[0].y}
	for _, p := range points[1:] {
		b.minX, b.minY, b.maxX, b.maxY = min(b.minX, p.x), min(b.minY, p.y), max(b.maxX, p.x), max(b.maxY, p.y)
	}
	return b
}

func (b box) with(o box) box {
	return box{min(b.minX, o.minX), min(b.minY, o.minY), max(b.maxX, o.maxX), max(b.maxY, o.maxY)}
}

func (b box) grow(x, y float64) box { return box{b.minX - x, b.minY - y, b.maxX + x, b.maxY + y} }

func (b box) has(x, y float64) bool { return x >= b.minX && x <= b.maxX && y >= b.minY && y <= b.maxY }

func (b box) meets(o box) bool {
	return b.minX <= o.maxX && o.minX <= b.maxX && b.minY <= o.maxY && o.minY <= b.maxY
}

// wide says whether a zone is too wide: nobody could tell which way round the earth it goes. Such zones are refused.
func wide(b box) bool { return b.maxX-b.minX >= 180 }

// growM returns a box that holds every place within m metres of b, and a little more.
func (b box) growM(m float64) box {
	const slack = 1.01 // a degree of latitude is shortest at the equator, by 1 %
	_, north := geo.NewProjection(0, 0).Scale()
	y := slack * m / north
	// A degree of longitude is shortest at the end nearest to a pole.
	end := max(math.Abs(b.minY-y), math.Abs(b.maxY+y))
	if end >= 89 {
		return box{-math.MaxFloat64, b.minY - y, math.MaxFloat64, b.maxY + y}
	}
	east, _ := geo.NewProjection(end, 0).Scale()
	return b.grow(slack*m/east, y)
}

func (b box) shift(x float64) box { return box{b.minX + x, b.minY, b.maxX + x, b.maxY} }
