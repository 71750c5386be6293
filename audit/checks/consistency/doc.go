// Package consistency audits whether like cases were decided alike: repeat
// applications, twins, near twins, the edge of the cut-off, dominated denials
// and the conditions of a decision that its policy does not name.
package consistency
