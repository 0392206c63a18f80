package notice

import (
	"strconv"
	"time"
)

// Message is a message of a conversation, as far as people are told of it: who wrote and where. What it says is no part of it, so no push
// can show it.
type Message struct {
	// Conversation is its id, and Seq that of the message in it.
	Conversation string
	Seq          int32
	// Kind and Title are those of the conversation. A private one is named by who wrote, one of a visit by the visit's place, or by nothing.
	Kind, Title string
	// Sender is who wrote, and Users are who is told.
	Sender string
	Users  []string
	// At is when it was found that no device of theirs has the message.
	At time.Time
}

// chatTexts are the texts for kinds of conversations of which ChatIn would sound wrong.
var chatTexts = map[string]string{"private": KindChat, "visit": ChatAboutVisit}

// Notices tells the people of a message; sender is the name of who wrote it. A message is told once to each, and helps for UsuallyUseful
// from At, or from now if At is later.
func (m Message) Notices(sender string, now time.Time) []Notice {
	at := m.At
	if at.After(now) {
		at = now
	}
	list := make([]Notice, len(m.Users))
	for i, user := range m.Users {
		list[i] = Notice{
			User: user, Kind: KindChat, Ref: "conversation/" + m.Conversation, Once: strconv.Itoa(int(m.Seq)),
			Text: chatTexts[m.Kind], Args: map[string]string{"name": sender, "title": m.Title, "visit": m.Title}, Until: at.Add(UsuallyUseful),
		}
		if list[i].Text == "" {
			list[i].Text = ChatIn
		}
	}
	return list
}
