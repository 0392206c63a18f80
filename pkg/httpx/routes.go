package httpx

import "net/http"

// Route gives a path, and everything below it, to a service. {x} stands for one segment.
type Route struct {
	Path    string
	Service string
}

// PanicPath is where a phone calls for help. Whatever limits requests has places of its own for it (ClassPanic).
const PanicPath = "/v1/alerts/panic"

// Routes is the only table from public paths to services. The single listener of `terreno up`, the small ingress of compose
// and Helm's ingress rules are made from it. The more specific path wins.
var Routes = []Route{
	{"/.well-known/jwks.json", "identity"},
	{"/v1/auth", "identity"},
	{"/v1/users", "identity"},
	{"/v1/teams", "identity"},
	{"/v1/companies", "identity"},
	{"/v1/jobs", "identity"},
	{"/v1/changes", "identity"},
	{"/v1/positions", "tracking-ingest"},
	{"/v1/users/{id}/positions", "tracking-ingest"},
	{"/v1/ingest", "tracking-ingest"},
	{"/v1/zones", "geofence"},
	{"/v1/zone-settings", "geofence"},
	{"/v1/alerts", "notifier"},
	{"/v1/alert-settings", "notifier"},
	{"/v1/push-tokens", "notifier"},
	{"/v1/users/{id}/push-tokens", "notifier"},
	{"/v1/notifications", "notifier"},
	{"/v1/notification-log", "notifier"},
	{"/v1/notification-preferences", "notifier"},
	{"/v1/notification-texts", "notifier"},
	{"/v1/webhooks", "notifier"},
	{"/v1/reminder-settings", "notifier"},
	{"/v1/activities", "activity"},
	{"/v1/activity-series", "activity"},
	{"/v1/activity-settings", "activity"},
	{"/v1/places", "activity"},
	{"/v1/shifts", "activity"},
	{"/v1/shift-plans", "activity"},
	{"/v1/holidays", "activity"},
	{"/v1/hours", "activity"},
	{"/v1/my-day", "activity"},
	{"/v1/sync", "activity"},
	{"/v1/device-state", "inactivity"},
	{"/v1/users/{id}/device-state", "inactivity"},
	{"/v1/silences", "inactivity"},
	{"/v1/inactivity-settings", "inactivity"},
	{"/v1/summaries", "summary"},
	{"/v1/users/{id}/summaries", "summary"},
	{"/v1/users/{id}/route", "summary"},
	{"/v1/routes", "summary"},
	{"/v1/conversations", "chat"},
	{"/v1/chat", "chat"},
	{"/v1/presence", "gateway"},
	{"/v1/presence-settings", "gateway"},
	{"/ws", "gateway"},
	{"/socket.io", "gateway"},
}

// Mux serves several services on one listener, according to Routes. What is in no route belongs to the page, unless it is
// below /v1 or /.well-known: there an unknown address is always a problem document. A nil page has no address.
func Mux(services map[string]http.Handler, page http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, r := range Routes {
		h := services[r.Service]
		if h == nil {
			h = Linger(notRunning(r.Service))
		}
		mux.Handle(r.Path, h)
		mux.Handle(r.Path+"/", h)
	}
	nowhere := Linger(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { Error(w, r, notFound()) }))
	for _, path := range []string{"/v1", "/v1/", "/.well-known/"} {
		mux.Handle(path, nowhere)
	}
	if page == nil {
		page = nowhere
	}
	mux.Handle("/", page)
	return mux
}

func notRunning(service string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Error(w, r, Problem(http.StatusServiceUnavailable, "service_not_running",
			"The service "+service+", which serves this address, is not running here."))
	})
}
