// Command echo returns the bytes of a request and looks at none of them: what
// gRPC costs, and nobody can do without.
package main

import (
	"context"
	"log"
	"net"
	"os"

	"google.golang.org/grpc"

	"github.com/webapp-operator/function-webapp/test/bench/raw"
)

func main() {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}

	server := grpc.NewServer(grpc.ForceServerCodec(raw.Codec{}))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "apiextensions.fn.proto.v1.FunctionRunnerService",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{
			MethodName: "RunFunction",
			Handler: func(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
				b := &[]byte{}
				return b, decode(b)
			},
		}},
	}, struct{}{})

	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
