package series

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
)

// atNight begins at 23:00 in New York.
func atNight(date string) (time.Time, error) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return time.Time{}, err
	}
	return schedule.Instant(date, "23:00", zone)
}

func TestDates(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"FREQ=WEEKLY;COUNT=3":                                      "2026-03-09 2026-03-16 2026-03-23",
		"rrule:freq=weekly;byday=tu,th;count=3":                    "2026-03-10 2026-03-12 2026-03-17",
		" FREQ=DAILY;INTERVAL=10;UNTIL=20260329 ":                  "2026-03-09 2026-03-19 2026-03-29",
		"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;UNTIL=20260406":           "2026-03-09 2026-03-23 2026-04-06",
		"FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;COUNT=3":       "2026-03-09 2026-03-22 2026-03-23",
		"FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=4":                      "2026-03-27 2026-04-06 2026-04-24 2026-05-04",
		"FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3":                       "2026-03-31 2026-04-30 2026-05-31",
		"FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3":                       "2026-03-31 2026-05-31 2026-07-31",
		"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2":    "2026-03-31 2026-04-30",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=1":              "2028-02-29",
		"FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=2":                 "2026-05-11 2027-05-17",
		"FREQ=YEARLY;BYDAY=20MO;COUNT=2":                           "2026-05-18 2027-05-17",
		"FREQ=YEARLY;COUNT=5":                                      "2026-03-09 2027-03-09 2028-03-09 2029-03-09 2030-03-09",
		"FREQ=DAILY;BYDAY=SA;UNTIL=20260321":                       "2026-03-14 2026-03-21",
		"FREQ=DAILY;UNTIL=20260311T025959Z":                        "2026-03-09", // 23:00 of the 10th is 03:00 in UTC
		"FREQ=DAILY;UNTIL=20260311T030000Z":                        "2026-03-09 2026-03-10",
		"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR;BYMONTH=3,11;COUNT=2": "2026-03-13 2026-11-13",
		"FREQ=YEARLY;BYYEARDAY=-1;COUNT=1":                         "2026-12-31",
		"FREQ=MONTHLY;BYDAY=5MO;COUNT=2":                           "2026-03-30 2026-06-29",
		"FREQ=WEEKLY;BYMONTH=4;BYDAY=MO;UNTIL=20260413;BYSETPOS=1": "2026-04-06 2026-04-13",
	} {
		dates, err := Dates(rule, "2026-03-09", atNight)
		if got := strings.Join(dates, " "); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", rule, got, err, want)
		}
	}
	if dates, err := Dates("FREQ=DAILY;COUNT=1000", "2026-03-09", atNight); err != nil || len(dates) != 1000 {
		t.Errorf("%d dates, %v", len(dates), err)
	}
}

func TestWhatNoRuleCanBe(t *testing.T) {
	t.Parallel()
	for rule, code := range map[string]string{
		"":                                                      CodeInvalid,
		"every Monday":                                          CodeInvalid,
		"FREQ=WEEKLY":                                           CodeNoEnd,
		"FREQ=DAILY;INTERVAL=1":                                 CodeNoEnd,
		"FREQ=DAILY;COUNT=10000":                                CodeTooMany,
		"FREQ=DAILY;COUNT=99999999999999999999":                 CodeInvalid,
		"FREQ=DAILY;UNTIL=20290101":                             CodeTooMany,
		"FREQ=DAILY;UNTIL=99991231":                             CodeTooMany,
		"FREQ=YEARLY;COUNT=7":                                   CodeTooLong,
		"FREQ=MONTHLY;UNTIL=20400101":                           CodeTooLong,
		"FREQ=HOURLY;COUNT=2":                                   CodeSubDaily,
		"FREQ=SECONDLY;UNTIL=20270101":                          CodeSubDaily,
		"FREQ=DAILY;BYHOUR=8,12;COUNT=4":                        CodeSubDaily,
		"FREQ=FORTNIGHTLY;COUNT=2":                              CodeInvalid,
		"COUNT=2":                                               CodeInvalid,
		"FREQ=DAILY;COUNT=2;UNTIL=20270101":                     CodeInvalid,
		"FREQ=DAILY;COUNT=2;COUNT=3":                            CodeInvalid,
		"FREQ=DAILY;COUNT=0":                                    CodeInvalid,
		"FREQ=DAILY;COUNT=-2":                                   CodeInvalid,
		"FREQ=DAILY;COUNT=2;":                                   CodeInvalid,
		"FREQ=DAILY;INTERVAL=0;COUNT=2":                         CodeInvalid,
		"FREQ=DAILY;INTERVAL=9223372036854775807;COUNT=2":       CodeInvalid,
		"FREQ=DAILY;UNTIL=2027-01-01":                           CodeInvalid,
		"FREQ=DAILY;UNTIL=20270101T000000":                      CodeInvalid,
		"FREQ=DAILY;UNTIL=20270230":                             CodeInvalid,
		"FREQ=DAILY;UNTIL=20260101":                             CodeNoDate,
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2":            CodeNoDate,
		"FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=3;BYSETPOS=3;COUNT=2": CodeNoDate,
		"FREQ=WEEKLY;BYSETPOS=1;COUNT=2":                        CodeInvalid,
		"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0;COUNT=2":              CodeInvalid,
		"FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367;COUNT=2":            CodeInvalid,
		"FREQ=MONTHLY;BYDAY=53MO;COUNT=2":                       CodeInvalid,
		"FREQ=YEARLY;BYMONTH=12;BYDAY=53MO;COUNT=2":             CodeInvalid,
		"FREQ=YEARLY;BYDAY=54MO;COUNT=2":                        CodeInvalid,
		"FREQ=MONTHLY;BYDAY=0MO;COUNT=2":                        CodeInvalid,
		"FREQ=WEEKLY;BYDAY=1MO;COUNT=2":                         CodeInvalid,
		"FREQ=WEEKLY;BYMONTHDAY=1;COUNT=2":                      CodeInvalid,
		"FREQ=MONTHLY;BYWEEKNO=3;COUNT=2":                       CodeInvalid,
		"FREQ=MONTHLY;BYYEARDAY=3;COUNT=2":                      CodeInvalid,
		"FREQ=MONTHLY;BYMONTHDAY=32;COUNT=2":                    CodeInvalid,
		"FREQ=WEEKLY;WKST=2MO;COUNT=2":                          CodeInvalid,
		"FREQ=YEARLY;BYEASTER=1000;COUNT=2":                     CodeInvalid,
		"DTSTART;TZID=Mars/Olympus:20260309T080000\nRRULE:FREQ=DAILY;COUNT=2": CodeInvalid,
		"FREQ=DAILY;COUNT=2;X=" + strings.Repeat("1", 200):                    CodeInvalid,
	} {
		dates, err := Dates(rule, "2026-03-09", atNight)
		if e, ok := errors.AsType[*RuleError](err); !ok || e.Code != code || !strings.HasSuffix(e.Detail, ".") {
			t.Errorf("%s: %v, %v, want %s", rule, dates, err, code)
		}
	}
	if _, err := Dates("FREQ=DAILY;COUNT=2", "2026-02-30", atNight); err == nil {
		t.Error("a date that does not exist was taken")
	}
}

// Whatever somebody sends as a rule is read without a panic, in bounded time, and gives dates in order, or a RuleError.
func FuzzDates(f *testing.F) {
	for _, rule := range []string{
		"FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20261231", "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1,-1;COUNT=9", "FREQ=YEARLY;BYWEEKNO=53,-53;WKST=SU;BYDAY=SU;COUNT=3",
		"FREQ=YEARLY;BYDAY=-53MO,53SU;COUNT=5", "FREQ=YEARLY;BYYEARDAY=366,-366;COUNT=1", "FREQ=MONTHLY;BYDAY=5MO,-5SU;BYMONTH=2;COUNT=2",
		"FREQ=YEARLY;BYWEEKNO=1,53,-1,-53;BYMONTH=1,12;BYMONTHDAY=-31,31;COUNT=4", "FREQ=DAILY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29;UNTIL=20301231T000000Z",
	} {
		f.Add(rule, "2026-03-09")
		f.Add(rule, "2028-02-29")
	}
	f.Fuzz(func(t *testing.T, rule, first string) {
		if len(first) != len(time.DateOnly) || first < "2020" || first > "2035" {
			return
		}
		began := time.Now()
		dates, err := Dates(rule, first, atNight)
		if took := time.Since(began); took > 30*time.Second { // much more than a pause of a busy machine
			t.Errorf("%q took %v", rule, took)
		}
		if err != nil {
			if _, ok := errors.AsType[*RuleError](err); !ok {
				t.Errorf("%q: %v", rule, err)
			}
			return
		}
		if len(dates) == 0 || len(dates) > MaxDates || dates[0] < first || !slices.IsSorted(dates) || len(slices.Compact(slices.Clone(dates))) != len(dates) {
			t.Errorf("%q from %s: %v", rule, first, dates)
		}
	})
}
