package devices

import (
	"testing"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/subject"
)

func FuzzRead(f *testing.F) {
	f.Add("usuario", "ana", []byte(`{"id":"ana","active":false}`))
	f.Add("usuario", "ana", []byte(`{"id":"ana","active":true,"tokens_valid_from_ms":"1772971200000","version":"2"}`))
	f.Add("sesion", "s1", []byte(`{"id":"s1","tokens_until_ms":"1"}`))
	f.Add("empresa", "acme", []byte(`{"id":"acme","suspended":true}`))
	f.Add("zonas", "acme", []byte(`{`))
	f.Fuzz(func(t *testing.T, event, entity string, data []byte) {
		s, err := subject.New("acme", "directorio", event, entity)
		if err != nil {
			return
		}
		sessions, users, err := read(bus.Msg{Subject: s, Data: data})
		for _, e := range append(sessions, users...) {
			if err != nil || e.Company != "acme" || e.ID != entity {
				t.Errorf("%s of %s ends %+v, %v", event, entity, e, err)
			}
		}
	})
}

// While the database is away, what is noted does not grow for ever.
func TestWhatIsNotedIsBounded(t *testing.T) {
	t.Parallel()
	d := New(nil, nil, nil)
	s, err := subject.New("acme", "directorio", "sesion", "s1")
	if err != nil {
		t.Fatal(err)
	}
	for range most + 1 {
		view{d}.Hear(bus.Msg{Subject: s, Data: []byte(`{"id":"s1"}`)})
	}
	if sessions, users, all := d.take(); !all || len(sessions)+len(users) > 0 {
		t.Errorf("%d and %d are noted, and all devices are compared: %t", len(sessions), len(users), all)
	}
	view{d}.Hear(bus.Msg{Subject: s, Data: []byte(`{"id":"s1"}`)})
	if sessions, users, all := d.take(); all || len(sessions) != 1 || len(users) != 0 {
		t.Errorf("afterwards %v and %v are noted, and all devices are compared: %t", sessions, users, all)
	}
	if sessions, users, all := d.take(); all || len(sessions)+len(users) != 0 {
		t.Errorf("what was taken is noted still: %v %v", sessions, users)
	}
}
