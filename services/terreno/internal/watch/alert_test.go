package watch

import "testing"

func TestAlertsInWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"id":"a1","type":"panico","user_id":"campo17","started_at":"2015-06-07T17:04:47.133Z","escalation_step":2,"next_step_at":"2015-06-07T17:07:48Z","unreachable":true,"status":"nueva"}`: "campo17    calls for help since 2015-06-07 17:04:47Z; told 2 times, next at 17:07:48; nobody can be reached; nueva  a1",
		`{"id":"a1","type":"panico","user_id":"campo17","started_at":"2015-06-07T17:04:47Z","delivered_to":"eva","en_route_by":"leo","status":"resuelta","resolution":"false_alarm"}`:           "campo17    calls for help since 2015-06-07 17:04:47Z; seen by eva; leo is on the way; resuelta, false alarm  a1",
		`{"id":"a2","type":"inactividad","user_id":"campo03","started_at":"2015-06-07T17:00:00Z","cause":"battery_empty","ended_at":"2015-06-07T17:30:00Z","end_reason":"returned"}`:            "campo03    silent since 2015-06-07 17:00:00Z, battery empty; returned after 30m0s  a2",
		`{"id":"a3","type":"sin_movimiento","user_id":"campo03","started_at":"2015-06-07T17:00:00Z"}`:                                                                                           "campo03    does not move since 2015-06-07 17:00:00Z  a3",
		`{"id":"a6","type":"bateria_baja","user_id":"campo09","started_at":"2015-06-07T17:18:00Z","ended_at":"2015-06-07T21:00:00Z","end_reason":"charged"}`:                                    "campo09    low battery since 2015-06-07 17:18:00Z; charged after 3h42m0s  a6",
		`{"id":"a4","type":"sistema","user_id":"","cause":"shared_silence","people":30,"people_of":40,"scope":"company","started_at":"2015-06-07T17:00:00Z"}`:                                   "-          shared silence since 2015-06-07 17:00:00Z, 30 of 40 people of the company  a4",
		`{"id":"a5","type":"of tomorrow"}`: `{"id":"a5","type":"of tomorrow"}`,
	} {
		if got := alert([]byte(in)); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}
