package activity_test

import (
	"strings"
	"testing"
)

// What notifier reads of all companies to remind people holds ids and instants, and nothing else.
func TestWhatIsPublishedForReminders(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for view, want := range map[string]string{
		"v_visit_time": "id id_empresa in_at state tipo win_from win_until worker", "v_shift_plan": "id_empresa scope scope_id windows zone",
	} {
		var columns []string
		if err := w.admin.SelectContext(t.Context(), &columns, `SELECT column_name FROM information_schema.columns WHERE table_schema = 'activity' AND table_name = $1 ORDER BY 1`, view); err != nil ||
			strings.Join(columns, " ") != want {
			t.Errorf("%s: %v %v", view, columns, err)
		}
	}
}
