// Package expr compiles conditions and amounts written in CEL into kernels
// over the columns of a batch.
//
// Comparisons, logic, arithmetic, choices, membership and map literals over
// columns and constants become loops over whole columns; what else CEL can say
// is evaluated by CEL itself, row by row, with the same result.
//
// This is the language of the plan's policies. It is CEL, the Common
// Expression Language, with its precedence and its laws; what follows is all
// that is particular.
//
// # Names
//
// A plain name is a column or feature of the row, or a value of the policy,
// whose expression is put in its place. A value hides a column of its name, and
// none may refer to itself. history.NAME is a fact of the customer's history.
// column('年龄') names what can't be written as a plain name.
//
// # Types
//
// There are numbers, conditions, text and instants, and lists and maps written
// out. Every number is a double: 9 is 9.0, integer columns are converted, and
// money is in units such as yuan. A number in place of a condition, or compared
// with one, is true when it is not 0, so that fraud_hit and fraud_hit == true
// hold of a column of 0 and 1. A date is its first instant in UTC. Instants are
// written timestamp('2025-01-31T00:00:00+08:00') or timestamp('2025-01-31'),
// in UTC. Types that can't be compared are refused when the expression is
// compiled.
//
// # Missing and unknown
//
// A missing value (null) is equal to null only: x == 'a' and x in ['a', 'b']
// are false of it, x != 'a' is true. Whatever else needs a missing value is
// unknown, where CEL has an error: its order, arithmetic, functions, its use as
// a condition or as the key of a map. So is a number that is not finite:
// division by zero, overflow. An infinite value of a column can be compared,
// not calculated with. From there
//
//	a && b     is false when either is false, else unknown when either is
//	a || b     is true when either is true, else unknown when either is
//	!a, a == b and all functions are unknown with an operand
//	c ? a : b  is unknown with c; the branch not taken does not matter
//	[a, b], {'k': a}  and what is looked up in them are unknown with any part
//	m[x]       is unknown when the map m lacks x
//
// missing(x) and known(x) tell apart what has a value and what is missing or
// unknown, and are never unknown themselves.
//
// # Operators and functions
//
//	== != < <= > >=  && || !  + - * / %  c ? a : b  x in [a, b]
//	{'cash': 565, 'line': 568}[product]   {1: 'a', 2: 'b'}[grade]
//	min(a, b, …)  max(a, b, …)            unknown when any is missing
//	abs(x)  floor(x)  ceil(x)  round(x)   half goes away from zero
//	days(later, earlier)                  whole days of 24 hours, cut towards zero
//	missing(x)  known(x)  column('NAME')
//	t.startsWith(u)  t.endsWith(u)  t.contains(u)  t.matches('RE2')  size(t)
//
// x % y has the sign of x. Text is compared and counted by code points.
//
// The above are kernels; t.matches and its like when u is a constant, m[x]
// when x is text or a number. Evaluated by CEL, row by row, are: text + text,
// order of conditions, elements of lists, x in a map, duration, double, int,
// string, bool, dyn, timestamp of a column, instants plus and minus, and
// getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear,
// getHours, getMinutes, getSeconds and getMilliseconds of an instant, in UTC or
// in a zone such as '+08:00'. There are no macros (all, exists, map, filter,
// has), no bytes, no unsigned numbers and no messages.
//
// # Bounds
//
// An expression has at most 64 KiB, 200 levels and, with values in place of
// their names, 20,000 parts; a pattern 1,000 bytes and 5,000 instructions. No
// expression loops, so that its cost is that of its parts, each once a row.
package expr
