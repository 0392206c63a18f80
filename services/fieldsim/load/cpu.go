package load

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of the times in /proc: USER_HZ, which is 100 on every system of today.
const tick = time.Second / 100

// usage is CPU time that servers have used since they started.
type usage struct{ process, postgres time.Duration }

func (u usage) minus(earlier usage) usage {
	return usage{u.process - earlier.process, u.postgres - earlier.postgres}
}

// task is what /proc/PID/stat says of a process.
type task struct {
	pid, parent int
	// own is its CPU time, reaped that of its ended children.
	own, reaped time.Duration
}

// errNoProc means that this system has no /proc.
var errNoProc = errors.New("CPU time and memory are read from /proc, which this system does not have")

// cpuOf returns the CPU time of the process terreno and of its descendants, which are PostgreSQL's. A process that ended
// counts through its parent. The process except does not count.
func cpuOf(terreno, except int) (usage, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return usage{}, errNoProc
	}
	var tasks []task
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // The process has ended.
		}
		t, err := parseStat(text)
		if err != nil {
			return usage{}, fmt.Errorf("read %s: %w", file, err)
		}
		tasks = append(tasks, t)
	}
	return sum(tasks, terreno, except), nil
}

func sum(tasks []task, terreno, except int) (u usage) {
	parents := map[int]int{}
	for _, t := range tasks {
		parents[t.pid] = t.parent
	}
	for _, t := range tasks {
		switch {
		case t.pid == terreno:
			u.process += t.own
		case t.pid != except && descends(parents, t.pid, terreno):
			u.postgres += t.own + t.reaped
		}
	}
	return u
}

func descends(parents map[int]int, pid, from int) bool {
	for pid > 1 {
		if pid = parents[pid]; pid == from {
			return true
		}
	}
	return false
}

// parseStat reads a line of /proc/PID/stat: proc(5). The name of the program stands in parentheses and may hold anything.
func parseStat(text []byte) (t task, err error) {
	open, end := bytes.IndexByte(text, '('), bytes.LastIndexByte(text, ')')
	if open < 1 || end < open {
		return t, fmt.Errorf("%.80q is no line of /proc/PID/stat", text)
	}
	fields := strings.Fields(string(text[end+1:]))
	const parent, user, system, childUser, childSystem = 1, 11, 12, 13, 14
	if len(fields) <= childSystem {
		return t, fmt.Errorf("%.80q is no line of /proc/PID/stat", text)
	}
	var n [5]int64
	for i, place := range []int{parent, user, system, childUser, childSystem} {
		if n[i], err = strconv.ParseInt(fields[place], 10, 64); err != nil {
			return t, fmt.Errorf("field %d: %w", place+3, err)
		}
	}
	if t.pid, err = strconv.Atoi(string(bytes.TrimSpace(text[:open]))); err != nil {
		return t, fmt.Errorf("the process's number: %w", err)
	}
	t.parent, t.own, t.reaped = int(n[0]), time.Duration(n[1]+n[2])*tick, time.Duration(n[3]+n[4])*tick
	return t, nil
}

// residentOf returns how many bytes of memory a process holds.
func residentOf(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, errNoProc
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("%.80q is no line of /proc/PID/statm", text)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read the memory of a process: %w", err)
	}
	return pages * int64(os.Getpagesize()), nil
}

// loadAverage is what uptime prints first: how many processes wanted a core in the last minute.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "-"
	}
	first, _, _ := strings.Cut(string(text), " ")
	return first
}
