package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/sheet"
)

type (
	importInput struct {
		httpx.Keyed
		DryRun  bool   `query:"dry_run" doc:"only checks the file: nothing is changed"`
		RawBody []byte `contentType:"text/csv"`
	}
	lineErrorView struct {
		Column string `json:"column,omitempty" doc:"as in columns; absent when the whole line is wrong"`
		Code   string `json:"code" doc:"stable name of what is wrong" example:"team_not_found"`
		Detail string `json:"detail" doc:"a sentence for a person: what is wrong and what to do"`
	}
	lineView struct {
		Line    int             `json:"line" doc:"where it begins in the file, counted from 1"`
		ID      string          `json:"id,omitempty" doc:"of the user; absent while a new user has none"`
		Name    string          `json:"name"`
		Outcome string          `json:"outcome" enum:"created,changed,unchanged,wrong"`
		Changed []string        `json:"changed,omitempty" doc:"the columns in which a user differs from what stands"`
		Errors  []lineErrorView `json:"errors,omitempty"`
	}
	importReport struct {
		Applied   bool       `json:"applied" doc:"the company is now as the file says; false when the file was only checked, or a line is wrong and so nothing was changed"`
		Created   int        `json:"created"`
		Changed   int        `json:"changed"`
		Unchanged int        `json:"unchanged"`
		Wrong     int        `json:"wrong" doc:"lines that are wrong; nothing is changed while there is one"`
		Columns   []string   `json:"columns" doc:"the columns that were read; a field without a column stays as it is"`
		Ignored   []string   `json:"ignored_columns,omitempty" doc:"names of columns that mean nothing here"`
		Lines     []lineView `json:"lines"`
	}
)

const importHelp = "The body is a table in CSV: UTF-8 with or without a byte order mark, separated by commas, semicolons or tabs, at most 2,000 lines below the " +
	"names of the columns. Columns, in English or Spanish and in any order: id, name (nombre), email (correo), phone (teléfono), payroll_number (número de " +
	"nómina), role (rol: admin, supervisor, colaborador; a new user without one is a colaborador), active (activo: yes, no), teams (equipos: names, separated by |).\n\n" +
	"A line means the user with its id, or without an id the user with its payroll number. When there is none, the user is created. A column that the file lacks " +
	"leaves the field as it is; an empty cell takes the value away, except for role and active. Nobody is deactivated for being absent from the file.\n\n" +
	"Everything is changed in one transaction, or nothing when a line is wrong. To send the same file again changes nothing. The file holds no passwords: set " +
	"them afterwards with PUT /v1/users/{id}/password."

func (a *API) registerImport(api *httpx.API) {
	op := operation("users", "import-users", http.MethodPost, "/v1/users/import", "Create and change many users by a CSV file", adminOnly)
	op.Description = importHelp
	handle(api, op, a.importUsers)
	api.OpenAPI().Paths[op.Path].Post.RequestBody.Required = false // readImport refuses an empty body, in words about a table
}

func (a *API) importUsers(ctx context.Context, who Reader, in *importInput) (*httpx.Answer[importReport], error) {
	table, err := readImport(in.RawBody)
	if err != nil {
		return nil, err
	}
	if in.DryRun {
		lines, err := a.Store.Judge(ctx, who, table.Rows)
		return &httpx.Answer[importReport]{Status: http.StatusOK, Body: report(table, lines, false)}, err
	}
	return a.applyImport(ctx, who, in, table)
}

// errWrongLines ends a change whose file has wrong lines. The report says which.
var errWrongLines = errors.New("the file has wrong lines")

func (a *API) applyImport(ctx context.Context, who Reader, in *importInput, table *sheet.Table) (out *httpx.Answer[importReport], err error) {
	hash := sha256.Sum256(in.RawBody)
	var refused importReport
	err = a.Store.change(ctx, who, func(ch *change.Change) error {
		out, _, err = change.Once(ch, in.Keyed, "import-users", hex.EncodeToString(hash[:]), http.StatusOK, func() (importReport, error) {
			lines, err := judge(ctx, ch.Tx, ch.Company, table.Rows)
			if err != nil {
				return importReport{}, err
			}
			if slices.ContainsFunc(lines, func(l *ImportLine) bool { return len(l.Errors) > 0 }) {
				refused = report(table, lines, false)
				return importReport{}, errWrongLines
			}
			err = writeImport(ctx, ch, lines)
			return report(table, lines, true), err
		})
		return err
	})
	if errors.Is(err, errWrongLines) { // nothing is kept under the key: the corrected file may be sent with it
		return &httpx.Answer[importReport]{Status: http.StatusOK, Body: refused}, nil
	}
	return out, err
}

// readImport reads the table. What is wrong with the whole file is refused at once.
func readImport(content []byte) (*sheet.Table, error) {
	table, err := sheet.Read(content, importColumns, maxImported)
	if err != nil {
		return nil, err
	}
	for _, column := range table.Ignored {
		if passwordColumns[sheet.Name(column)] != "" {
			return nil, &RefusalError{Code: CodePasswords, Detail: "The file has a column with passwords. Take it out: a file with passwords is easily found. Set them after the import."}
		}
	}
	return table, nil
}

func report(table *sheet.Table, lines []*ImportLine, applied bool) importReport {
	r := importReport{Applied: applied, Ignored: table.Ignored, Columns: []string{}, Lines: make([]lineView, 0, len(lines))}
	for _, column := range []string{"id", "name", "email", "phone", "payroll_number", "role", "active", "teams"} {
		if table.Has[column] {
			r.Columns = append(r.Columns, column)
		}
	}
	for i, l := range lines {
		v := lineView{Line: l.Line, ID: l.After.ID, Name: l.After.Name, Outcome: l.Outcome()}
		if typed, has := table.Rows[i].Cells["name"]; has && l.Before == nil {
			v.Name = typed
		}
		switch v.Outcome {
		case OutcomeCreated:
			r.Created++
		case OutcomeChanged:
			r.Changed++
			v.Changed = changedFields(*l.Before, l.After)
		case OutcomeUnchanged:
			r.Unchanged++
		case OutcomeWrong:
			r.Wrong++
		}
		for _, e := range l.Errors {
			code := e.Code
			if code == CodeInvalid {
				code = wireInvalid
			}
			v.Errors = append(v.Errors, lineErrorView{e.Column, code, e.Detail})
		}
		r.Lines = append(r.Lines, v)
	}
	return r
}
