package fcmtest

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Message is a push as the fake received it.
type Message struct {
	// Number counts the received pushes, from 1.
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	// Try counts the sends of this push; 0 without a script.
	Try          int               `json:"try,omitempty"`
	Token        string            `json:"token"`
	Notification Notification      `json:"notification"`
	Data         map[string]string `json:"data"`
	Android      struct {
		Priority string `json:"priority"`
		TTL      string `json:"ttl"`
	} `json:"android"`
	// Answer is what the fake answered, and Raw the whole request.
	Answer Answer          `json:"answer"`
	Raw    json.RawMessage `json:"-"`
}

// Notification is what a screen shows.
type Notification struct {
	Title string `json:"title"`
	Body  string `json:"body"`
}

// Urgent says that the push wakes a phone.
func (m Message) Urgent() bool { return m.Android.Priority == "high" }

// Push names the push: one notification on one device.
func (m Message) Push() string { return m.Data["notification_id"] + " " + m.Token }

// memory keeps the last messages.
type memory struct {
	keep int

	mu    sync.Mutex
	list  []Message
	total int
	// came is closed and replaced when something came.
	came chan struct{}
}

func (m *memory) add(one Message) (number int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total++
	one.Number = m.total
	if len(m.list) >= 2*m.keep { // Copying each time would cost more than it saves.
		m.list = slices.Clone(m.list[len(m.list)-m.keep:])
	}
	m.list = append(m.list, one)
	close(m.came)
	m.came = make(chan struct{})
	return m.total
}

// after returns what came after a number, as far as it is remembered, and what is closed when more comes.
func (m *memory) after(number int) ([]Message, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.list[max(0, len(m.list)-m.keep):]
	i := slices.IndexFunc(list, func(one Message) bool { return one.Number > number })
	if i < 0 {
		return []Message{}, m.came
	}
	return slices.Clone(list[i:]), m.came
}

// Received are the last messages, at most Options.Keep, the oldest first.
func (s *Server) Received() []Message {
	list, _ := s.memory.after(0)
	return list
}

// Total is how many messages came.
func (s *Server) Total() int {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	return s.memory.total
}
