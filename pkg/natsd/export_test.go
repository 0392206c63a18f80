package natsd

import "time"

// SyncInterval is what the running server uses.
func SyncInterval(s *Server) time.Duration { return s.server.JetStreamConfig().SyncInterval }
