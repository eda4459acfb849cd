package server

import (
	"context"

	"google.golang.org/protobuf/proto"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	fnv1beta1 "github.com/crossplane/function-sdk-go/proto/v1beta1"
)

// A beta serves a function to Crossplane up to 1.16, which speaks an older
// version of the protocol. function.ServeBeta of function-sdk-go does the same,
// and makes the binary half as large again.
type beta struct {
	fnv1beta1.UnimplementedFunctionRunnerServiceServer

	function fnv1.FunctionRunnerServiceServer
}

// RunFunction calls the function. What one version of a message knows, the other
// keeps as what it does not know.
func (b beta) RunFunction(ctx context.Context, old *fnv1beta1.RunFunctionRequest) (*fnv1beta1.RunFunctionResponse, error) {
	req := &fnv1.RunFunctionRequest{}
	if err := convert(old, req); err != nil {
		return nil, err
	}

	rsp, err := b.function.RunFunction(ctx, req)
	if err != nil {
		return nil, err
	}

	out := &fnv1beta1.RunFunctionResponse{}

	return out, convert(rsp, out)
}

// convert makes to of the bytes of from.
func convert(from, to proto.Message) error {
	raw, err := proto.Marshal(from)
	if err != nil {
		return err
	}

	return proto.Unmarshal(raw, to)
}
