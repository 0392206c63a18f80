package people

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/terreno/terreno/pkg/sheet"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/identity/internal/login"
)

// This file holds the rules for a list of users that somebody imports. It is pure: it says what the list makes of the company's
// users, or what is wrong with each line. writeImport applies it.

// maxImported is how many users one file may hold.
const maxImported = 2000

// importColumns are the columns of a file of users. Each field of a user has one, and so have the names of its teams.
var importColumns = sheet.Columns{
	"id":             {"user_id", "usuario", "identificador", "código", "clave de usuario"},
	"name":           {"nombre", "nombre completo", "full name"},
	"email":          {"e-mail", "mail", "correo", "correo electrónico"},
	"phone":          {"phone number", "teléfono", "celular", "móvil", "mobile"},
	"payroll_number": {"payroll", "nómina", "número de nómina", "no. de nómina", "número de empleado", "legajo", "employee number"},
	"role":           {"rol"},
	"active":         {"activo", "activa"},
	"teams":          {"team", "equipos", "equipo"},
}

// passwordColumns are names of columns that must not be in a file.
var passwordColumns = words(map[string][]string{"password": {"password", "contraseña", "clave", "pin"}})

var (
	roleWords = words(map[string][]string{
		audience.RoleAdmin:       {"admin", "administrador", "administradora", "administración", "administrator"},
		audience.RoleSupervisor:  {"supervisor", "supervisora", "supervisión"},
		audience.RoleColaborador: {"colaborador", "colaboradora", "campo", "field", "worker"},
	})
	activeWords = words(map[string][]string{
		"true":  {"true", "sí", "yes", "1", "activo", "activa", "active", "verdadero"},
		"false": {"false", "no", "0", "inactivo", "inactiva", "inactive", "falso"},
	})
)

func words(of map[string][]string) map[string]string {
	meant := map[string]string{}
	for word, all := range of {
		for _, w := range all {
			meant[sheet.Name(w)] = word
		}
	}
	return meant
}

// Outcomes of a line.
const (
	OutcomeCreated   = "created"
	OutcomeChanged   = "changed"
	OutcomeUnchanged = "unchanged"
	OutcomeWrong     = "wrong"
)

// ImportLine is what a line of the file makes of a user.
type ImportLine struct {
	Line int
	// Before is nil for a new user. A new user has no id until it is written, unless the file gives one.
	Before *User
	After  User
	Errors []LineError
}

// LineError says what is wrong with a line. Column is empty when the whole line is wrong.
type LineError struct {
	Column string
	*RefusalError
}

// Outcome says what the line does.
func (l *ImportLine) Outcome() string {
	switch {
	case len(l.Errors) > 0:
		return OutcomeWrong
	case l.Before == nil:
		return OutcomeCreated
	case l.After.equal(*l.Before):
		return OutcomeUnchanged
	default:
		return OutcomeChanged
	}
}

func (l *ImportLine) refuse(column, code, detail string) {
	l.Errors = append(l.Errors, LineError{column, &RefusalError{Code: code, Detail: detail}})
}

// standing is what is known of a company when a file is judged.
type standing struct {
	users  map[string]User   // by id: everyone whom the file may mean
	owners map[string]string // the id of the user who signs in with a key, for all keys of the file
	teams  map[string]string // ids by folded names, or twoTeams
	// admins is how many active admins the company has.
	admins int
}

// twoTeams stands for the id of a team when several have one folded name, such as Norte in letters of full width and in others.
const twoTeams = "?"

// fileKeys returns the ids that the file names, and the keys of all logins in it.
func fileKeys(rows []sheet.Row) (ids, keys []string) {
	for _, r := range rows {
		if id := r.Cells["id"]; id != "" {
			ids = append(ids, id)
		}
		for _, column := range []string{"email", "phone", "payroll_number"} {
			if key := login.Key(r.Cells[column]); key != "" {
				keys = append(keys, key)
			}
		}
	}
	return ids, keys
}

// judge says what each row makes of the company. It changes nothing unless no line has errors.
func (s *standing) judge(company string, rows []sheet.Row) []*ImportLine {
	lines := make([]*ImportLine, len(rows))
	first := map[string]*ImportLine{} // by what names the user
	for i, r := range rows {
		l := &ImportLine{Line: r.Line}
		lines[i] = l
		if r.Long {
			l.refuse("", CodeCellsTooMany, "The line has more cells than there are columns. Put a text that holds the separator into quotation marks.")
		}
		name, column := s.who(l, company, r.Cells)
		l.fill(r.Cells, s.teams)
		if name == "" {
			continue
		}
		if other := first[name]; other != nil {
			l.refuse(column, CodeUserTwice, fmt.Sprintf("Line %d is about the same user. Keep one of the two.", other.Line))
			continue
		}
		first[name] = l
	}
	s.checkLogins(lines)
	s.checkAdmins(lines)
	return lines
}

// who finds the user that a row means: the one with its id, or without an id the one with its payroll number. It returns what
// names the user within the file, and the column that does.
func (s *standing) who(l *ImportLine, company string, cells map[string]string) (name, column string) {
	id, payroll := cells["id"], login.Key(cells["payroll_number"])
	l.After = User{Company: company, ID: id, Name: "?", Role: audience.RoleColaborador, Active: true}
	if id == "" && payroll == "" {
		l.refuse("id", CodeIDMissing, "Write an id or a payroll number. By it a second import of the same file finds the same user.")
		return "", ""
	}
	if err := checkID(id); id != "" && err != nil {
		l.add("id", err)
		return "", ""
	}
	known, ok := s.users[id]
	if id == "" {
		known, ok = s.users[s.owners[payroll]]
		ok = ok && login.Key(known.PayrollNumber) == payroll
	}
	switch {
	case ok:
		l.Before, l.After = &known, known
		return "id " + known.ID, either(id != "", "id", "payroll_number")
	case id != "":
		return "id " + id, "id"
	default:
		return "payroll " + payroll, "payroll_number"
	}
}

// fill takes the cells over into the user, each by itself, so that a line tells everything that is wrong with it.
func (l *ImportLine) fill(cells map[string]string, teams map[string]string) {
	if _, has := cells["name"]; !has && l.Before == nil {
		l.refuse("name", CodeInvalid, "A new user needs a name.")
	}
	for _, column := range []string{"name", "email", "phone", "payroll_number", "role", "active", "teams"} {
		cell, has := cells[column]
		if !has {
			continue
		}
		c, err := cellChange(column, cell, teams)
		if err == nil {
			var next User
			if next, err = l.After.With(c); err == nil {
				l.After = next
				continue
			}
		}
		l.add(column, err)
	}
}

func (l *ImportLine) add(column string, err error) {
	if r, ok := errors.AsType[*RefusalError](err); ok {
		l.refuse(column, r.Code, r.Detail)
	}
}

// cellChange returns what a cell changes. An empty cell takes a login or the teams away, and leaves role and activity alone.
func cellChange(column, cell string, teams map[string]string) (c Change, err error) {
	switch column {
	case "name":
		c.Name = &cell
	case "email":
		c.Email = &cell
	case "phone":
		c.Phone = &cell
	case "payroll_number":
		c.PayrollNumber = &cell
	case "role":
		role, known := roleWords[sheet.Name(cell)]
		if cell != "" && !known {
			return c, invalid(column, "The role must be admin, supervisor or colaborador.")
		}
		if known {
			c.Role = &role
		}
	case "active":
		word, known := activeWords[sheet.Name(cell)]
		if cell != "" && !known {
			return c, invalid(column, "Write true or false, yes or no.")
		}
		if active := word == "true"; known {
			c.Active = &active
		}
	case "teams":
		ids, err := teamIDs(cell, teams)
		if err != nil {
			return c, err
		}
		c.Teams = &ids
	}
	return c, nil
}

// teamIDs reads names of teams. | separates them, or a comma or semicolon when no team has the whole text as its name.
func teamIDs(cell string, teams map[string]string) ([]string, error) {
	ids := []string{}
	if cell == "" {
		return ids, nil
	}
	if id, ok := teams[text.Fold(cell)]; ok {
		return []string{id}, unambiguous(id, cell)
	}
	separator := either(strings.Contains(cell, "|"), "|", ",;")
	for name := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(separator, r) }) {
		if text.Fold(name) == "" {
			continue
		}
		id, ok := teams[text.Fold(name)]
		if !ok {
			return nil, &RefusalError{CodeTeamNotFound, fmt.Sprintf("The company has no team %q. Create it first, or correct the name; | separates several.", text.Clean(name)), "teams"}
		}
		if err := unambiguous(id, name); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func unambiguous(id, name string) error {
	if id == twoTeams {
		return &RefusalError{CodeTeamAmbiguous, fmt.Sprintf("Several teams of the company have a name that reads like %q. Rename one of them.", text.Clean(name)), "teams"}
	}
	return nil
}

// checkLogins refuses logins that two people would have after the import.
func (s *standing) checkLogins(lines []*ImportLine) {
	listed, taken := map[string]bool{}, map[string]*ImportLine{}
	for _, l := range lines {
		if l.Before != nil {
			listed[l.Before.ID] = true
		}
	}
	for _, l := range lines {
		keys, fields := l.After.logins()
		for i, key := range keys {
			owner := s.owners[key]
			switch other := taken[key]; {
			case other != nil:
				l.refuse(fields[i], CodeLoginTaken, fmt.Sprintf("Line %d of the file signs in with this too.", other.Line))
			case owner != "" && !listed[owner]:
				l.refuse(fields[i], CodeLoginTaken, "Another user of the company signs in with this.")
			default:
				taken[key] = l
			}
		}
	}
}

// checkAdmins refuses the lines that together would leave the company without an admin.
func (s *standing) checkAdmins(lines []*ImportLine) {
	left := s.admins
	var lost []*ImportLine
	for _, l := range lines {
		was := l.Before != nil && l.Before.administers()
		switch is := l.After.administers(); {
		case is && !was:
			left++
		case was && !is:
			left--
			lost = append(lost, l)
		}
	}
	if left > 0 {
		return
	}
	for _, l := range lost {
		l.refuse(either(l.After.Active, "role", "active"), CodeLastAdmin, "The import would leave the company without an active admin.")
	}
}

func either[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// changedFields names the fields in which two users differ, as a file calls them.
func changedFields(a, b User) (fields []string) {
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"name", a.Name != b.Name},
		{"email", a.Email != b.Email},
		{"phone", a.Phone != b.Phone},
		{"payroll_number", a.PayrollNumber != b.PayrollNumber},
		{"role", a.Role != b.Role},
		{"active", a.Active != b.Active},
		{"teams", !slices.Equal(a.Teams, b.Teams)},
	} {
		if f.differs {
			fields = append(fields, f.name)
		}
	}
	return fields
}
