package fcm

import (
	"strconv"
	"time"

	"firebase.google.com/go/v4/messaging"

	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// Push is what to send to one device.
type Push struct {
	// Token is the device's.
	Token string
	// Notification is the notification's id. A push that comes twice replaces itself on the screen, and the app knows it again.
	Notification string
	// Kind and Ref are those of the notice.
	Kind, Ref string
	// Title and Body are what the screen shows.
	Title, Body string
	// Urgent pushes wake a phone that sleeps.
	Urgent bool
	// TTL is for how long FCM may keep it for a phone that is off.
	TTL time.Duration
}

// maxTTL is FCM's own limit.
const maxTTL = 28 * 24 * time.Hour

// The app shows each channel with a sound and an importance of its own.
const (
	channelUrgent = "urgent"
	channelNormal = "general"
)

// tag is what replaces what on the screen: a push that comes twice replaces itself. A phone that was off shows once that a visit moved,
// however often it did, and a conversation has one place on the screen.
func (p Push) tag() string {
	if (p.Kind == notice.KindVisitMoved || p.Kind == notice.KindChat) && p.Ref != "" {
		return notice.Notice{Kind: p.Kind, Ref: p.Ref}.ID("")
	}
	return p.Notification
}

// message has no personal data but the text, and no place: it is read by whoever carries it.
func (p Push) message() *messaging.Message {
	ttl := min(max(p.TTL, 0), maxTTL).Truncate(time.Second)
	expires := strconv.FormatInt(time.Now().Add(ttl).Unix(), 10)
	android := &messaging.AndroidConfig{
		Priority: "normal", TTL: &ttl,
		Notification: &messaging.AndroidNotification{ChannelID: channelNormal, Tag: p.tag()},
	}
	apns := map[string]string{"apns-priority": "5", "apns-expiration": expires, "apns-collapse-id": p.tag(), "apns-push-type": "alert"}
	aps := &messaging.Aps{Sound: "default"}
	web := map[string]string{"TTL": strconv.FormatInt(int64(ttl/time.Second), 10), "Urgency": "normal"}
	if p.Urgent {
		android.Priority, android.Notification.ChannelID = "high", channelUrgent
		apns["apns-priority"], web["Urgency"] = "10", "high"
		aps.CustomData = map[string]any{"interruption-level": "time-sensitive"}
	}
	return &messaging.Message{
		Token:        p.Token,
		Notification: &messaging.Notification{Title: p.Title, Body: p.Body},
		Data:         map[string]string{"notification_id": p.Notification, "kind": p.Kind, "ref": p.Ref},
		Android:      android,
		APNS:         &messaging.APNSConfig{Headers: apns, Payload: &messaging.APNSPayload{Aps: aps}},
		Webpush:      &messaging.WebpushConfig{Headers: web},
	}
}
