// Package login knows the three kinds of name with which a person may sign in: e-mail, phone and payroll number. Its
// functions are pure. One function, Key, folds what a person types or pastes (pkg/text). A company's keys are unique
// across the three kinds, so that a login never means two people.
package login

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/terreno/terreno/pkg/text"
)

const (
	minPhoneDigits = 7
	maxPhoneDigits = 15 // E.164
	maxEmailBytes  = 254
	maxPayroll     = 64
	maxKey         = 256
)

// Key folds a login as typed. What looks like a phone number becomes its digits, anything else becomes lower case. Key
// is empty for text that cannot be anybody's login.
func Key(typed string) string {
	s := text.Fold(typed)
	if len(s) > maxKey || !utf8.ValidString(s) || strings.ContainsFunc(s, unprintable) {
		return ""
	}
	if digits, ok := phoneDigits(s); ok {
		return digits
	}
	return s
}

// phoneDigits reads the digits of a phone number, in any script. It accepts the punctuation of contact lists and of
// links (tel:). The prefix 00 stands for a plus sign, since no country's code begins with 0. After a country's code, (0) is
// the zero that is dialled only within the country.
func phoneDigits(folded string) (string, bool) {
	s := strings.TrimSpace(strings.TrimPrefix(folded, "tel:"))
	if plain := strings.TrimLeft(s, "( "); strings.HasPrefix(plain, "+") || strings.HasPrefix(plain, "00") {
		s = strings.Replace(s, "(0)", "", 1)
	}
	var digits strings.Builder
	plus := false
	for _, r := range s {
		digit, isDigit := decimal(r)
		switch {
		case isDigit:
			digits.WriteByte('0' + digit)
		case r == '+' && !plus && digits.Len() == 0:
			plus = true
		case strings.ContainsRune(" .()/\u2212", r), unicode.Is(unicode.Pd, r):
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

// decimal is the value of a digit. The ten digits of every script follow one another, and those of two scripts never do
// (Unicode, section 4.6). So a digit's value is its distance from the first of its ten.
func decimal(r rune) (byte, bool) {
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, group := range unicode.Nd.R16 {
		if rune(group.Lo) <= r && r <= rune(group.Hi) {
			return byte((r - rune(group.Lo)) % 10), true
		}
	}
	for _, group := range unicode.Nd.R32 {
		if rune(group.Lo) <= r && r <= rune(group.Hi) {
			return byte((r - rune(group.Lo)) % 10), true
		}
	}
	return 0, false
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// Email checks an address and returns it clean. It checks all that can be checked without sending a message.
func Email(typed string) (string, error) {
	s := text.Clean(typed)
	user, domain, ok := strings.Cut(s, "@")
	bad := func(r rune) bool {
		return r == ' ' || unprintable(r) || strings.ContainsRune(`<>(),;:"\[]`, r)
	}
	if !ok || user == "" || domain == "" || strings.Contains(domain, "@") || len(s) > maxEmailBytes ||
		!utf8.ValidString(s) || strings.ContainsFunc(s, bad) {
		return "", errors.New("is not an e-mail address such as ana@example.com")
	}
	return s, nil
}

// Phone checks a phone number and returns it clean. It keeps the digits and punctuation as typed.
func Phone(typed string) (string, error) {
	s := text.Clean(typed)
	if _, ok := phoneDigits(text.Fold(s)); !ok || len(s) > maxPayroll {
		return "", errors.New("is not a phone number: write 7 to 15 digits, with the country's prefix, such as +52 33 1234 5678")
	}
	return s, nil
}

// PayrollNumber checks a payroll number and returns it clean. It must not contain @, which marks e-mail addresses.
func PayrollNumber(typed string) (string, error) {
	s := text.Clean(typed)
	bad := func(r rune) bool { return r == '@' || unprintable(r) }
	if s == "" || utf8.RuneCountInString(s) > maxPayroll || !utf8.ValidString(s) || strings.ContainsFunc(s, bad) {
		return "", errors.New("is not a payroll number: write 1 to 64 characters without @")
	}
	return s, nil
}
