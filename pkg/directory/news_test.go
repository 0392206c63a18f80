package directory

import (
	"log/slog"
	"testing"

	"github.com/terreno/terreno/proto/subject"
)

func FuzzParse(f *testing.F) {
	f.Add("usuario", "ana", []byte(`{"id":"ana","role":"admin","teams":["norte"],"active":true,"tokens_valid_from_ms":"1","version":"2"}`))
	f.Add("empresa", "acme", []byte(`{"id":"acme","zone":"America/Bogota","version":1}`))
	f.Add("empresa", "acme", []byte(`{"id":"globex"}`))
	f.Fuzz(func(t *testing.T, event, entity string, body []byte) {
		s, err := subject.New("acme", "directorio", event, entity)
		if err != nil {
			return
		}
		d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
		p, err := d.parse(s, body)
		if err != nil && (len(p.users) > 0 || len(p.companies) > 0) {
			t.Errorf("refused news hold %+v", p)
		}
		for key, u := range p.users {
			if key.tenant != "acme" || key.id != entity || u.ID != entity {
				t.Errorf("news about acme/%s are about %+v %+v", entity, key, u)
			}
		}
		for id, c := range p.companies {
			if id != "acme" || c.ID != "acme" || c.Zone == nil {
				t.Errorf("news about acme are about %+v", c)
			}
		}
	})
}
