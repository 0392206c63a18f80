// Package series says on which local dates a recurring visit is made. It is pure.
//
// A rule is read once, when somebody makes the series, and becomes a list of dates. The list is what is kept: whatever makes the
// visits later needs no rule, and a newer library cannot move a visit.
package series

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

const (
	// MaxRule is the length of the longest rule, in bytes. Reading a rule takes longer the more numbers it lists.
	MaxRule = 200
	// MaxDates is how many dates a series may have.
	MaxDates = 1000
	// MaxYears is how many years after its first date a series may last.
	MaxYears = 5
	// maxInterval keeps the library from counting past its numbers.
	maxInterval = 1000
	// The calendar repeats itself after 400 years, weekdays included. The library gives up in the year 9999, and looks until then for
	// a rule that names no date. So it is asked about dates that are as late as possible: 7,600 years from now.
	later = 7600
)

// Codes of a RuleError. They are part of the API.
const (
	CodeInvalid  = "rule_invalid"
	CodeSubDaily = "rule_sub_daily"
	CodeNoEnd    = "rule_without_end"
	CodeTooMany  = "rule_too_many"
	CodeTooLong  = "rule_too_long"
	CodeNoDate   = "rule_names_no_date"
)

// RuleError says what is wrong with a rule, as a sentence.
type RuleError struct{ Code, Detail string }

func (e *RuleError) Error() string { return e.Code + ": " + e.Detail }

func wrong(code, detail string, args ...any) error {
	return &RuleError{Code: code, Detail: fmt.Sprintf(detail, args...)}
}

var (
	letters   = regexp.MustCompile(`^[A-Z0-9=;,+-]+$`)
	dayOfRule = regexp.MustCompile(`^([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)$`)
	// parts are those of RFC 5545 that a rule may have here. The time of the day is the series' own.
	parts = []string{"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"}
)

// Dates returns the local dates, 2006-01-02, that a rule of RFC 5545 names from the first date on, in order. The first date is one of
// them only if the rule names it. begins returns when a visit of a date begins: an UNTIL that is an instant is compared with it.
// The error is a *RuleError.
func Dates(rule, first string, begins func(date string) (time.Time, error)) ([]string, error) {
	start, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return nil, wrong(CodeInvalid, "The first date must be a date such as 2026-03-09.")
	}
	values, err := split(rule)
	if err != nil {
		return nil, err
	}
	over, err := readUntil(values["UNTIL"], begins)
	if err != nil {
		return nil, err
	}
	r, err := build(values, start.AddDate(later, 0, 0))
	if err != nil {
		return nil, err
	}
	var dates []string
	end := start.AddDate(MaxYears, 0, 0)
	for next := r.Iterator(); ; {
		at, ok := next()
		if !ok {
			break
		}
		at = at.AddDate(-later, 0, 0)
		date := at.Format(time.DateOnly)
		if past, err := over(date); err != nil {
			return nil, err
		} else if past {
			break
		}
		if at.After(end) {
			return nil, wrong(CodeTooLong, "The rule goes on for more than %d years after the first date. Give it a nearer end (UNTIL or COUNT).", MaxYears)
		}
		if len(dates) == MaxDates {
			return nil, wrong(CodeTooMany, "The rule names more than %d dates. Give it a nearer end (UNTIL or COUNT).", MaxDates)
		}
		dates = append(dates, date)
	}
	if len(dates) == 0 {
		return nil, wrong(CodeNoDate, "The rule names no date between the first date and its end.")
	}
	return dates, nil
}

// split reads the parts of a rule and checks those that the library does not check.
func split(rule string) (map[string]string, error) {
	text := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(rule)), "RRULE:")
	switch {
	case strings.Contains(text, "DTSTART") || strings.Contains(text, "TZID"):
		return nil, wrong(CodeInvalid, "Leave DTSTART and TZID out of the rule: first_date, from and until are its beginning, in the time zone of the company.")
	case len(text) > MaxRule || !letters.MatchString(text):
		return nil, wrong(CodeInvalid, "A rule is written as RFC 5545 does, such as FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261231, with at most %d characters.", MaxRule)
	}
	values := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch {
		case slices.Contains([]string{"BYHOUR", "BYMINUTE", "BYSECOND"}, name):
			return nil, wrong(CodeSubDaily, "Leave %s out of the rule: a visit is made once a date, at the times from and until.", name)
		case !slices.Contains(parts, name) || value == "":
			return nil, wrong(CodeInvalid, "The rule has a part that is not understood: %q. It may have %s.", part, strings.Join(parts, ", "))
		case values[name] != "":
			return nil, wrong(CodeInvalid, "The rule has %s twice.", name)
		}
		values[name] = value
	}
	return values, fits(values)
}

// fits checks how parts go together (RFC 5545, section 3.3.10), and the limits.
func fits(values map[string]string) error {
	has := func(name string) bool { return values[name] != "" }
	switch freq := values["FREQ"]; {
	case slices.Contains([]string{"HOURLY", "MINUTELY", "SECONDLY"}, freq):
		return wrong(CodeSubDaily, "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY: a series makes at most one visit a date.")
	case !slices.Contains([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}, freq):
		return wrong(CodeInvalid, "FREQ must be DAILY, WEEKLY, MONTHLY or YEARLY.")
	case has("COUNT") && has("UNTIL"):
		return wrong(CodeInvalid, "Give COUNT or UNTIL, and not both.")
	case !has("COUNT") && !has("UNTIL"):
		return wrong(CodeNoEnd, "The rule has no end. Add COUNT, or UNTIL with the last date, at most %d years after the first.", MaxYears)
	case has("BYWEEKNO") && freq != "YEARLY":
		return wrong(CodeInvalid, "BYWEEKNO needs FREQ=YEARLY.")
	case has("BYYEARDAY") && freq != "YEARLY":
		return wrong(CodeInvalid, "BYYEARDAY needs FREQ=YEARLY.")
	case has("BYMONTHDAY") && freq == "WEEKLY":
		return wrong(CodeInvalid, "BYMONTHDAY does not go with FREQ=WEEKLY.")
	case has("BYSETPOS") && !has("BYDAY") && !has("BYMONTHDAY") && !has("BYMONTH") && !has("BYYEARDAY") && !has("BYWEEKNO"):
		return wrong(CodeInvalid, "BYSETPOS chooses among the dates of another BY part, and the rule has none.")
	}
	if err := count(values, "INTERVAL", maxInterval, CodeInvalid); err != nil {
		return err
	}
	if err := count(values, "COUNT", MaxDates, CodeTooMany); err != nil {
		return err
	}
	if m := dayOfRule.FindStringSubmatch(values["WKST"]); has("WKST") && (m == nil || m[1] != "") {
		return wrong(CodeInvalid, "WKST must be a day such as MO.")
	}
	return weekdays(values)
}

// count checks a part that is a number from 1.
func count(values map[string]string, name string, most int, code string) error {
	if values[name] == "" {
		return nil
	}
	switch n, err := strconv.ParseUint(values[name], 10, 64); {
	case err == nil && n > uint64(most):
		return wrong(code, "%s must be at most %d.", name, most)
	case err != nil || n == 0:
		return wrong(CodeInvalid, "%s must be a number from 1 to %d.", name, most)
	}
	return nil
}

// weekdays checks BYDAY. The library fails on a number that its month or year does not have.
func weekdays(values map[string]string) error {
	if values["BYDAY"] == "" {
		return nil
	}
	freq, most := values["FREQ"], 53
	if freq == "MONTHLY" || values["BYMONTH"] != "" {
		most = 5
	}
	for day := range strings.SplitSeq(values["BYDAY"], ",") {
		m := dayOfRule.FindStringSubmatch(day)
		if m == nil {
			return wrong(CodeInvalid, "BYDAY must list days such as MO, or 1MO for the first and -1MO for the last Monday.")
		}
		if m[1] == "" {
			continue
		}
		if n, _ := strconv.Atoi(m[1]); max(n, -n) > most || freq == "DAILY" || freq == "WEEKLY" || values["BYWEEKNO"] != "" {
			return wrong(CodeInvalid, "BYDAY=%s does not go with the rule: a month has at most 5 of a day, a year 53, and FREQ=DAILY, FREQ=WEEKLY and BYWEEKNO take days without numbers.", day)
		}
	}
	return nil
}

// readUntil returns whether a date comes after UNTIL.
func readUntil(until string, begins func(date string) (time.Time, error)) (over func(date string) (bool, error), err error) {
	if until == "" {
		return func(string) (bool, error) { return false, nil }, nil
	}
	if last, err := time.Parse("20060102", until); err == nil {
		return func(date string) (bool, error) { return date > last.Format(time.DateOnly), nil }, nil
	}
	last, err := time.Parse("20060102T150405Z", until)
	if err != nil {
		return nil, wrong(CodeInvalid, "UNTIL must be a date such as 20261231, or an instant in UTC such as 20261231T235959Z.")
	}
	return func(date string) (bool, error) {
		at, err := begins(date)
		return at.After(last), err
	}, nil
}

// build gives the parts of a rule to the library, without its UNTIL.
func build(values map[string]string, start time.Time) (*rrule.RRule, error) {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != "UNTIL" {
			list = append(list, name+"="+values[name])
		}
	}
	option, err := rrule.StrToROption(strings.Join(list, ";"))
	if err != nil {
		return nil, wrong(CodeInvalid, "The rule cannot be read: %v.", err)
	}
	option.Dtstart = start
	r, err := rrule.NewRRule(*option)
	if err != nil {
		return nil, wrong(CodeInvalid, "The rule cannot be: %v.", err)
	}
	return r, nil
}
