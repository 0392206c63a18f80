package distance

// Fixes at smoothMS or less are smoothed by Rauch, Tung and Striebel's smoother (AIAA Journal 3(8), 1965) with a constant
// velocity. The model may accelerate by a white noise of the density slowQ (m2/s3) below slowMPS and fastQ above fastMPS. Only the white part
// of the error is smoothed, at most whiteM: whoever smooths the part that wanders cuts the hairpins.
const (
	smoothMS         = 5_000
	slowQ, fastQ     = 0.5, 8
	slowMPS, fastMPS = 3, 5
	whiteM           = 4
	paceMS           = 10_000 // the pace for the noise is a displacement over that much
)

// smooth returns the fixes of a move, smoothed where they are dense.
func (s *stretch) smooth(m *move) []fix {
	if m.first > m.last {
		return nil
	}
	raw := s.fixes[m.first : m.last+1]
	var way []fix
	var room []state
	for i := 0; i < len(raw); {
		j := i + 1
		for j < len(raw) && raw[j].at-raw[j-1].at <= smoothMS {
			j++
		}
		if j-i >= 3 {
			if way == nil {
				way = append(make([]fix, 0, len(raw)), raw...)
				room = make([]state, len(raw))
			}
			s.smoothed(way[i:j], raw[i:j], room[:j-i])
			for k := i; k < j; k++ {
				way[k].lat, way[k].lon = s.plane.LatLon(way[k].x, way[k].y)
			}
		}
		i = j
	}
	if way == nil {
		return raw
	}
	return way
}

// state is what the filter knows at a fix: place and velocity of both axes, and the covariance, which the axes share. The
// predicted ones are from before the fix was read.
type state struct {
	x, vx, y, vy     float64
	pp, pv, vv       float64
	px, py, vpx, vpy float64
	qpp, qpv, qvv    float64
	dt               float64
}

// smoothed writes into way the smoothed places of raw, with room for the states.
func (s *stretch) smoothed(way, raw []fix, room []state) {
	r := s.white(&raw[0])
	first := &raw[0]
	room[0] = state{x: first.x, y: first.y, pp: r * r, vv: vehicleMPS * vehicleMPS}
	lo, hi := 0, 0
	for i := 1; i < len(raw); i++ {
		f, was, k := &raw[i], &room[i-1], &room[i]
		for hi < len(raw)-1 && raw[hi].at < f.at+paceMS/2 {
			hi++
		}
		for raw[lo].at < f.at-paceMS/2 {
			lo++
		}
		q := density(&raw[lo], &raw[hi])
		dt := float64(f.at-raw[i-1].at) / 1000
		k.dt = dt
		k.px, k.vpx = was.x+was.vx*dt, was.vx
		k.py, k.vpy = was.y+was.vy*dt, was.vy
		k.qpp = was.pp + 2*dt*was.pv + dt*dt*was.vv + q*dt*dt*dt/3
		k.qpv = was.pv + dt*was.vv + q*dt*dt/2
		k.qvv = was.vv + q*dt
		r = s.white(f)
		total := k.qpp + r*r
		gainP, gainV := k.qpp/total, k.qpv/total
		dx, dy := f.x-k.px, f.y-k.py
		k.x, k.vx = k.px+gainP*dx, k.vpx+gainV*dx
		k.y, k.vy = k.py+gainP*dy, k.vpy+gainV*dy
		k.pp, k.pv, k.vv = (1-gainP)*k.qpp, (1-gainP)*k.qpv, k.qvv-gainV*k.qpv
	}
	backward(way, room)
}

// backward goes from the last state to the first, and writes the places into way.
func backward(way []fix, room []state) {
	n := len(room) - 1
	way[n].x, way[n].y = room[n].x, room[n].y
	for i := n - 1; i >= 0; i-- {
		k, next := &room[i], &room[i+1]
		det := next.qpp*next.qvv - next.qpv*next.qpv
		if !(det > 0) {
			way[i].x, way[i].y = k.x, k.y
			continue
		}
		// The gain is P F' / P-, two by two.
		a, b := k.pp+next.dt*k.pv, k.pv
		c, d := k.pv+next.dt*k.vv, k.vv
		g11, g12 := (a*next.qvv-b*next.qpv)/det, (b*next.qpp-a*next.qpv)/det
		g21, g22 := (c*next.qvv-d*next.qpv)/det, (d*next.qpp-c*next.qpv)/det
		dx, dvx := next.x-next.px, next.vx-next.vpx
		dy, dvy := next.y-next.py, next.vy-next.vpy
		k.x, k.vx = k.x+g11*dx+g12*dvx, k.vx+g21*dx+g22*dvx
		k.y, k.vy = k.y+g11*dy+g12*dvy, k.vy+g21*dy+g22*dvy
		way[i].x, way[i].y = k.x, k.y
	}
}

// white returns the standard deviation of the white part of a fix's error, of each axis.
func (s *stretch) white(f *fix) float64 {
	return max(0.1, min(whiteM, max(f.accuracy/perSigma, s.sigma)))
}

// density returns how much the velocity may change at the pace from a to b.
func density(a, b *fix) float64 {
	if b.at <= a.at {
		return slowQ
	}
	pace := apart(a, b) / float64(b.at-a.at) * 1000
	share := max(0, min(1, (pace-slowMPS)/(fastMPS-slowMPS)))
	return slowQ + share*(fastQ-slowQ)
}
