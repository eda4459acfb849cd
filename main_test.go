package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	fnv1 "github.com/crossplane/function-sdk-go/proto/v1"
	"github.com/crossplane/function-sdk-go/resource"

	"github.com/webapp-operator/function-webapp/fn"
	"github.com/webapp-operator/function-webapp/internal/server"
	"github.com/webapp-operator/function-webapp/internal/telemetry"
	"github.com/webapp-operator/function-webapp/internal/wire"
)

// TestServe calls the function as Crossplane does, over gRPC, with a request
// that is larger than gRPC's own limit.
func TestServe(t *testing.T) {
	registry := prometheus.NewRegistry()

	s, err := server.New(t.Context(), telemetry.Observe(fn.New(time.Now), slog.New(slog.DiscardHandler), noop.NewTracerProvider(), registry, "test"),
		server.Options{Address: "127.0.0.1:0", HTTPAddress: "127.0.0.1:0", Insecure: true, Codec: wire.NewCodec(fn.Reads), MaxRequestBytes: 16 << 20, CallTimeout: time.Minute, DrainTimeout: time.Minute},
		slog.New(slog.DiscardHandler), registry)
	if err != nil {
		t.Fatal(err)
	}

	served := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())

	go func() { served <- s.Serve(ctx) }()

	t.Cleanup(func() {
		stop()

		if err := <-served; err != nil {
			t.Errorf("Serve(...): %v", err)
		}
	})

	conn, err := grpc.NewClient(s.GRPCAddress(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}

	cases := map[string]struct {
		reason string
		env    string
		want   string
	}{
		"Junk": {
			reason: "Five MiB of junk get an answer.",
			env:    strings.Repeat("x", 5<<20),
			want:   "the WebApp is wrong: spec.env[JUNK]: Too long: may not have more than 131072 characters; spec.env: Invalid value: \"5242884 bytes\": names and values together must fit into a ConfigMap, which holds 1048576 bytes: mount large values as files instead",
		},
		"NoJunk": {
			reason: "And so does the next request.",
			want:   "Creating Deployment shop.",
		},
	}

	for _, name := range []string{"Junk", "NoJunk"} {
		t.Run(name, func(t *testing.T) {
			tc := cases[name]

			rsp, err := fnv1.NewFunctionRunnerServiceClient(conn).RunFunction(t.Context(), &fnv1.RunFunctionRequest{
				Observed: &fnv1.State{Composite: &fnv1.Resource{Resource: resource.MustStructJSON(`{
					"apiVersion": "example.com/v1", "kind": "WebApp", "metadata": {"name": "shop"},
					"spec": {"image": "nginx", "replicas": 1, "env": {"JUNK": "` + tc.env + `"}}}`)}},
			})
			if err != nil {
				t.Fatalf("\n%s\nRunFunction(...): %v", tc.reason, err)
			}

			if got := rsp.GetResults()[0].GetMessage(); got != tc.want {
				t.Errorf("\n%s\nRunFunction(...): want %q, got %q", tc.reason, tc.want, got)
			}
		})
	}
}
