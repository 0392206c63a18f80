package work_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

func TestThePeopleOfTheDemoTalkInTheCourseOfTheDay(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	var logins []string
	for i := range 40 {
		logins = append(logins, fmt.Sprintf("campo%02d", i+1))
	}
	for i := range members {
		members[i].Login = logins[i]
	}
	visits := work.Visits(members, midnight, 0)
	chats, lines := work.Talk(logins, "admin", visits, midnight)
	if !slices.IsSortedFunc(lines, func(a, b work.Line) int { return a.Due.Compare(b.Due) }) {
		t.Error("not in the order of time")
	}
	seen, kinds, in := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, l := range lines {
		if seen[l.Key] || l.ReplyTo != "" && !seen[l.ReplyTo] {
			t.Errorf("key %s, which answers %q", l.Key, l.ReplyTo)
		}
		seen[l.Key] = true
		if _, ok := chats[l.In]; !ok {
			t.Errorf("%s is in no conversation", l.Key)
		}
		if h := l.Due.Sub(midnight).Hours(); h < 7 || h > 18.5 || strings.TrimSpace(l.Body.Text) == "" {
			t.Errorf("at %v: %q", l.Due, l.Body.Text)
		}
		if slices.Contains(l.Read, l.By) || l.In == "privada" && len(l.Read)+len(l.Has) > 0 {
			t.Errorf("%s is read by %v", l.Key, l.Read)
		}
		kinds[l.Body.Kind]++
		in[l.In]++
	}
	if kinds["photo"] != 1 || kinds["location"] != 1 || in["avisos"] != 1 || in["privada"] != 1 || in["visita"] != 2 || in["norte"] < 5 || in["sur"] < 5 || len(chats) != 5 {
		t.Errorf("%v, %v", kinds, in)
	}
	if _, none := work.Talk([]string{"otro"}, "admin", visits, midnight); none != nil {
		t.Error("people talk who are not there")
	}
}
