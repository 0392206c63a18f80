package api

import (
	"context"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// QuietHours are a part of each day, by the clock of the company.
type QuietHours struct {
	From  string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"a time of day such as 22:00" example:"22:00"`
	Until string `json:"until" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"a time of day such as 07:00" example:"07:00" doc:"of the next day if it is the earlier time"`
}

// NotificationPreferences are what a person decides about being told. A client writes all of them together.
type NotificationPreferences struct {
	Language string      `json:"language,omitempty" enum:"es,en" doc:"of the texts; absent for that of the device"`
	Off      []string    `json:"off" nullable:"false" maxItems:"32" doc:"kinds that no device tells of; they are still listed. Not panic" example:"[\"visit_moved\"]"`
	Quiet    *QuietHours `json:"quiet,omitempty" doc:"no device tells of anything but calls for help; absent for no quiet hours"`
}

// NotificationPreferencesView are preferences as they hold.
type NotificationPreferencesView struct {
	NotificationPreferences
	Zone    string   `json:"zone" doc:"the time zone of the quiet hours" example:"America/Bogota"`
	Kinds   []string `json:"kinds" doc:"the kinds that can be turned off"`
	Version int64    `json:"version" doc:"rises with every change; 0 while you decided nothing"`
}

// NotificationText is a text as it will be sent.
type NotificationText struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Language string `json:"language"`
	Title    string `json:"title"`
	Body     string `json:"body"`
}

// NotificationTexts are all texts of a language.
type NotificationTexts struct {
	Texts []NotificationText `json:"texts"`
}

type (
	setPreferencesInput struct{ Body NotificationPreferences }
	preferencesOutput   struct{ Body NotificationPreferencesView }
	textsInput          struct {
		Language string `query:"language" enum:"es,en" default:"es"`
	}
	textsOutput struct{ Body NotificationTexts }
)

func (s *service) preferences(ctx context.Context, who auth.Claims, _ *struct{}) (*preferencesOutput, error) {
	p, zone, err := s.store.Preferences(ctx, who)
	if err != nil {
		return nil, err
	}
	return &preferencesOutput{preferencesView(p, zone.String())}, nil
}

func (s *service) setPreferences(ctx context.Context, who auth.Claims, in *setPreferencesInput) (out *preferencesOutput, err error) {
	p := notice.Preferences{Language: in.Body.Language, Off: in.Body.Off}
	if q := in.Body.Quiet; q != nil {
		p.Quiet = notice.Quiet{From: q.From, Until: q.Until}
		if p.Quiet == (notice.Quiet{}) {
			return nil, notice.ErrQuiet
		}
	}
	err = s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		is, zone, err := s.store.SetPreferences(ctx, ch, who, p)
		if err != nil {
			return err
		}
		out = &preferencesOutput{preferencesView(is, zone.String())}
		return nil
	})
	return out, err
}

func preferencesView(p notice.Preferences, zone string) NotificationPreferencesView {
	v := NotificationPreferencesView{Zone: zone, Version: p.Version, NotificationPreferences: NotificationPreferences{Language: p.Language, Off: []string{}}}
	v.Off = append(v.Off, p.Off...)
	if p.Quiet != (notice.Quiet{}) {
		v.Quiet = &QuietHours{p.Quiet.From, p.Quiet.Until}
	}
	for _, kind := range notice.Kinds() {
		if notice.MayBeOff(kind) {
			v.Kinds = append(v.Kinds, kind)
		}
	}
	return v
}

func (s *service) texts(_ context.Context, _ auth.Claims, in *textsInput) (*textsOutput, error) {
	out := &textsOutput{}
	for _, e := range notice.Examples(in.Language) {
		out.Body.Texts = append(out.Body.Texts, NotificationText{Name: e.Name, Kind: e.Kind, Language: e.Language, Title: e.Title, Body: e.Body})
	}
	return out, nil
}
