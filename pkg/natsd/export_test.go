package natsd

import "time"

// SyncInterval returns the interval that the running server uses.
func SyncInterval(s *Server) time.Duration { return s.running().JetStreamConfig().SyncInterval }
