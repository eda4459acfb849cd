package pod

import (
	"google.golang.org/protobuf/types/known/structpb"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
	"github.com/webapp-operator/function-webapp/fn/value"
)

func checkCommand(spec value.Reader) { checkArguments(spec, "command") }

func checkArgs(spec value.Reader) { checkArguments(spec, "args") }

func checkArguments(spec value.Reader, name string) {
	arguments, _ := value.Native[[]string](spec, name)

	if spec.TooMany(name, len(arguments), v1.MaxArguments) {
		return
	}

	for i, a := range arguments {
		if value.IsTooLong(a, v1.MaxArgumentLength) {
			spec.Items(name)[i].TooLong("", v1.MaxArgumentLength)
		}
	}
}

func applyCommand(t *template, v *structpb.Value) { t.container["command"] = v }

func applyArgs(t *template, v *structpb.Value) { t.container["args"] = v }
