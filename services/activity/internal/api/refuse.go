package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// refusals maps what the store refuses to HTTP answers.
var refusals = httpx.Refusals{
	{Err: store.ErrNoVisit, Status: http.StatusNotFound, Code: "not_found", Detail: "There is no such visit or task among those that you may see."},
	{Err: store.ErrNoUser, Status: http.StatusNotFound, Code: "user_not_found", Detail: "There is no such user among those whom you may see."},
	{Err: store.ErrIDTaken, Status: http.StatusConflict, Code: "id_taken", Detail: "Another visit or task of the company, or of this request, has this id. Leave the id out to get a new one."},
	{Err: store.ErrExternalTaken, Status: http.StatusConflict, Code: "external_id_taken", Detail: "Another visit or task of the company, or of this request, has this external_id. List the activities with it, and change that one."},
	{Err: store.ErrNoPlace, Status: http.StatusUnprocessableEntity, Code: "place_not_found", Detail: "The company has no such place. Create it first, or send lat and lon."},
	{Err: store.ErrPlaceArchived, Status: http.StatusUnprocessableEntity, Code: "place_archived", Detail: "This place is archived. Send it back to the list first (PUT /v1/places/{id} with archived false)."},
	{Err: store.ErrNoWorker, Status: http.StatusUnprocessableEntity, Code: "user_not_found", Detail: "There is no such active user among those whom you may give work to."},
	{Err: store.ErrNoTeam, Status: http.StatusUnprocessableEntity, Code: "team_not_found", Detail: "There is no such team among those that you may give work to."},
	{Err: store.ErrNobody, Status: http.StatusUnprocessableEntity, Code: "worker_or_team_required", Detail: "Name a user_id of your teams, or a team_id of yours. Only an admin plans work for nobody."},
	{Err: store.ErrNoSeries, Status: http.StatusNotFound, Code: "series_not_found", Detail: "There is no such series among those that you may see."},
	{Err: store.ErrTooManySeries, Status: http.StatusConflict, Code: "too_many_series", Detail: fmt.Sprintf("A company has at most %d series with visits to come. End those that are no longer needed.", store.MaxSeries)},
	{Err: store.ErrSeriesPassed, Status: http.StatusUnprocessableEntity, Code: "series_passed", Detail: "All dates of the rule have passed: there is no visit to make. Choose a later first_date, or a later end of the rule."},
	{Err: store.ErrVersionMissing, Status: http.StatusUnprocessableEntity, Code: "version_required", Detail: "Send the version of the visit that you saw: somebody else may have changed it meanwhile."},
	{Err: store.ErrForbidden, Status: http.StatusForbidden, Code: "forbidden", Detail: "Your role may not do this: ask a supervisor."},
	{Err: store.ErrReasonMissing, Status: http.StatusUnprocessableEntity, Code: "reason_required", Detail: "Send a reason. Whoever reads the log needs to know why."},
	{Err: store.ErrTooOld, Status: http.StatusUnprocessableEntity, Code: "occurred_too_long_ago", Detail: "It happened more than 30 days ago. Tell a supervisor, who can write a note."},
	{Err: store.ErrAhead, Status: http.StatusUnprocessableEntity, Code: "occurred_ahead", Detail: "It happens more than 2 minutes from now. Set the clock of the phone, and send when it really happened."},
	{Err: store.ErrTooManyActions, Status: http.StatusConflict, Code: "too_many_actions", Detail: fmt.Sprintf("A visit keeps %d actions, and takes no more notes and photos after %d. Make a new visit.", store.MaxActions, store.MaxRemarks)},
	{Err: store.ErrTooManyPhotos, Status: http.StatusConflict, Code: "too_many_photos", Detail: fmt.Sprintf("A visit has at most %d photos. Write a note instead, or make a new visit.", visit.MaxPhotos)},
	{Err: store.ErrPhotoRoom, Status: http.StatusInsufficientStorage, Code: "photo_room_used_up", Detail: "The photos of your company have used up their room. Keep the photo, and tell an administrator."},
	{Err: store.ErrNoPhoto, Status: http.StatusNotFound, Code: "photo_not_found", Detail: "The visit has no such photo. Its log (GET) has the ids of its photos."},
	{Err: store.ErrEnded, Status: http.StatusConflict, Code: "activity_ended", Detail: "The visit has ended. Open it again first (reopen)."},
	{Err: store.ErrNotEnded, Status: http.StatusConflict, Code: "activity_not_ended", Detail: "The visit has not ended: there is nothing to open again."},
	{Err: store.ErrNotCorrectable, Status: http.StatusUnprocessableEntity, Code: "nothing_to_correct", Detail: "The visit has no check-in or check-out with this key. Its log (GET) has the keys."},
	{Err: store.ErrClosing, Status: http.StatusConflict, Code: "activity_closing", Detail: "The day of this visit has ended and it is being closed. Load it again in a minute, or move it to another day."},
	{Err: store.ErrNothingToObject, Status: http.StatusConflict, Code: "nothing_to_object", Detail: "Neither the office nor the close of the day did anything to it. Write a note instead."},
	{Err: store.ErrNoShift, Status: http.StatusNotFound, Code: "shift_not_found", Detail: "You have no such shift in the last 33 days."},
	{Err: store.ErrShiftNothing, Status: http.StatusUnprocessableEntity, Code: "nothing_to_correct", Detail: "The user's shifts have no start, pause, resume, end or close with this key in the last 33 days. Their log (GET) has the keys."},
	{Err: store.ErrIdleCorrection, Status: http.StatusUnprocessableEntity, Code: "correction_without_effect", Detail: "At this time it would change nothing, such as an end before its start. Look at the log, and send when it really happened."},
	{Err: store.ErrOpenShift, Status: http.StatusConflict, Code: "shift_open", Detail: "A shift of this period lasts. Enter its end, or wait for the close of its day."},
	{Err: store.ErrApproved, Status: http.StatusConflict, Code: "hours_approved", Detail: "Hours of this period are approved already. An admin can reopen them."},
	{Err: store.ErrPeriodLasts, Status: http.StatusUnprocessableEntity, Code: "period_not_over", Detail: "The period is not over. Approve hours up to yesterday."},
	{Err: store.ErrTooManyHours, Status: http.StatusUnprocessableEntity, Code: "too_many_hours", Detail: "These are more hours than one answer holds. Ask for a team, or for fewer days."},
	{Err: store.ErrTooManyShiftActions, Status: http.StatusConflict, Code: "too_many_actions", Detail: fmt.Sprintf("The shifts of a user keep %d actions in 33 days. Ask a supervisor to look at their log.", store.MaxShiftActions)},
	{Err: store.ErrNoApproval, Status: http.StatusNotFound, Code: "approval_not_found", Detail: "There is no such approval of this user's hours that still holds."},
	{Err: store.ErrUnknownTeam, Status: http.StatusNotFound, Code: "team_not_found", Detail: "There is no such team among those that you may see."},
	{Err: store.ErrOwnHours, Status: http.StatusForbidden, Code: "own_hours", Detail: "A supervisor does not plan, correct or approve its own work: ask an admin."},
}

// changedAt is how a sentence writes an instant.
const changedAt = "2006-01-02T15:04:05Z"

// problem makes a problem of what the store refuses.
func problem(err error) error {
	if c, ok := errors.AsType[*store.ConflictError](err); ok {
		return httpx.Problem(http.StatusConflict, "activity_changed",
			fmt.Sprintf("%s changed it meanwhile, at %s. current is how it is now: repeat your change on it.", who(c.Current.ChangedBy), c.Current.ChangedAt.UTC().Format(changedAt)),
			httpx.Current(activityOf(c.Current)))
	}
	if c, ok := errors.AsType[*store.HoursConflictError](err); ok {
		return httpx.Problem(http.StatusConflict, "hours_changed", "These hours are no longer those that you saw. current is how they are now: look at them again.", httpx.Current(hoursOf(c.Current)))
	}
	if c, ok := errors.AsType[*store.ShiftsConflictError](err); ok {
		return httpx.Problem(http.StatusConflict, "shifts_changed", fmt.Sprintf("The shifts of this user changed meanwhile: their version is %d. Load the log again, and repeat your change on it.", c.Version))
	}
	if c, ok := errors.AsType[*store.PlanConflictError](err); ok {
		return planChanged(c)
	}
	if c, ok := errors.AsType[*store.HolidaysConflictError](err); ok {
		return holidaysChanged(c)
	}
	if c, ok := errors.AsType[*store.SettingsConflictError](err); ok {
		return settingsChanged(c)
	}
	if far, ok := errors.AsType[*visit.TooFarError](err); ok {
		return tooFar(far)
	}
	return refusals.Problem(err)
}

func who(changedBy string) string {
	switch changedBy {
	case store.ByClose:
		return "The close of the day"
	case store.BySeries:
		return "The series"
	}
	return "User " + changedBy
}

func tooFar(e *visit.TooFarError) error {
	where := fmt.Sprintf("You are %d m from the site; your company takes a check-in from at most %d m.", e.BeyondM, e.MaxM)
	if e.BeyondM < 0 {
		where = "Your company takes a check-in only with the position of the phone."
	}
	if e.Reason {
		return httpx.Problem(http.StatusUnprocessableEntity, "reason_required", where+" Send a reason.")
	}
	return httpx.Problem(http.StatusUnprocessableEntity, "too_far", where+" Go to the site, or tell a supervisor.")
}
