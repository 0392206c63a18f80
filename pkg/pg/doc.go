// Package pg runs a private PostgreSQL server for `terreno up` and for tests, from binaries found on the machine.
//
// It guarantees that the server does not outlive the process that started it, however that process ends: the server
// runs under a small shell that reads a pipe which only our process holds open. When the pipe closes, kill -9 included,
// the shell asks the server for a fast shutdown. The server is in a process group of its own, so that a terminal's
// Ctrl-C reaches us alone and we decide the order in which things end.
//
// PostgreSQL refuses to run as root. Started by root, it runs as the user postgres if there is one, else as nobody, and
// the folder is given to that user. When that user cannot reach the folder, the server lives in /var/lib/terreno
// instead: Server.Dir says where.
//
// The superuser is called postgres. It has no password and connects over the unix socket alone, whose folder only the
// server's own user and root can enter. Over TCP, on 127.0.0.1, every user needs its password.
//
// Start begins one goroutine, which ends when the server does. If the server dies on its own, Done is closed and
// connections fail; nothing restarts it but Restart.
package pg
