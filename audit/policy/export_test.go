package policy

// Facts are the facts that expressions can call history.NAME, for the test that
// holds them against those that histories have.
var Facts = facts
