//go:build race

package model

// raceEnabled: under the race detector pools forget at random, so that what
// takes from one allocates.
const raceEnabled = true
