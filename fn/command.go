package fn

import (
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/util/validation/field"

	v1 "github.com/webapp-operator/function-webapp/apis/v1"
)

func checkCommand(spec object) { checkArguments(spec, "command") }

func checkArgs(spec object) { checkArguments(spec, "args") }

func checkArguments(spec object, name string) {
	arguments, _ := native[[]string](spec, name)
	path := spec.child(name)

	if len(arguments) > v1.MaxArguments {
		*spec.errs = append(*spec.errs, field.TooMany(path, len(arguments), v1.MaxArguments))
		return
	}

	for i, a := range arguments {
		if isTooLong(a) {
			*spec.errs = append(*spec.errs, &field.Error{
				Type:   field.ErrorTypeTooLong,
				Field:  path.Index(i).String(),
				Detail: fmt.Sprintf("may not have more than %d characters", v1.MaxArgumentLength),
			})
		}
	}
}

func applyCommand(p *pod, v *structpb.Value) { p.container["command"] = v }

func applyArgs(p *pod, v *structpb.Value) { p.container["args"] = v }
