// Package login knows the three names by which a person may sign in: e-mail, phone and payroll number. It is pure. One
// function, Key, folds whatever a person types; a company's keys are unique across the three kinds, so that a login
// never means two people.
package login

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	minPhoneDigits = 7
	maxPhoneDigits = 15 // E.164
	maxEmailBytes  = 254
	maxPayroll     = 64
	maxKey         = 256
)

// Key folds a login as typed: the digits of what looks like a phone number, anything else in lower case. It is empty
// for what can be nobody's login.
func Key(typed string) string {
	s := strings.TrimSpace(typed)
	if len(s) > maxKey || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	if digits, ok := phoneDigits(s); ok {
		return digits
	}
	return strings.ToLower(s)
}

// phoneDigits reads digits with the usual punctuation. The prefix 00 is what a plus sign stands for; no country's begins
// with 0.
func phoneDigits(s string) (string, bool) {
	var digits strings.Builder
	for i, r := range s {
		switch {
		case '0' <= r && r <= '9':
			digits.WriteRune(r)
		case r == '+' && i == 0, r == ' ', r == '-', r == '.', r == '(', r == ')':
		default:
			return "", false
		}
	}
	number := digits.String()
	if abroad, ok := strings.CutPrefix(number, "00"); ok && !strings.HasPrefix(abroad, "0") {
		number = abroad
	}
	return number, minPhoneDigits <= len(number) && len(number) <= maxPhoneDigits
}

// Email checks an address as far as it can be checked without writing to it, and returns it trimmed.
func Email(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	user, domain, ok := strings.Cut(s, "@")
	bad := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`<>(),;:"\[]`, r)
	}
	if !ok || user == "" || domain == "" || strings.Contains(domain, "@") || len(s) > maxEmailBytes ||
		!utf8.ValidString(s) || strings.ContainsFunc(s, bad) {
		return "", errors.New("is not an e-mail address such as ana@example.com")
	}
	return s, nil
}

// Phone checks a phone number and returns it trimmed, otherwise as typed.
func Phone(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	if _, ok := phoneDigits(s); !ok || len(s) > maxPayroll {
		return "", errors.New("is not a phone number: write 7 to 15 digits, with the country's prefix, such as +52 33 1234 5678")
	}
	return s, nil
}

// PayrollNumber checks a payroll number and returns it trimmed. It may hold no @, which belongs to e-mail addresses.
func PayrollNumber(typed string) (string, error) {
	s := strings.TrimSpace(typed)
	bad := func(r rune) bool { return r == '@' || !unicode.IsPrint(r) }
	if s == "" || utf8.RuneCountInString(s) > maxPayroll || !utf8.ValidString(s) || strings.ContainsFunc(s, bad) {
		return "", errors.New("is not a payroll number: write 1 to 64 characters without @")
	}
	return s, nil
}
