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
	// Private says that only two people are in the conversation: then it is named by who wrote. The others have a Title, or none.
	Private bool
	Title   string
	// Sender is who wrote, and Users are who is told.
	Sender string
	Users  []string
	// At is when it was found that no device of theirs has the message.
	At time.Time
}

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
			Args: map[string]string{"name": sender, "title": m.Title}, Until: at.Add(UsuallyUseful),
		}
		if !m.Private {
			list[i].Text = ChatIn
		}
	}
	return list
}
