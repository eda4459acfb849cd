// Command render turns a WebApp into its children with Crossplane's own engine,
// on this machine, without Docker and without a cluster. See make render.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	e := engine{renderer: []string{".cache/bin/crossplane-render", "composition", "render"}}
	in := inputs{}

	flag.StringVar(&e.function, "function", ".cache/bin/function-webapp", "the function")
	flag.StringVar(&e.root, "root", ".", "the folder of the project")
	flag.StringVar(&in.webApp, "xr", "examples/webapp.yaml", "file with the WebApp")
	flag.StringVar(&in.composition, "composition", "", "file with the Composition (default: the project's)")
	flag.StringVar(&in.definition, "xrd", "", "file with the CompositeResourceDefinition (default: the project's)")
	flag.StringVar(&in.observed, "observed", "", "file or folder with the children that exist already")
	flag.StringVar(&in.required, "required", "", "file or folder with other objects of the cluster")
	flag.StringVar(&in.schemas, "schemas", "", "folder with OpenAPI documents of kinds that the cluster knows (kubectl get --raw /openapi/v3/apis/<group>/<version>)")
	flag.Parse()

	if err := run(&e, in); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(e *engine, in inputs) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	if err := e.start(ctx); err != nil {
		return err
	}
	defer e.stop()

	out, err := e.render(ctx, in)
	if err != nil {
		return err
	}

	_, err = fmt.Fprint(os.Stdout, out)

	return err
}
