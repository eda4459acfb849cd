// Command noop is a composition function that returns what it is given, as
// function-sdk-go serves it: what a function costs that does nothing.
package main

import (
	"context"
	"log"
	"os"

	function "github.com/crossplane/function-sdk-go"
	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/response"
)

type noop struct {
	fnv1.UnimplementedFunctionRunnerServiceServer
}

// RunFunction returns what earlier steps desire.
func (noop) RunFunction(_ context.Context, req *fnv1.RunFunctionRequest) (*fnv1.RunFunctionResponse, error) {
	return response.To(req, response.DefaultTTL), nil
}

func main() {
	if err := function.Serve(noop{}, function.Listen("tcp", os.Args[1]), function.Insecure(true), function.WithMetricsServer("")); err != nil {
		log.Fatal(err)
	}
}
