package stage

// What the words of probes mean, for those who tell people of them.

// StepNames are the steps' names, by the number that the probe owner carries.
func StepNames() []string { return append([]string(nil), stepNames[:]...) }

// WaitNames are the waits' names, by the number that the probe state carries.
func WaitNames() []string { return append([]string(nil), waitNames[:]...) }
