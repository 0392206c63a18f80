package push

import (
	"testing"
	"time"

	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// FCM was away for hours, say. What waited rings in nobody's quiet hours, and tells of nothing that was turned off meanwhile.
func TestQuietHoursHoldWhenAPushIsSent(t *testing.T) {
	t.Parallel()
	w := setup(t, fcmtest.Options{})
	w.rows(t, "b", 6, noon.Add(time.Minute))
	w.exec(t, `INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || n, 'c', CASE n WHEN 3 THEN 'Asia/Tokyo' ELSE 'UTC' END FROM generate_series(0, 4) n ON CONFLICT (id_empresa) DO UPDATE SET zone = excluded.zone;
INSERT INTO notifier.preference (id_empresa, user_id, language, off, quiet_from, quiet_until, version) VALUES
    ('c1', 'u1', '', '{}', '11:00', '13:00', 1), ('c2', 'u2', '', '{test}', '', '', 1), ('c3', 'u3', '', '{}', '11:00', '13:00', 1),
    ('c4', 'u4', '', '{}', '11:00', '13:00', 1), ('c1', 'u5', '', '{test}', '11:00', '13:00', 1);
UPDATE notifier.notification SET kind = 'panic' WHERE id = 'b4'`)
	w.publish(t, "push", "b", 6)
	w.run(t, quick)
	w.settled(t)
	is(t, w, "b1", store.DeliverySkipped, "quiet", 0)
	is(t, w, "b2", store.DeliverySkipped, "off", 0)
	for _, sent := range []string{"b3", "b4", "b5", "b6"} { // noon is evening in Tokyo, a panic passes, and u5 of another company is somebody else
		is(t, w, sent, store.DeliverySent, "", 1)
	}
}
