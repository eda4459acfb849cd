package diagnosis

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/webapp-operator/function-webapp/fn/container"
	"github.com/webapp-operator/function-webapp/fn/env"
	"github.com/webapp-operator/function-webapp/fn/value"
	"github.com/webapp-operator/function-webapp/fn/webapp"
)

// stranger is what there is to say of a container that no field of the WebApp is about:
// that of a service mesh, for example, which a webhook adds to the pods.
func (p observedPod) stranger(c *structpb.Value) string {
	return fmt.Sprintf("The %s does not have a container %s: ask who adds it to its pods.", p.of.App.Composite.Kind, value.Text(c, "name"))
}

// mustDo is what a container must do for its readiness probe to succeed.
func mustDo(own asked) string {
	app, probe := own.app, own.Get(webapp.ReadinessProbe)
	port := func(handler string) string {
		if n := value.Number(probe, handler, "port"); n > 0 {
			return fmt.Sprintf("port %d", n)
		}

		return fmt.Sprintf("port %d (%s)", app.Spec.Port, app.Field("port"))
	}

	switch {
	case value.IsSet(value.Dig(probe, "exec")):
		return "have the command of " + own.field("readinessProbe.exec") + " end with exit code 0: " + value.Clip(quoted(value.Dig(probe, "exec", "command")), value.MaxQuoted)
	case value.IsSet(value.Dig(probe, "grpc")):
		return "answer gRPC health checks on " + port("grpc") + " for " + own.field("readinessProbe.grpc") + ", and not on 127.0.0.1 only"
	case value.IsSet(value.Dig(probe, "httpGet")):
		path := value.Text(probe, "httpGet", "path")
		if path == "" {
			path = "/"
		}

		return fmt.Sprintf("answer GET %s on %s with a status from 200 to 399 for %s, and not on 127.0.0.1 only",
			value.Clip(path, value.MaxQuoted), port("httpGet"), own.field("readinessProbe.httpGet"))
	default:
		return "accept connections on " + port("tcpSocket") + ", and not on 127.0.0.1 only"
	}
}

func quoted(command *structpb.Value) string {
	words := make([]string, 0, 4)
	for _, word := range command.GetListValue().GetValues() {
		words = append(words, word.GetStringValue())
	}

	return strings.Join(words, " ")
}

// command is where the command stands that a container runs.
func command(own asked) string {
	for _, name := range []string{"command", "args"} {
		if own.Get(name) != nil {
			return own.field(name)
		}
	}

	return "the ENTRYPOINT of its image, or set " + own.field("command")
}

// recreate is for a claim that only pods of one node may use at a time.
func recreate(app *webapp.App) string {
	for _, volume := range app.Options["volumes"].GetListValue().GetValues() {
		if value.Dig(volume, claimOfAll) != nil && value.Text(app.Options["strategy"], "type") != "Recreate" {
			return " A pod of another node may hold a claim: with " + app.Field("strategy.type") + " Recreate, that one goes first."
		}
	}

	return ""
}

// What the kubelet says of a Secret or a ConfigMap that is not there, or does not have
// a key: see makeEnvironmentVariables in k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go.
var missing = regexp.MustCompile(`(?i)\b(secret|configmap) ("[^"]+"|\S+/\S+)`)

// taken are the fields of a container that take something from the object that the
// kubelet's words name.
func taken(own asked, words string) string {
	found := missing.FindStringSubmatch(words)
	if found == nil {
		return ""
	}

	name := strings.Trim(found[2][strings.LastIndex(found[2], "/")+1:], `"`)

	var fields []string

	variables := env.Config
	if strings.EqualFold(found[1], "secret") {
		variables = env.Secret
	}

	entries := own.Get(variables).GetStructValue().GetFields()
	for _, variable := range slices.Sorted(maps.Keys(entries)) {
		if value.Text(entries[variable], "name") == name {
			fields = append(fields, own.field(variables+"."+variable))
		}
	}

	for i, source := range own.Get("envFrom").GetListValue().GetValues() {
		if value.Text(source, "secretRef", "name") == name || value.Text(source, "configMapRef", "name") == name {
			fields = append(fields, own.field(fmt.Sprintf("envFrom[%d]", i)))
		}
	}

	return value.Clip(strings.Join(fields, ", "), value.MaxMessage/3)
}

// Guesses are what often keeps a WebApp's rollout from going on, for those who do not
// see its pods.
func Guesses(app *webapp.App) string {
	stops := "the container stops"

	root := value.Dig(app.Options["securityContext"], "runAsNonRoot")
	if !value.IsSet(root) || root.GetBoolValue() {
		stops += " or runs as root"
	}

	all := []string{"the image cannot be pulled", stops}

	if volumes := Mounts(app); volumes != "" {
		all = append(all, "there is not all that it mounts ("+volumes+")")
	}

	for _, c := range app.Options[webapp.InitContainers].GetListValue().GetValues() {
		if own, _ := askedOf(app, value.Text(c, "name")); own.mustEnd() {
			all = append(all, "container "+own.beside+" does not end, or not with exit code 0")
		}
	}

	if probe := app.Options[webapp.ReadinessProbe]; !value.Dig(probe, "disabled").GetBoolValue() {
		own, _ := askedOf(app, container.Application)

		guess := "it does not " + mustDo(own)
		if probe == nil {
			guess = fmt.Sprintf("nothing listens on port %d", app.Spec.Port)
		}

		all = append(all, guess)
	}

	last := len(all) - 1

	return strings.Join(all[:last], ", ") + ", or " + all[last]
}
