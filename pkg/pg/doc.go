// Package pg runs a private PostgreSQL server for `terreno up` and for tests, from binaries that it finds on the machine.
//
// It guarantees that the server does not outlive the process that started it, however that process ends. The server runs
// under a small shell, the supervisor, which reads from a pipe. Only our process holds the other end of that pipe. The
// kernel closes it when our process ends, even by kill -9, and then the supervisor asks the server for a fast shutdown.
// The server has its own process group, so a Ctrl-C in the terminal reaches only our process, and our process decides
// the order of the shutdown.
//
// PostgreSQL refuses to run as root. If our process is root, the server runs as the user postgres if that user exists,
// else as nobody, and Start gives the folder to that user. If that user cannot reach the folder, the cluster is kept under
// /var/lib/terreno instead: Server.Dir names the folder in use.
//
// The superuser is called postgres. It has no password and connects only over the unix socket, whose folder only the
// server's own user and root can enter. Over TCP, on 127.0.0.1, every user needs its password.
//
// Start starts one goroutine, which ends with the server. If the server dies on its own, Done is closed and connections
// fail. Only a call of Restart starts it again.
package pg
