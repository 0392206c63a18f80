package change

// OnWake calls seen whenever the relay is woken.
func OnWake(c *Changes, seen func()) {
	wake := c.wake
	c.wake = func() { seen(); wake() }
}
