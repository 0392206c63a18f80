package activity_test

import (
	"strings"
	"testing"
)

// What notifier reads of all companies to remind people holds ids and instants, and nothing else.
func TestWhatIsPublishedForReminders(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var columns []string
	if err := w.admin.SelectContext(t.Context(), &columns, `SELECT column_name FROM information_schema.columns WHERE table_schema = 'activity' AND table_name = 'v_visit_time' ORDER BY 1`); err != nil ||
		strings.Join(columns, " ") != "id id_empresa in_at state tipo win_from win_until worker" {
		t.Errorf("%v %v", columns, err)
	}
}
