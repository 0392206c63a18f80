package api

import (
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/store"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// Activity is a visit or a task as clients see it: the same members that a socket gets, with whole texts, and some more.
type Activity struct {
	ID               string              `json:"id"`
	Tipo             string              `json:"tipo" enum:"visita,tarea,jornada"`
	Version          int64               `json:"version" doc:"rises with every change"`
	UserID           string              `json:"user_id" doc:"the worker; empty while nobody is assigned"`
	TeamID           string              `json:"team_id" doc:"the team to which it is given; empty if to none"`
	State            string              `json:"state" enum:"pendiente,aceptada,en_ruta,en_sitio,completada,incompleta,cancelada,en_curso,en_pausa,terminada"`
	Since            clientjson.Instant  `json:"since" doc:"since when it is in this state"`
	From             clientjson.Instant  `json:"from" doc:"when it is to be done: at or after from, before until"`
	Until            *clientjson.Instant `json:"until,omitempty"`
	CheckInAt        *clientjson.Instant `json:"check_in_at,omitempty"`
	CheckOutAt       *clientjson.Instant `json:"check_out_at,omitempty"`
	CheckInDistanceM *float64            `json:"check_in_distance_m,omitempty" doc:"from the site; absent if a place is not known"`
	Reason           string              `json:"reason" doc:"why it is incompleta or cancelada; cierre if the end of the day closed it"`
	Title            string              `json:"title"`
	Notes            string              `json:"notes"`
	Priority         string              `json:"priority" enum:"low,normal,high,"`
	PlaceID          string              `json:"place_id"`
	PlaceName        string              `json:"place_name"`
	Address          string              `json:"address"`
	Lat              *float64            `json:"lat,omitempty" doc:"of the place, or its own; absent for a task without a site"`
	Lon              *float64            `json:"lon,omitempty"`
	ChecklistItems   int                 `json:"checklist_items"`
	ChecklistDone    int                 `json:"checklist_done"`
	ChecklistMissing int                 `json:"checklist_missing" doc:"required items without an answer. A check-out is taken all the same, and the visit says so here"`
	SeriesID         string              `json:"series_id" doc:"of recurring visits, to which it belongs; empty for any other"`
	SeriesDate       string              `json:"series_date" doc:"its date in the series, which stays when it is moved" example:"2026-03-09"`

	RadiusM    *float64           `json:"radius_m,omitempty" doc:"whoever is within it is at the site, metres"`
	UserName   string             `json:"user_name" doc:"empty while nobody is assigned"`
	ExternalID string             `json:"external_id"`
	CreatedAt  clientjson.Instant `json:"created_at"`
	CreatedBy  string             `json:"created_by" doc:"id of a user, or *serie for a series"`
	ChangedAt  clientjson.Instant `json:"changed_at"`
	ChangedBy  string             `json:"changed_by" doc:"id of a user, *cierre for the close of the day, or *serie for a series"`
	Corrected  bool               `json:"corrected" doc:"the office did or corrected some of the worker's steps"`
	Objected   bool               `json:"objected" doc:"the worker does not agree with it or with the close, and the office has not answered since"`
	CloseAt    clientjson.Instant `json:"close_at" doc:"when it is closed as incompleta if nobody ends it before"`
}

// ChecklistItem is a line of a checklist with its answer.
type ChecklistItem struct {
	ID         string              `json:"id"`
	Text       string              `json:"text"`
	Required   bool                `json:"required"`
	Answer     string              `json:"answer" doc:"empty while nobody answered"`
	AnsweredAt *clientjson.Instant `json:"answered_at,omitempty"`
	AnsweredBy string              `json:"answered_by,omitempty" doc:"id of a user"`
}

// ActivityEntry is a line of a visit's log.
type ActivityEntry struct {
	Key        string              `json:"key" doc:"names the action; a correction names the one that it corrects by it"`
	Kind       string              `json:"kind" enum:"accept,set_out,check_in,check_out,fail,cancel,reopen,assign,reschedule,correct,note,photo,object,close"`
	At         clientjson.Instant  `json:"at" doc:"when it happened"`
	ReceivedAt clientjson.Instant  `json:"received_at" doc:"when the server learned of it; phones may report late"`
	By         string              `json:"by" doc:"id of the user who did it; empty for the close of the day"`
	Office     bool                `json:"office" doc:"a supervisor or an admin did it, maybe for the worker"`
	FromState  string              `json:"from_state"`
	ToState    string              `json:"to_state"`
	Rule       string              `json:"rule" doc:"why it changed nothing: repeated, behind, ended, no_check_in, not_assigned, not_yet_due, corrected, nothing_to_correct or not_ended; empty if it did what it says"`
	Reason     string              `json:"reason"`
	DeviceID   string              `json:"device_id" doc:"a colaborador reads only its own; the same holds for lat, lon, accuracy_m, distance_m and mock"`
	Lat        *float64            `json:"lat,omitempty"`
	Lon        *float64            `json:"lon,omitempty"`
	AccuracyM  *float64            `json:"accuracy_m,omitempty"`
	DistanceM  *float64            `json:"distance_m,omitempty" doc:"from the site"`
	Mock       bool                `json:"mock" doc:"the phone said that the position was made up"`
	UserID     string              `json:"user_id,omitempty" doc:"to whom it was assigned"`
	TeamID     string              `json:"team_id,omitempty"`
	From       *clientjson.Instant `json:"from,omitempty" doc:"to when it was moved"`
	Until      *clientjson.Instant `json:"until,omitempty"`
	Corrects   string              `json:"corrects,omitempty" doc:"key of the action that it corrects"`
	Answers    []ActivityAnswer    `json:"answers,omitempty"`
	Photo      *ActivityPhoto      `json:"photo,omitempty"`
}

// ActivityPhoto is a photo of a visit. GET /v1/activities/{id}/photos/{photo} has its bytes.
type ActivityPhoto struct {
	ID    string `json:"id"`
	Type  string `json:"type" enum:"image/jpeg,image/png,image/webp,image/heic"`
	Bytes int64  `json:"bytes"`
}

// ActivityDetail is a visit with its checklist and its log.
type ActivityDetail struct {
	Activity
	Contact   string          `json:"contact" doc:"of the place"`
	Checklist []ChecklistItem `json:"checklist"`
	History   []ActivityEntry `json:"history" doc:"what happened, in order"`
}

func activityOf(v store.Visit) Activity {
	until := clientjson.At(v.Until)
	items, answered := v.Items(), v.Answered()
	return Activity{
		ID: v.ID, Tipo: v.Tipo, Version: v.Version, UserID: v.Worker, TeamID: v.Team, State: v.State, Since: clientjson.At(v.Since),
		From: clientjson.At(v.From), Until: &until, CheckInAt: clientjson.Maybe(v.InAt), CheckOutAt: clientjson.Maybe(v.OutAt),
		CheckInDistanceM: v.InDistanceM, Reason: v.Reason, Title: v.Title, Notes: v.Notes, Priority: v.Priority, PlaceID: v.PlaceID,
		PlaceName: v.PlaceName, Address: v.PlaceAddress, Lat: v.SiteLat, Lon: v.SiteLon, ChecklistItems: len(items),
		ChecklistDone: len(answered), ChecklistMissing: visit.Missing(items, answered), SeriesID: v.SeriesID, SeriesDate: v.SeriesDate, RadiusM: v.SiteRadiusM, UserName: v.UserName, ExternalID: v.ExternalID,
		CreatedAt: clientjson.At(v.CreatedAt), CreatedBy: v.CreatedBy, ChangedAt: clientjson.At(v.ChangedAt), ChangedBy: v.ChangedBy,
		Corrected: v.Corrected, Objected: v.Objected, CloseAt: clientjson.At(v.CloseAt),
	}
}

func checklistOf(v store.Visit) []ChecklistItem {
	answered, list := v.Answered(), []ChecklistItem{}
	for _, i := range v.Items() {
		item := ChecklistItem{ID: i.ID, Text: i.Text, Required: i.Required}
		if a, ok := answered[i.ID]; ok {
			item.Answer, item.AnsweredBy, item.AnsweredAt = a.Value, a.By, clientjson.Maybe(&a.At)
		}
		list = append(list, item)
	}
	return list
}

// entriesOf returns the log of a visit as a viewer may see it. A colaborador who gets a visit does not learn where others were and with
// which phone.
func entriesOf(log []visit.Entry, viewer auth.Claims) []ActivityEntry {
	list := make([]ActivityEntry, len(log))
	for i, e := range log {
		list[i] = ActivityEntry{
			Key: e.Key, Kind: string(e.Kind), At: clientjson.At(e.At), ReceivedAt: clientjson.At(e.Received), By: e.By, Office: e.Office,
			FromState: string(e.From), ToState: string(e.To), Rule: string(e.Rule), Reason: e.Reason, DeviceID: e.Device,
			UserID: e.Worker, TeamID: e.Team, From: maybe(e.Window.From), Until: maybe(e.Window.Until), Corrects: e.Corrects,
		}
		if viewer.Role == audience.RoleColaborador && e.By != viewer.Subject {
			e.Where, list[i].DeviceID = nil, ""
		}
		if w := e.Where; w != nil {
			list[i].Lat, list[i].Lon, list[i].AccuracyM, list[i].DistanceM, list[i].Mock = &w.Lat, &w.Lon, w.AccuracyM, w.DistanceM, w.Mock
		}
		list[i].Photo = photoOf(e.Photo)
		for _, a := range e.Answers {
			list[i].Answers = append(list[i].Answers, ActivityAnswer(a))
		}
	}
	return list
}

func photoOf(p *visit.Photo) *ActivityPhoto {
	if p == nil {
		return nil
	}
	return &ActivityPhoto{ID: p.ID, Type: p.Type, Bytes: p.Bytes}
}

func maybe(t time.Time) *clientjson.Instant {
	if t.IsZero() {
		return nil
	}
	return clientjson.Maybe(&t)
}
