package container

import (
	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

// CheckCommand checks command.
func CheckCommand(of value.Reader) { checkArguments(of, "command") }

// CheckArgs checks args.
func CheckArgs(of value.Reader) { checkArguments(of, "args") }

func checkArguments(of value.Reader, name string) {
	arguments, _ := value.Native[[]string](of, name)

	if of.TooMany(name, len(arguments), v1.MaxArguments) {
		return
	}

	for i, a := range arguments {
		if value.IsTooLong(a, v1.MaxArgumentLength) {
			of.Items(name)[i].TooLong("", v1.MaxArgumentLength)
		}
	}
}
