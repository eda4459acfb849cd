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

// contextKey is where the pipeline of a Shop has the spec of its WebApp.
const contextKey = "acme.io/webapp"

// RunFunction composes a Shop of a WebApp and what that needs, or is a part of a pipeline
// whose other parts are by other functions.
func (s *shops) RunFunction(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	rsp := response.To(req, response.DefaultTTL)

	var err error

	switch req.GetInput().GetFields()["part"].GetStringValue() {
	case "needs":
		err = compose(req, rsp, putIntoContext)
	case "status":
		repeat(rsp)
	default:
		err = compose(req, rsp, composeWebApp)
	}

	if err != nil {
		response.Fatal(rsp, err)
	}

	return rsp, nil
}

// A call is one about a Shop.
type call struct {
	rsp  *fnv1.RunFunctionResponse
	name string
	spec map[string]any

	// app is the WebApp as it is observed, or empty.
	app *composed.Unstructured

	desired map[resource.Name]*resource.DesiredComposed
}

// compose composes what the application needs, and has the application made.
func compose(req *fnv1.RunFunctionRequest, rsp *fnv1.RunFunctionResponse, application func(*call) error) error {
	shop, err := request.GetObservedCompositeResource(req)
	if err != nil {
		return err
	}

	observed, err := request.GetObservedComposedResources(req)
	if err != nil {
		return err
	}

	desired, err := request.GetDesiredComposedResources(req)
	if err != nil {
		return err
	}

	c := &call{rsp: rsp, name: shop.Resource.GetName(), app: observed[keyApp].Resource, desired: desired}
	c.spec, _ = shop.Resource.Object["spec"].(map[string]any)

	if c.app == nil {
		c.app = composed.New()
	}

	rsp.Desired.Composite = &fnv1.Resource{Resource: &structpb.Struct{Fields: map[string]*structpb.Value{
		"apiVersion": structpb.NewStringValue(shop.Resource.GetAPIVersion()), "kind": structpb.NewStringValue(shop.Resource.GetKind()),
	}}}

	desired[keySettings] = made(resource.ReadyTrue, "v1", "ConfigMap", c.name+"-settings", map[string]any{"data": map[string]any{"GREETING": c.spec["greeting"]}})
	// In place of this stands what makes a database, and writes its Secret.
	desired[keyDatabase] = made(resource.ReadyTrue, "v1", "Secret", c.name+"-database", map[string]any{"stringData": map[string]any{"password": "not-a-secret"}})

	if err := application(c); err != nil {
		return err
	}

	return response.SetDesiredComposedResources(rsp, desired)
}

// composeWebApp composes a WebApp, and has the Shop say what that says, or why it is
// refused. It has the name of the Shop, and so has its Service.
func composeWebApp(c *call) error {
	c.desired[keyApp] = made(readiness(c.app), "example.com/v1", "WebApp", c.name, map[string]any{"spec": webApp(c.name, c.spec)})

	status := map[string]any{}

	for _, field := range said {
		if v, err := c.app.GetValue("status." + field); err == nil {
			status[field] = v
		}
	}

	if accepted := c.app.GetCondition("Accepted"); accepted.Status == "False" {
		status["message"] = accepted.Message
	}

	fields, err := structpb.NewValue(status)
	c.rsp.GetDesired().GetComposite().GetResource().GetFields()["status"] = fields

	return err
}

// putIntoContext leaves the application to a later step.
func putIntoContext(c *call) error {
	app, err := structpb.NewValue(webApp(c.name, c.spec))
	response.SetContextKey(c.rsp, contextKey, app)

	return err
}

// said is what a Shop says of its WebApp.
var said = []string{"url", "phase", "message", "replicas", "labelSelector"}

// repeat has the Shop say at the top what an earlier step has it say of the WebApp.
func repeat(rsp *fnv1.RunFunctionResponse) {
	status := rsp.GetDesired().GetComposite().GetResource().GetFields()["status"].GetStructValue().GetFields()

	for _, field := range said {
		if v := status["app"].GetStructValue().GetFields()[field]; v != nil {
			status[field] = v
		}
	}
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
