package people

import (
	"errors"
	"strings"
)

// RefusalError tells the person who asked why something is not done.
type RefusalError struct {
	// Code is stable, because clients decide on it.
	Code string
	// Detail says in a sentence what is wrong and what to do.
	Detail string
	// Field is the part of the body that is refused, for instance users[3]. It is empty when the refusal concerns no field.
	Field string
}

func (r *RefusalError) Error() string { return r.Code + ": " + strings.TrimSpace(r.Field+" "+r.Detail) }

// Codes of refusals.
const (
	CodeInvalid         = "invalid"
	CodeIDTaken         = "id_taken"
	CodeLoginTaken      = "login_taken"
	CodeTeamNameTaken   = "team_name_taken"
	CodeUserNotFound    = "user_not_found"
	CodeTeamNotFound    = "team_not_found"
	CodeTeamAmbiguous   = "team_ambiguous"
	CodeCompanyNotFound = "company_not_found"
	CodeLastAdmin       = "last_admin"
	CodePasswordWeak    = "password_weak"
	CodePasswordWrong   = "password_wrong"
	CodeForbidden       = "forbidden"

	// Of lines of an import.
	CodeIDMissing    = "id_missing"
	CodeUserTwice    = "user_twice"
	CodeCellsTooMany = "cells_too_many"
	CodePasswords    = "csv_passwords"
)

func invalid(field, detail string) *RefusalError {
	return &RefusalError{Code: CodeInvalid, Detail: detail, Field: field}
}

// within puts the name of the enclosing field before the refused field.
func within(field string, err error) error {
	r, ok := errors.AsType[*RefusalError](err)
	if !ok || r.Field == "" {
		return err
	}
	return &RefusalError{r.Code, r.Detail, field + "." + r.Field}
}

func noUser() *RefusalError {
	return &RefusalError{Code: CodeUserNotFound, Detail: "There is no such user, or you may not see it."}
}

func noTeam() *RefusalError {
	return &RefusalError{Code: CodeTeamNotFound, Detail: "There is no such team, or you may not see it."}
}

func noCompany() *RefusalError {
	return &RefusalError{Code: CodeCompanyNotFound, Detail: "There is no company with this id."}
}
