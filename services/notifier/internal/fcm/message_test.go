package fcm

import "testing"

// A phone that was off gets all pushes at once. It shows once that a visit moved, and each of the others.
func TestWhatReplacesWhatOnTheScreen(t *testing.T) {
	t.Parallel()
	tag := func(p Push) string {
		m := p.message()
		if is := m.Android.Notification.Tag; is == m.APNS.Headers["apns-collapse-id"] && len(is) <= 64 {
			return is
		}
		t.Errorf("%+v: Android has %q, iOS %q", p, m.Android.Notification.Tag, m.APNS.Headers["apns-collapse-id"])
		return ""
	}
	for _, c := range []struct {
		a, b Push
		same bool
	}{
		{Push{Notification: "n1", Kind: "visit_moved", Ref: "visit/v1"}, Push{Notification: "n2", Kind: "visit_moved", Ref: "visit/v1"}, true},
		{Push{Notification: "n1", Kind: "visit_moved", Ref: "visit/v1"}, Push{Notification: "n2", Kind: "visit_moved", Ref: "visit/v2"}, false},
		{Push{Notification: "n1", Kind: "visit_moved"}, Push{Notification: "n2", Kind: "visit_moved"}, false},
		{Push{Notification: "n1", Kind: "chat", Ref: "conversation/c"}, Push{Notification: "n2", Kind: "chat", Ref: "conversation/c"}, true},
		{Push{Notification: "n1", Kind: "chat", Ref: "conversation/c"}, Push{Notification: "n2", Kind: "chat", Ref: "conversation/d"}, false},
		{Push{Notification: "n1", Kind: "panic", Ref: "alert/a"}, Push{Notification: "n2", Kind: "panic", Ref: "alert/a"}, false},
		{Push{Notification: "n1", Kind: "panic", Ref: "alert/a"}, Push{Notification: "n1", Kind: "panic", Ref: "alert/a"}, true},
	} {
		if (tag(c.a) == tag(c.b)) != c.same {
			t.Errorf("%+v and %+v: %q and %q", c.a, c.b, tag(c.a), tag(c.b))
		}
	}
}
