package httpx

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/auth"
)

// Class groups operations by what they cost, and keeps each group from waiting for another. Each class has places and bytes
// of its own. The companies that call share them. Where anybody may call, the client addresses share them.
type Class string

// The classes.
const (
	ClassReads  Class = "reads"
	ClassWrites Class = "writes"
	// ClassUploads is for what phones hand in. It needs no database, and works while the database is down or hangs.
	ClassUploads Class = "uploads"
	// ClassPanic is for calls for help. Their bodies are small and they need no database. Nothing else takes their places or their
	// bytes, no company has more than half of them, and one user has at most eight at once, so that it does not keep colleagues out.
	ClassPanic Class = "panic"
	// ClassFiles is for files, which are longer than the memory that a request may take. They pass through while the request holds
	// its place, so a slow client holds one for up to FileTimeout. Nothing else waits for these places. One user sends at most four
	// files at once, so that a slow phone does not keep the photos of its company out.
	ClassFiles Class = "files"
	// ClassPublic is for operations that anybody may call.
	ClassPublic Class = "public"
)

// Limits of a class.
type Limits struct {
	// Places is how many requests of the class run at once. A request counts once its body has been read. One company gets
	// at most half of the places.
	Places int
	// BodyBytes is how many bytes the class holds in memory at once. It counts bodies that are being received or handled,
	// before and after decompression, and answers that wait for their clients. One company gets at most half of them.
	BodyBytes int64
}

// defaultLimits apply to a class that Options does not mention.
var defaultLimits = map[Class]Limits{
	ClassReads:   {Places: 512, BodyBytes: 32 << 20},
	ClassWrites:  {Places: 256, BodyBytes: 32 << 20},
	ClassUploads: {Places: 256, BodyBytes: 64 << 20},
	ClassPanic:   {Places: 128, BodyBytes: 4 << 20},
	ClassFiles:   {Places: 64, BodyBytes: 4 << 20},
	ClassPublic:  {Places: 128, BodyBytes: 8 << 20},
}

// DefaultTimeout is how long a handler that may use the database can work on one request.
const DefaultTimeout = 10 * time.Second

const classKey = "class"

// filesOfUser is how many files one user may send at once, and panicsOfUser how many calls for help.
const (
	filesOfUser  = 4
	panicsOfUser = 8
)

// classOf returns the class that an operation names, or else the default class for its kind.
func classOf(op *huma.Operation) Class {
	if c, _ := op.Metadata[classKey].(Class); c != "" {
		return c
	}
	switch {
	case isPublic(op):
		return ClassPublic
	case op.Method == http.MethodGet || op.Method == http.MethodHead:
		return ClassReads
	default:
		return ClassWrites
	}
}

// class is the state that the requests of one class share.
type class struct {
	name          Class
	places, bytes *Shares
	// sending is how many files or calls for help each user sends; nil for other classes.
	sending *tally
	timeout time.Duration // of a handler; 0 is none
	metrics *metrics
	// running and held are the metrics of the class that every request changes.
	running, held prometheus.Gauge
}

func newClasses(o Options, m *metrics) map[Class]*class {
	classes := map[Class]*class{}
	for name, limits := range defaultLimits {
		if given := o.Limits[name]; given.Places > 0 {
			limits.Places = given.Places
		}
		if given := o.Limits[name]; given.BodyBytes > 0 {
			limits.BodyBytes = given.BodyBytes
		}
		c := &class{name: name, places: NewShares(int64(limits.Places)), bytes: NewShares(limits.BodyBytes), metrics: m}
		switch name {
		case ClassUploads:
		case ClassPanic:
			c.sending = &tally{most: panicsOfUser, held: map[string]int{}}
		case ClassFiles:
			c.timeout = FileTimeout + or(o.Timeout, DefaultTimeout)
			c.sending = &tally{most: filesOfUser, held: map[string]int{}}
		default:
			c.timeout = or(o.Timeout, DefaultTimeout)
		}
		m.beginClass(name)
		c.running, c.held = m.running.WithLabelValues(string(name)), m.bodyBytes.WithLabelValues(string(name))
		classes[name] = c
	}
	return classes
}

// overloaded returns the refusal for a request that found no place, or whose body found no room.
func (c *class) overloaded(what, why string) error {
	c.metrics.refused.WithLabelValues(string(c.name), what+"_"+why).Inc()
	wait := time.Second
	if c.name == ClassUploads {
		// Phones that were refused together should not try again together.
		wait = 5*time.Second + rand.N(3*time.Second)
	}
	detail := "Too many requests are being served. Keep what you sent and try again shortly."
	switch {
	case why == refusedUser && c.name == ClassPanic:
		detail = "Your other calls for help are being taken. Send this one again shortly, with the same Idempotency-Key."
	case why == refusedUser:
		detail = fmt.Sprintf("You are sending %d files already. Keep this one and send it when another has arrived.", filesOfUser)
	}
	return Problem(http.StatusServiceUnavailable, "overloaded", detail, RetryAfter(wait))
}

// takeUser counts a file or a call for help of a user, before its body is read, until give is called.
func (a *API) takeUser(ctx huma.Context) (give func(), err error) {
	c := a.classes[classOf(ctx.Operation())]
	who, ok := auth.FromContext(ctx.Context())
	if !ok || c.sending == nil || c.name == ClassFiles && !isStreamed(ctx.Operation()) {
		return func() {}, nil
	}
	user := who.Company + " " + who.Subject
	if !c.sending.take(user) {
		return nil, c.overloaded("places", refusedUser)
	}
	return func() { c.sending.give(user) }, nil
}

// admit gives a request a place while it is handled, and its handler a deadline. It runs after the body was read, and the
// recorder sends the answer after it. So a client that sends or reads slowly holds no place.
func (a *API) admit(ctx huma.Context, next func(huma.Context)) {
	c, party := a.classes[classOf(ctx.Operation())], a.party(ctx)
	r, w := humago.Unwrap(ctx)
	if why := c.places.Take(party, 1); why != "" {
		Error(w, r, c.overloaded("places", why))
		return
	}
	c.running.Inc()
	defer c.running.Dec() // after the place is given back
	defer c.places.Give(party, 1)
	if rec, ok := w.(*recorder); ok {
		rec.hold(c.room(party))
	}
	if c.timeout > 0 {
		inner, cancel := context.WithTimeout(ctx.Context(), c.timeout)
		defer cancel()
		ctx = huma.WithContext(ctx, inner)
	}
	next(ctx)
}

// party returns the party to which a request counts: the company of its token, or else the client's address. No company has
// a name that looks like an address.
func (a *API) party(ctx huma.Context) string {
	if who, ok := auth.FromContext(ctx.Context()); ok {
		return who.Company
	}
	r, _ := humago.Unwrap(ctx)
	return AddressParty(a.address(r))
}

// AddressParty returns the party for a client's address. All addresses of one IPv6 /48 network are one party: many providers
// give a customer a whole /48, and a party for each of its 65,536 /64 networks would leave no place to anybody else.
func AddressParty(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap(); ip.Is4() {
		return ip.String()
	}
	network, _ := ip.WithZone("").Prefix(48)
	return network.String()
}
