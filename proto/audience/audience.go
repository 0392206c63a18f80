// Package audience defines who may see a relayed event. The publisher writes the audience into the header of the message.
// Each time the gateway sends the event to a client, also on replay, it compares the audience with its current directory.
package audience

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/terreno/terreno/proto/subject"
)

// Header names of a relayed message.
const (
	UsersHeader = "Terreno-Users"
	TeamsHeader = "Terreno-Teams"
	RolesHeader = "Terreno-Roles"
	// MembersHeader names teams all of whose people see the event.
	MembersHeader = "Terreno-Members"
	// KeyHeader and TimeHeader mark an event, such as a position, of which only the newest per key counts.
	KeyHeader  = "Terreno-Key"
	TimeHeader = "Terreno-Time"
	// OwnHeader says in one header what users, teams, roles, key and time say of a user's own event of which only the newest counts, such as a
	// position: the user, the event's time in milliseconds since 1970, and the user's teams, if there are any. Positions are most of what is
	// relayed, and each is stored with its header.
	OwnHeader = "Terreno-Own"
	// DataHeader holds the JSON for the client when the body of the message is for workers (stream.RelayHeaders).
	DataHeader = "Terreno-Data"
)

// MaxUsers is how many users one event may name. For more users, name a team or a role.
const MaxUsers = 256

// Roles of a company's users. A platform admin manages all companies and belongs to none.
const (
	RoleAdmin         = "admin"
	RoleSupervisor    = "supervisor"
	RoleColaborador   = "colaborador"
	RolePlatformAdmin = "platform_admin"
)

// Audience names the users who may see an event. With an empty audience nobody sees it.
type Audience struct {
	// Users are the ids of users who see it, whatever their role.
	Users []string
	// Teams are the teams whose supervisors see it. A colaborador of the team does not see it.
	Teams []string
	// Roles are the roles that see it: everyone in the company who has one of them.
	Roles []string
	// Members are the teams all of whose people see it, whatever their role.
	Members []string
}

// Viewer is a user to whom an event could be shown, with the current role and teams from the directory.
type Viewer struct {
	User  string
	Role  string
	Teams []string
}

// OfUser returns the audience of a user's own events: the user, the supervisors of the user's teams, and the admins.
func OfUser(user string, teams []string) Audience {
	return Audience{Users: []string{user}, Teams: teams, Roles: []string{RoleAdmin}}
}

// Includes reports whether the viewer may see the event.
func (a Audience) Includes(v Viewer) bool {
	if slices.Contains(a.Users, v.User) || slices.Contains(a.Roles, v.Role) {
		return true
	}
	return slices.ContainsFunc(v.Teams, func(team string) bool {
		return slices.Contains(a.Members, team) || v.Role == RoleSupervisor && slices.Contains(a.Teams, team)
	})
}

// Set writes the audience into a message's header, which joins the ids with commas. It therefore refuses ids that are not
// tokens. It also refuses more than MaxUsers users.
func (a Audience) Set(header map[string][]string) error {
	if len(a.Users) > MaxUsers {
		return fmt.Errorf("audience of %d users: name at most %d users, or name a team", len(a.Users), MaxUsers)
	}
	for _, part := range [...]struct {
		name string
		ids  []string
	}{{UsersHeader, a.Users}, {TeamsHeader, a.Teams}, {RolesHeader, a.Roles}, {MembersHeader, a.Members}} {
		if len(part.ids) == 0 {
			continue
		}
		for _, id := range part.ids {
			if err := subject.CheckID(id); err != nil {
				return fmt.Errorf("audience: %w", err)
			}
		}
		header[part.name] = []string{strings.Join(part.ids, ",")}
	}
	return nil
}

// SetOwn marks a user's own event of which only the newest counts: OfUser may see it, the key is the user, and at is the
// event's own time, to the millisecond. A reader finds the same as after Set and SetNewest.
func SetOwn(header map[string][]string, user string, teams []string, at time.Time) error {
	mark := make([]byte, 0, 64)
	mark = append(mark, user...)
	mark = append(mark, ' ')
	mark = strconv.AppendInt(mark, at.UnixMilli(), 10)
	for i, id := range append([]string{user}, teams...) {
		if err := subject.CheckID(id); err != nil {
			return fmt.Errorf("own event: %w", err)
		}
		switch i { // Of who has no team, nothing follows the time: NATS takes away the spaces at the end of a header.
		case 0:
			continue
		case 1:
			mark = append(mark, ' ')
		default:
			mark = append(mark, ',')
		}
		mark = append(mark, id...)
	}
	header[OwnHeader] = []string{string(mark)}
	return nil
}

// own reads what SetOwn wrote.
func own(header map[string][]string) (user string, at time.Time, teams string, ok bool) {
	v := header[OwnHeader]
	if len(v) != 1 {
		return "", time.Time{}, "", false
	}
	user, rest, _ := strings.Cut(v[0], " ")
	written, teams, _ := strings.Cut(rest, " ")
	ms, err := strconv.ParseInt(written, 10, 64)
	return user, time.UnixMilli(ms).UTC(), teams, err == nil && user != "" && !strings.Contains(teams, " ")
}

// Of reads the audience from a message's header.
func Of(header map[string][]string) Audience {
	if user, _, teams, ok := own(header); ok {
		return OfUser(user, split(teams))
	}
	return Audience{
		Users: list(header, UsersHeader), Teams: list(header, TeamsHeader), Roles: list(header, RolesHeader),
		Members: list(header, MembersHeader),
	}
}

// SetNewest marks an event of which only the newest per key counts. The key is a token. at is the event's own time, not
// the time of sending.
func SetNewest(header map[string][]string, key string, at time.Time) error {
	if err := subject.CheckID(key); err != nil {
		return fmt.Errorf("newest-only key: %w", err)
	}
	header[KeyHeader] = []string{key}
	header[TimeHeader] = []string{at.UTC().Format(time.RFC3339Nano)}
	return nil
}

// Newest reads the key and the time that SetNewest or SetOwn wrote. ok is false for an event without them, which always counts.
func Newest(header map[string][]string) (key string, at time.Time, ok bool) {
	if user, at, _, ok := own(header); ok {
		return user, at, true
	}
	k, t := header[KeyHeader], header[TimeHeader]
	if len(k) != 1 || len(t) != 1 {
		return "", time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, t[0])
	return k[0], at, err == nil && k[0] != ""
}

func list(header map[string][]string, name string) []string {
	v := header[name]
	if len(v) != 1 {
		return nil
	}
	return split(v[0])
}

func split(ids string) []string {
	if ids == "" {
		return nil
	}
	return strings.Split(ids, ",")
}
