package diagnosis

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// Sources of volumes that have a claim: one that is there for all pods, or one that Kubernetes
// makes for each pod, <pod>-<volume>.
const (
	claimOfAll  = "persistentVolumeClaim"
	claimOfEach = "ephemeral"
)

// claiming are in words the volumes of a WebApp that have a source.
func claiming(app *webapp.App, source string) string {
	var all []string

	for _, volume := range app.Options["volumes"].GetListValue().GetValues() {
		if value.Dig(volume, source) != nil {
			all = append(all, app.Field("volumes["+value.Text(volume, "name")+"]"))
		}
	}

	return value.Clip(strings.Join(all, ", "), value.MaxMessage/3)
}

// Mounts are in words the objects that must exist for a WebApp's volumes to be mounted,
// and the volumes. There are none if nothing must.
func Mounts(app *webapp.App) string {
	var all []string

	for _, volume := range app.Options["volumes"].GetListValue().GetValues() {
		where := " (" + app.Field("volumes["+value.Text(volume, "name")+"]") + ")"

		for _, object := range mounted(volume) {
			all = append(all, object+where)
		}
	}

	return value.Clip(strings.Join(all, ", "), value.MaxMessage/3)
}

// mounted are the objects that one volume mounts.
func mounted(volume *structpb.Value) []string {
	var all []string

	if name := value.Text(volume, claimOfAll, "claimName"); name != "" {
		all = append(all, "PersistentVolumeClaim "+name)
	}

	if value.Dig(volume, claimOfEach) != nil {
		all = append(all, "PersistentVolumeClaim <pod>-"+value.Text(volume, "name"))
	}

	for _, source := range append([]*structpb.Value{volume}, value.Dig(volume, "projected", "sources").GetListValue().GetValues()...) {
		for _, kind := range []struct{ field, name, kind string }{
			{"configMap", "name", "ConfigMap"}, {"secret", "secretName", "Secret"}, {"secret", "name", "Secret"},
		} {
			object := value.Dig(source, kind.field)
			if name := value.Text(object, kind.name); name != "" && !value.Dig(object, "optional").GetBoolValue() {
				all = append(all, kind.kind+" "+name)
			}
		}
	}

	return all
}
