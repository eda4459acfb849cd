// Command shop is a composition function as a platform team writes one: it composes the
// Shops of examples/platform of WebApps, settings and a stand-in for a database.
package main

import (
	"context"

	"github.com/alecthomas/kong"
	"google.golang.org/protobuf/types/known/structpb"

	function "github.com/crossplane/function-sdk-go"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/request"
	"github.com/crossplane/function-sdk-go/resource"
	"github.com/crossplane/function-sdk-go/resource/composed"
	"github.com/crossplane/function-sdk-go/response"
)

type cli struct {
	Address     string `default:":9443"`
	TLSCertsDir string `env:"TLS_SERVER_CERTS_DIR"`
	Insecure    bool
}

func main() {
	var c cli

	k := kong.Parse(&c)
	k.FatalIfErrorf(function.Serve(&shops{}, function.Listen("tcp", c.Address), function.MTLSCertificates(c.TLSCertsDir), function.Insecure(c.Insecure)))
}

type shops struct {
	fnv1.UnimplementedFunctionRunnerServiceServer
}

// keys of what a Shop is composed of.
const (
	keySettings resource.Name = "settings"
	keyDatabase resource.Name = "database"
	keyApp      resource.Name = "app"
)

// RunFunction composes a Shop, and has it say what its WebApp says.
func (s *shops) RunFunction(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	rsp := response.To(req, response.DefaultTTL)

	shop, err := request.GetObservedCompositeResource(req)
	if err != nil {
		response.Fatal(rsp, err)
		return rsp, nil
	}

	observed, err := request.GetObservedComposedResources(req)
	if err != nil {
		response.Fatal(rsp, err)
		return rsp, nil
	}

	app := observed[keyApp].Resource
	if app == nil {
		app = composed.New()
	}

	desired, err := request.GetDesiredComposedResources(req)
	if err != nil {
		response.Fatal(rsp, err)
		return rsp, nil
	}

	name := shop.Resource.GetName()
	spec, _ := shop.Resource.Object["spec"].(map[string]any)

	desired[keySettings] = made(resource.ReadyTrue, "v1", "ConfigMap", name+"-settings", map[string]any{"data": map[string]any{"GREETING": spec["greeting"]}})
	// In place of this stands what makes a database, and writes its Secret.
	desired[keyDatabase] = made(resource.ReadyTrue, "v1", "Secret", name+"-database", map[string]any{"stringData": map[string]any{"password": "not-a-secret"}})
	// The WebApp has the name of the Shop, and so has its Service.
	desired[keyApp] = made(readiness(app), "example.com/v1", "WebApp", name, map[string]any{"spec": webApp(name, spec)})

	if err := response.SetDesiredComposedResources(rsp, desired); err != nil {
		response.Fatal(rsp, err)
		return rsp, nil
	}

	tell(rsp, shop, app)

	return rsp, nil
}

func webApp(name string, spec map[string]any) map[string]any {
	app := map[string]any{
		"image":     spec["image"],
		"envFrom":   []any{map[string]any{"configMapRef": map[string]any{"name": name + "-settings"}}},
		"secretEnv": map[string]any{"DATABASE_PASSWORD": map[string]any{"name": name + "-database", "key": "password"}},
	}

	// A Shop that does not say how many leaves that alone.
	if replicas, set := spec["replicas"]; set {
		app["replicas"] = replicas
	}

	return app
}

func made(ready resource.Ready, apiVersion, kind, name string, fields map[string]any) *resource.DesiredComposed {
	object := composed.New()
	object.Object = fields
	object.SetAPIVersion(apiVersion)
	object.SetKind(kind)
	object.SetName(name)

	return &resource.DesiredComposed{Resource: object, Ready: ready}
}

// readiness is that of the WebApp. One that is refused keeps the Ready that it had: both
// must be true.
func readiness(app *composed.Unstructured) resource.Ready {
	if app.GetCondition("Ready").Status == "True" && app.GetCondition("Accepted").Status == "True" {
		return resource.ReadyTrue
	}

	return resource.ReadyFalse
}

// tell has the Shop say what its WebApp says, or why that is refused.
func tell(rsp *fnv1.RunFunctionResponse, shop *resource.Composite, app *composed.Unstructured) {
	status := map[string]any{}

	for _, field := range []string{"url", "phase", "message", "replicas", "labelSelector"} {
		if v, err := app.GetValue("status." + field); err == nil {
			status[field] = v
		}
	}

	if accepted := app.GetCondition("Accepted"); accepted.Status == "False" {
		status["message"] = accepted.Message
	}

	fields, err := structpb.NewStruct(map[string]any{"apiVersion": shop.Resource.GetAPIVersion(), "kind": shop.Resource.GetKind(), "status": status})
	if err != nil {
		response.Fatal(rsp, err)
		return
	}

	rsp.Desired.Composite = &fnv1.Resource{Resource: fields}
}
