package fleet

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/fieldsim/internal/client"
	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

// talker sends what people write. Each has a session of its own beside that of its phone, which one goroutine uses.
type talker struct {
	f      *Fleet
	people map[string]*client.Phone
	// ids are of conversations, by the name in the script, and seqs of messages, by key.
	ids  map[string]string
	seqs map[string]int64
}

// talk lets people write to each other, day after day, until ctx ends. It begins when the phones have sent their past, so that it delays
// nothing. What is sent again after a restart changes nothing: messages have keys by day.
func (f *Fleet) talk(ctx context.Context, clk clock.Clock) {
	patience := time.NewTimer(pastPatience)
	defer patience.Stop()
	select {
	case <-f.sentPast:
	case <-patience.C:
	case <-ctx.Done():
		return
	}
	for day := f.day(clk.Now()); ; day++ {
		for f.planned.Load() < day { // the visit with a conversation
			if !wait.For(ctx, time.Second) {
				return
			}
		}
		chats, lines := work.Talk(f.o.Logins, f.o.Office, f.visits(day), f.begins(day))
		if len(lines) == 0 {
			return
		}
		t := &talker{f: f, people: map[string]*client.Phone{}, ids: map[string]string{}, seqs: map[string]int64{}}
		for _, l := range lines {
			if err := until(ctx, clk, l.Due); err != nil {
				return
			}
			if err := t.say(ctx, chats[l.In], l); err != nil {
				if ctx.Err() == nil { // without its people there is no demo
					f.o.Log.Info("people of the demo do not talk", "error", err)
				}
				return
			}
		}
		if until(ctx, clk, f.begins(day+1)) != nil {
			return
		}
	}
}

func (t *talker) person(login string) *client.Phone {
	if t.people[login] == nil {
		t.people[login] = t.f.o.Client.Phone(login, "")
	}
	return t.people[login]
}

// say sends a line and what others' phones say of it. A refusal ends the line and no more. The error is client.ErrLoginRefused, or that of
// ctx.
func (t *talker) say(ctx context.Context, chat work.Chat, l work.Line) error {
	id, err := t.begin(ctx, l.In, chat)
	if err != nil || id == "" {
		return err
	}
	path := "/v1/conversations/" + url.PathEscape(id)
	var got struct {
		ID  string `json:"id"`
		Seq int64  `json:"seq"`
	}
	if l.Photo {
		if refused, err := t.person(l.By).Ask(ctx, path+"/files?kind=photo&name=llanta.jpg", l.Key, work.Photo(l.Key), &got); err != nil || refused != "" {
			return t.refused("photo", refused, err)
		}
		l.Body.FileID = got.ID
	}
	l.Body.ReplyTo = t.seqs[l.ReplyTo]
	if refused, err := t.person(l.By).Ask(ctx, path+"/messages", l.Key, l.Body, &got); err != nil || refused != "" {
		return t.refused("message", refused, err)
	}
	t.seqs[l.Key] = got.Seq
	for what, who := range map[string][]string{"/delivered": l.Has, "/read": l.Read} {
		for _, login := range who {
			if refused, err := t.person(login).Post(ctx, path+what, "", map[string]int64{"seq": got.Seq}); err != nil || refused != "" {
				if err := t.refused("receipt", refused, err); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (t *talker) refused(what, code string, err error) error {
	if err == nil {
		t.f.o.Log.Info("the server refused what somebody wrote", "what", what, "code", code)
	}
	return err
}

// begin returns the id of a conversation, and "" if the server has none.
func (t *talker) begin(ctx context.Context, name string, chat work.Chat) (string, error) {
	if id, known := t.ids[name]; known {
		return id, nil
	}
	who := t.person(chat.By)
	var got struct {
		ID string `json:"id"`
	}
	if chat.Body.Kind == "broadcast" { // each new one would be another
		var list struct {
			Conversations []struct{ ID, Title string }
		}
		if _, err := who.Get(ctx, "/v1/conversations?kind=broadcast", &list); err != nil {
			return "", err
		}
		for _, c := range list.Conversations {
			if c.Title == chat.Body.Title {
				got.ID = c.ID
			}
		}
	}
	if got.ID == "" {
		refused, err := who.Ask(ctx, "/v1/conversations", fmt.Sprintf("demo-%s-%s%s", name, chat.Body.VisitID, chat.Body.TeamID), chat.Body, &got)
		if err != nil {
			return "", err
		}
		if refused != "" {
			t.f.o.Log.Info("a conversation of the demo does not begin", "name", name, "code", refused)
		}
	}
	t.ids[name] = got.ID
	return got.ID, nil
}
