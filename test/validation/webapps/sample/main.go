// Command sample writes generated WebApps and what is made of them, one a line, as JSON:
// those of a seed are the same, and e2e asks a real API server about them.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/webapp-operator/function-webapp/test/validation/webapps"
)

func main() {
	root := flag.String("root", ".", "the folder of the project")
	seed := flag.Uint64("seed", 1, "the seed of the generator")
	n := flag.Int("webapps", 1000, "how many WebApps to generate")

	flag.Parse()

	if err := write(context.Background(), *root, *seed, *n); err != nil {
		fmt.Fprintf(os.Stderr, "sample: %v\n", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, root string, seed uint64, n int) error {
	platform, err := webapps.NewPlatform(ctx, root, seed)
	if err != nil {
		return err
	}

	out := json.NewEncoder(os.Stdout)

	for range n {
		spec, input := platform.Write()

		taken, err := platform.Take(ctx, spec, input)
		if err != nil {
			return err
		}

		if err := out.Encode(taken); err != nil {
			return err
		}
	}

	return nil
}
