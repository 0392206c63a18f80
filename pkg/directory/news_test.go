package directory

import (
	"log/slog"
	"slices"
	"testing"

	"github.com/terreno/terreno/proto/subject"
)

func FuzzParse(f *testing.F) {
	f.Add("usuario", "ana", []byte(`{"id":"ana","role":"admin","teams":["norte"],"active":true,"tokens_valid_from_ms":"1","version":"2"}`))
	f.Add("empresa", "acme", []byte(`{"id":"acme","zone":"America/Bogota","version":1}`))
	f.Add("empresa", "acme", []byte(`{"id":"globex"}`))
	f.Add("sesion", "s1", []byte(`{"id":"s1","tokens_until_ms":"1"}`))
	f.Fuzz(func(t *testing.T, event, entity string, body []byte) {
		s, err := subject.New("acme", "directorio", event, entity)
		if err != nil {
			return
		}
		d := New(nil, nil, slog.New(slog.DiscardHandler), nil)
		n, err := d.parse(s, body)
		if err != nil {
			if n.mine() {
				t.Errorf("refused news hold %+v", n)
			}
			return
		}
		if n.tenant != "acme" || n.user != nil && n.user.id != entity || n.session != "" && n.session != entity {
			t.Errorf("news about acme/%s are about %+v %+v", entity, n, n.user)
		}
		if c := n.company; c != nil && (c.ID != "acme" || c.Zone == nil) {
			t.Errorf("news about acme are about %+v", c)
		}
		d.learn(n)
		d.learn(n)
		if u, ok := d.User("acme", entity); ok != (n.user != nil) || ok && (u.ID != entity || !slices.IsSorted(u.Teams)) {
			t.Errorf("news of %s made %+v, %v", entity, u, ok)
		}
	})
}
