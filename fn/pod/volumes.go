package pod

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
)

// mountFields are those of a volume that are the container's mount's.
var mountFields = []string{"mountPath", "readOnly", "subPath"}

func applyVolumes(t *template, v *structpb.Value) {
	for _, written := range v.GetListValue().GetValues() {
		volume, mount := value.Fields{}, value.Fields{}

		for name, v := range written.GetStructValue().GetFields() {
			switch {
			case !value.IsSet(v):
			case slices.Contains(mountFields, name):
				mount[name] = v
			default:
				volume[name] = v
			}
		}

		mount["name"] = volume["name"]
		t.addVolume(value.Object(volume), value.Object(mount))
	}
}
