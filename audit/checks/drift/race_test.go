//go:build race

package drift

// raceEnabled: the race detector allocates on its own.
const raceEnabled = true
