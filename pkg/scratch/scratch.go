// Package scratch says where tests keep files that nobody needs afterwards.
package scratch

import "syscall"

const (
	memory = "/dev/shm"
	disk   = "/tmp"
	// enough is how many bytes must be free in memory. A whole test run writes far less at a time.
	enough = 4 << 30
)

// Folder returns an existing folder that every user of the system can reach: one in memory, or /tmp if the system has none with
// 4 GiB free. Each test creates and removes hundreds of files, which takes a disk's file system as long as the test itself.
func Folder() string { return folder(memory) }

func folder(memory string) string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(memory, &s); err != nil || s.Bavail*uint64(s.Bsize) < enough {
		return disk
	}
	return memory
}
