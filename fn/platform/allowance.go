package platform

import (
	"slices"
	"strings"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// An allowance is all that WebApps may ask for of something. Nil is anything, and empty is
// nothing.
type allowance []string

func (a allowance) String() string {
	if len(a) == 0 {
		return "none"
	}

	return value.Clip(strings.Join(a, ", "), value.MaxMessage/3)
}

func (a allowance) has(what string) bool { return a == nil || slices.Contains(a, what) }

// readAllowance reads one, whose items a check finds problems with.
func readAllowance(in value.Reader, name string, check func(string) []string) allowance {
	names, ok := value.Native[[]string](in, name)
	if !ok {
		return nil
	}

	for i, n := range names {
		for _, problem := range check(n) {
			in.Items(name)[i].Invalid("", n, problem)
		}
	}

	return names
}

// oneOf checks that something is one of those.
func oneOf(supported ...string) func(string) []string {
	return func(what string) []string {
		if slices.Contains(supported, what) {
			return nil
		}

		return []string{"must be one of " + strings.Join(supported, ", ")}
	}
}
