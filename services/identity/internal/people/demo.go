package people

import (
	"fmt"

	"github.com/terreno/terreno/proto/audience"
)

// The demo company's people. Their ids and logins are fixed: `terreno up` prints them and the simulated phones use them.
const (
	DemoCompany = "demo"
	demoZone    = "America/Chicago"
	demoWorkers = 40
)

var (
	demoGiven  = []string{"Juan", "María", "Luis", "Ana", "Carlos", "Sofía", "Jorge", "Elena"}
	demoFamily = []string{"Pérez", "García", "Ramírez", "Torres", "Flores"}
)

// demoTeams are the demo's teams, by id and name.
var demoTeams = []Team{{ID: "norte", Name: "Equipo Norte"}, {ID: "sur", Name: "Equipo Sur"}}

// demoUsers returns all users of the demo: admin, supervisor1 and supervisor2, and campo01 to campo40, half of them in each
// team. Each user signs in with its id, which is its payroll number, or with {id}@demo.example.
func demoUsers() []User {
	users := []User{demoUser("admin", "Laura Méndez", audience.RoleAdmin)}
	for i, name := range []string{"Rosa Aguilar", "Pedro Castillo"} {
		users = append(users, demoUser(fmt.Sprintf("supervisor%d", i+1), name, audience.RoleSupervisor, demoTeams[i].ID))
	}
	for i := range demoWorkers {
		name := demoGiven[i%len(demoGiven)] + " " + demoFamily[i%len(demoFamily)]
		team := demoTeams[i*len(demoTeams)/demoWorkers].ID
		users = append(users, demoUser(fmt.Sprintf("campo%02d", i+1), name, audience.RoleColaborador, team))
	}
	return users
}

func demoUser(id, name, role string, teams ...string) User {
	return User{
		Company: DemoCompany, ID: id, Name: name, Email: id + "@demo.example", PayrollNumber: id, Role: role, Active: true, Teams: teams,
	}
}
