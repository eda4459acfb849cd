# Go code, schemas and the XRD that are generated from apis/v1 and
# input/v1beta1, as git pathspecs.
GENERATED := '*/zz_generated.*' apis/webapp/definition.yaml package/input

.PHONY: generate
# controller-gen's deepcopy generator does not know aliases of basic types, such
# as apis/v1.EnvValue, and gotypesalias=0 hides them from it.
generate: export GODEBUG = gotypesalias=0
generate:
	mkdir -p .cache/bin .cache/crd
	go -C test/tools/generate build -o $(CURDIR)/.cache/bin/ ./xrd sigs.k8s.io/controller-tools/cmd/controller-gen
	.cache/bin/controller-gen object paths=./apis/v1 paths=./input/v1beta1
	.cache/bin/controller-gen crd paths=./apis/v1 output:dir=.cache/crd
	.cache/bin/controller-gen crd paths=./input/v1beta1 output:dir=package/input
	.cache/bin/xrd .cache/crd/example.com_webapps.yaml apis/webapp/definition.yaml

.PHONY: generate-check
generate-check: generate
	@git diff --exit-code -- $(GENERATED) && \
	test -z "$$(git ls-files --others -- $(GENERATED) | tee /dev/stderr)" || \
	{ echo "generated files differ: run make generate and commit" >&2; exit 1; }

.PHONY: test-schema
test-schema:
	go -C test/schema vet ./...
	go -C test/schema test ./...
