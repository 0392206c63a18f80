package change

// OnWake makes c call seen each time it wakes the relay.
func OnWake(c *Changes, seen func()) {
	wake := c.wake
	c.wake = func() { seen(); wake() }
}
