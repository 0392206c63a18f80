package people

import (
	"errors"
	"testing"

	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/proto/audience"
)

// Whatever a file holds: what a good line makes is a user that could be made by hand, and no two users share a login.
func FuzzImport(f *testing.F) {
	for _, s := range []string{
		"id,name,role\nana,Ana,supervisor\nbea,Bea,\n", "\ufeffNombre;Nómina;Teléfono;Equipos\r\nÓscar;E-1;5551234567;Norte|Sur\r\n",
		"id,phone\nx,5551234567\nana,\n", "id,active\nadmin,no\n", "payroll_number,name\nE-1,Ana\ne-1,Bea\n", "id,teams\nana,\"Norte, Sur\"\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		table, err := readImport(content)
		if err != nil {
			_, file := errors.AsType[*sheet.Error](err)
			_, refusal := errors.AsType[*RefusalError](err)
			if !file && !refusal {
				t.Fatalf("%q: %v", content, err)
			}
			return
		}
		st := &standing{
			users: map[string]User{
				"ana":   {Company: "acme", ID: "ana", Name: "Ana", Phone: "5551234567", PayrollNumber: "E-1", Role: audience.RoleColaborador, Active: true, Teams: []string{"n"}},
				"admin": {Company: "acme", ID: "admin", Name: "Admin", Role: audience.RoleAdmin, Active: true},
			},
			owners: map[string]string{"5551234567": "ana", "e-1": "ana"}, teams: map[string]string{"norte": "n", "sur": "s", "norte, sur": "ns"}, admins: 1,
		}
		owner, admins := map[string]string{}, 1
		lines := st.judge("acme", table.Rows)
		for i, l := range lines {
			if len(l.Errors) > 0 {
				return // the file changes nothing
			}
			u := l.After
			again, err := u.With(Change{Teams: &u.Teams})
			if err != nil || !again.equal(u) || u.Company != "acme" || u.ID != "" && checkID(u.ID) != nil {
				t.Fatalf("%q: line %d makes %+v: %v", content, l.Line, u, err)
			}
			name := u.ID
			if name == "" {
				name = "new " + table.Rows[i].Cells["payroll_number"]
			}
			keys, _ := u.logins()
			for _, key := range keys {
				if other := owner[key]; other != "" {
					t.Fatalf("%q: %s and %s sign in with %s", content, other, name, key)
				}
				owner[key] = name
			}
			if l.Before != nil && l.Before.administers() && !u.administers() {
				admins--
			} else if u.administers() && (l.Before == nil || !l.Before.administers()) {
				admins++
			}
		}
		if admins < 1 {
			t.Fatalf("%q leaves no admin", content)
		}
	})
}
