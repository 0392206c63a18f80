package charge_test

import (
	"testing"
	"time"

	"github.com/terreno/terreno/services/inactivity/internal/charge"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func read(device string, minute, percent int) charge.Reading {
	return charge.Reading{Device: device, At: noon.Add(time.Duration(minute) * time.Minute), Level: float32(percent) / 100}
}

func plugged(r charge.Reading) charge.Reading {
	r.Charging = true
	return r
}

func TestLow(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		list  []charge.Reading
		first string
		limit int
		want  string
	}{
		"nothing":                      {nil, "", 15, ""},
		"at the limit":                 {[]charge.Reading{read("a", 1, 15)}, "", 15, "a"},
		"at each limit":                {[]charge.Reading{read("a", 1, 29)}, "", 29, "a"},
		"above it":                     {[]charge.Reading{read("a", 1, 16)}, "", 15, ""},
		"older than what is judged":    {[]charge.Reading{read("a", -1, 5)}, "", 15, ""},
		"charging":                     {[]charge.Reading{plugged(read("a", 1, 5))}, "", 15, ""},
		"charging at the same instant": {[]charge.Reading{plugged(read("a", 1, 5)), read("a", 1, 5)}, "", 15, ""},
		"charging before":              {[]charge.Reading{read("a", 2, 5), plugged(read("a", 1, 5))}, "", 15, "a"},
		"the newest phone":             {[]charge.Reading{read("a", 2, 5), read("b", 1, 50)}, "", 15, "a"},
		"another is newer":             {[]charge.Reading{read("a", 1, 5), read("b", 2, 50)}, "", 15, ""},
		"the phone of the shift":       {[]charge.Reading{read("b", 2, 50), read("a", 1, 5), read("c", 3, 50)}, "a", 15, "a"},
		"not that of the shift":        {[]charge.Reading{read("a", 1, 50), read("b", 2, 5)}, "a", 15, ""},
		"that of the shift is silent":  {[]charge.Reading{read("a", -1, 50), read("b", 2, 5)}, "a", 15, "b"},
		"a phone without a name":       {[]charge.Reading{read("", 1, 50), read("b", 2, 5)}, "", 15, "b"},
	} {
		got, ok := charge.Low(c.list, c.first, noon, c.limit)
		if ok != (c.want != "") || ok && got.Device != c.want {
			t.Errorf("%s: %+v %v, want %q", what, got, ok, c.want)
		}
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	now := noon.Add(time.Hour)
	for what, c := range map[string]struct {
		list  []charge.Reading
		limit int
		at    int
		want  string
	}{
		"nothing":                       {nil, 15, 0, ""},
		"what began it":                 {[]charge.Reading{read("a", 0, 15)}, 15, 0, ""},
		"not enough":                    {[]charge.Reading{read("a", 1, 20)}, 15, 0, ""},
		"enough":                        {[]charge.Reading{read("a", 1, 21)}, 15, 1, "charged"},
		"charges":                       {[]charge.Reading{plugged(read("a", 1, 5))}, 15, 1, "charged"},
		"charged and sank":              {[]charge.Reading{plugged(read("a", 1, 15)), read("a", 2, 14)}, 15, 0, ""},
		"older":                         {[]charge.Reading{plugged(read("a", -1, 15))}, 15, 0, ""},
		"another phone":                 {[]charge.Reading{read("b", 1, 90), plugged(read("b", 2, 90))}, 15, 0, ""},
		"a higher limit":                {[]charge.Reading{read("a", 1, 34)}, 30, 0, ""},
		"a higher limit, and enough":    {[]charge.Reading{read("a", 1, 36)}, 30, 1, "charged"},
		"a lower limit":                 {[]charge.Reading{read("a", 0, 12)}, 10, 60, "settings_changed"},
		"a lower limit, and as low":     {[]charge.Reading{read("a", 1, 10)}, 10, 0, ""},
		"a lower limit, and enough":     {[]charge.Reading{read("a", 1, 21)}, 10, 1, "charged"},
		"a lower limit, and no reading": {nil, 10, 0, ""},
	} {
		at, reason := charge.Lasting{Device: "a", Base: noon, Limit: 15}.End(c.list, c.limit, now)
		if reason != c.want || reason != "" && !at.Equal(noon.Add(time.Duration(c.at)*time.Minute)) {
			t.Errorf("%s: %q at %v, want %q at minute %d", what, reason, at, c.want, c.at)
		}
	}
}
