package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/inactivity/internal/cause"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

const (
	// maxAge is how long ago something may have happened, and maxAhead how far ahead the clock of a phone may be.
	maxAge   = 30 * 24 * time.Hour
	maxAhead = 2 * time.Minute
)

// DeviceStateChange is what a phone says of itself.
type DeviceStateChange struct {
	OccurredAt time.Time `json:"occurred_at" doc:"by the clock of the phone, at most 30 days ago"`
	Kind       string    `json:"kind" doc:"location_permission (always, while_in_use, denied), location_accuracy (precise, reduced), location_services (on, off), battery_saver (on, off), app (opened, closed), airplane_mode (on, off), mock_provider (on, off), battery (level, charging) or versions (app, os, model)"`
	Value      string    `json:"value,omitempty" doc:"of the kinds that have values"`
	Level      *float64  `json:"level,omitempty" doc:"of battery: its charge, 0 to 1"`
	Charging   *bool     `json:"charging,omitempty" doc:"of battery"`
	App        string    `json:"app,omitempty" doc:"of versions; at most 100 characters each"`
	OS         string    `json:"os,omitempty"`
	Model      string    `json:"model,omitempty"`
}

// loose is a line that is judged alone: one that is wrong does not refuse the others, because a phone that cannot get rid of a line would
// send it for ever.
type loose struct{ json.RawMessage }

// Schema describes the line to clients.
func (loose) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{Extensions: map[string]any{"allOf": []*huma.Schema{r.Schema(reflect.TypeFor[DeviceStateChange](), true, "")}}}
}

// RejectedState is a line that was not kept. Sent again it is rejected again.
type RejectedState struct {
	Index  int    `json:"index" doc:"of the line, from 0"`
	Code   string `json:"code" enum:"unreadable,unknown_kind,value_invalid,occurred_too_long_ago,occurred_ahead"`
	Detail string `json:"detail"`
}

type (
	// NewDeviceStates are sent together, in any order, and again whenever the phone is not sure.
	NewDeviceStates struct {
		DeviceID string  `json:"device_id,omitempty" maxLength:"64" doc:"the same as with positions; no control characters"`
		States   []loose `json:"states" nullable:"false" maxItems:"200"`
	}
	putStatesInput struct{ Body NewDeviceStates }
	// StatesTaken says what was kept.
	StatesTaken struct {
		Kept     int             `json:"kept" doc:"lines that are stored, or older than what is known"`
		Rejected []RejectedState `json:"rejected" nullable:"false"`
	}
	statesTakenOutput struct{ Body StatesTaken }

	// DeviceState is the newest that a device said of a kind.
	DeviceState struct {
		DeviceID   string   `json:"device_id" doc:"empty if the phone gave none"`
		Kind       string   `json:"kind"`
		OccurredAt instant  `json:"occurred_at"`
		ReceivedAt instant  `json:"received_at"`
		Value      string   `json:"value,omitempty"`
		Level      *float32 `json:"level,omitempty"`
		Charging   *bool    `json:"charging,omitempty"`
		App        string   `json:"app,omitempty"`
		OS         string   `json:"os,omitempty"`
		Model      string   `json:"model,omitempty"`
	}
	// DeviceStates are those of a user.
	DeviceStates struct {
		UserID string        `json:"user_id"`
		States []DeviceState `json:"states" nullable:"false" doc:"by device and kind"`
	}
	deviceStatesOutput struct{ Body DeviceStates }
)

func (s *service) registerStates(a *httpx.API) {
	httpx.Handle(a, httpx.Operation{
		ID: "put-device-state", Method: http.MethodPost, Path: "/v1/device-state", Summary: "Say what changed on your phone that may stop positions", Tags: []string{"inactivity"},
		Description: "The newest of each kind and device counts, whatever the order in which they arrive. An answer of 202 says that they are stored. A line that cannot be kept is named in rejected and does not refuse the others.",
		Security:    httpx.Roles(), Status: http.StatusAccepted, Refuse: problem,
	}, s.putStates)
	httpx.Handle(a, httpx.Operation{
		ID: "get-device-state", Method: http.MethodGet, Path: "/v1/users/{id}/device-state", Summary: "What the phones of a user said last of themselves", Tags: []string{"inactivity"},
		Description: "Where the company tracks people only in their shifts, others than the user read nothing that a phone said outside them.",
		Security:    httpx.Roles(), Refuse: problem,
	}, s.deviceStates)
}

func (s *service) putStates(ctx context.Context, who auth.Claims, in *putStatesInput) (*statesTakenOutput, error) {
	if strings.ContainsFunc(in.Body.DeviceID, unicode.IsControl) {
		return nil, httpx.Faulty("body.device_id", "must hold no control character")
	}
	now := s.clock.Now().UTC()
	out := &statesTakenOutput{StatesTaken{Rejected: []RejectedState{}}}
	var keep []store.DeviceState
	for i, line := range in.Body.States {
		state, code, detail := readState(line.RawMessage, now)
		if code != "" {
			out.Body.Rejected = append(out.Body.Rejected, RejectedState{i, code, detail})
			continue
		}
		state.Device = in.Body.DeviceID
		keep = append(keep, state)
	}
	if len(keep) > 0 {
		if err := s.store.PutStates(ctx, who, keep); err != nil {
			return nil, err
		}
	}
	out.Body.Kept = len(keep)
	s.states.WithLabelValues("kept").Add(float64(len(keep)))
	s.states.WithLabelValues("rejected").Add(float64(len(out.Body.Rejected)))
	return out, nil
}

// readState reads a line, or says why it cannot be kept.
func readState(raw json.RawMessage, now time.Time) (state store.DeviceState, code, detail string) {
	var line DeviceStateChange
	if err := json.Unmarshal(raw, &line); err != nil || line.OccurredAt.IsZero() {
		return state, "unreadable", "A line is an object with occurred_at and kind."
	}
	values, known := cause.Values(line.Kind)
	switch {
	case !known:
		return state, "unknown_kind", "This version knows no such kind."
	case line.OccurredAt.After(now.Add(maxAhead)):
		return state, "occurred_ahead", "It happens more than 2 minutes from now. Set the clock of the phone."
	case line.OccurredAt.Before(now.Add(-maxAge)):
		return state, "occurred_too_long_ago", "It happened more than 30 days ago."
	}
	state = store.DeviceState{Kind: line.Kind, At: line.OccurredAt.UTC().Truncate(time.Millisecond), Received: now}
	switch {
	case line.Kind == cause.Battery:
		if line.Level == nil || !(*line.Level >= 0 && *line.Level <= 1) {
			return state, "value_invalid", "battery needs a level from 0 to 1."
		}
		level := float32(*line.Level)
		state.Level, state.Charging = &level, line.Charging != nil && *line.Charging
		state.Value = fmt.Sprintf("%.3f %t", level, state.Charging) // orders what happened at the same instant
	case line.Kind == cause.Versions:
		state.App, state.OS, state.Model = line.App, line.OS, line.Model
		state.Value = strings.Join([]string{line.App, line.OS, line.Model}, " ")
		for _, text := range []string{line.App, line.OS, line.Model} {
			if utf8.RuneCountInString(text) > 100 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0xfffd }) {
				return state, "value_invalid", "app, os and model have at most 100 characters each, none of them a control character."
			}
		}
	case !slices.Contains(values, line.Value):
		return state, "value_invalid", "value must be one of " + strings.Join(values, ", ") + "."
	default:
		state.Value = line.Value
	}
	return state, "", ""
}

func (s *service) deviceStates(ctx context.Context, who auth.Claims, in *UserID) (*deviceStatesOutput, error) {
	list, err := s.store.States(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := &deviceStatesOutput{DeviceStates{UserID: in.ID, States: []DeviceState{}}}
	for _, st := range list {
		view := DeviceState{
			DeviceID: st.Device, Kind: st.Kind, OccurredAt: clientjson.At(st.At), ReceivedAt: clientjson.At(st.Received), Value: st.Value,
			Level: st.Level, App: st.App, OS: st.OS, Model: st.Model,
		}
		if values, _ := cause.Values(st.Kind); values == nil {
			view.Value = ""
		}
		if st.Kind == cause.Battery {
			view.Charging = &st.Charging
		}
		out.Body.States = append(out.Body.States, view)
	}
	return out, nil
}
