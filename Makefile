# One small resource in, a well-run web application out. See README.md.

# What make build, package, push and image make: the version, and where the
# packages will live.
VERSION ?= v0.2.0
REGISTRY ?= xpkg.crossplane.io
ORG ?= webapp-operator

# What make render renders: a WebApp, and where wanted a Composition, the definition of
# another kind, children that exist already and other objects of the cluster.
XR ?= examples/webapp.yaml
COMPOSITION ?=
XRD ?=
OBSERVED ?=
REQUIRED ?=
SCHEMAS ?=

# What make convert reads: a file, a folder, or - for standard input.
FROM ?= -

# Which Kubernetes and which Crossplane make up, e2e, faults and scale have: the
# default, or a folder of test/tools/kubernetes and of test/tools/crossplane.
KUBERNETES ?=
CROSSPLANE ?=

# How long make fuzz runs each target.
FUZZTIME ?= 1m

# What make scale measures: how many WebApps (50,100,300 are three runs), how long
# it looks at them when all run, and with which times until Crossplane asks again.
N ?= 300
QUIET ?= 3m
TTL ?= 10m,1m

BIN := .cache/bin

# Every Go module but those that only name tools.
MODULES := . $(patsubst %/go.mod,%,$(wildcard test/render/go.mod test/schema/go.mod test/validation/go.mod test/bench/go.mod test/chart/go.mod test/tools/generate/go.mod test/tools/jaeger/elasticsearch/go.mod test/tools/package/go.mod test/tools/release/go.mod test/tools/render/go.mod test/tools/sigstore/go.mod test/e2e/go.mod test/install/go.mod test/shop/go.mod))

# No C compiler is needed, and what is built does not depend on one.
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help

.PHONY: help
help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "%-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

##### Try it

.PHONY: render
render: $(BIN)/crossplane-render ## Render a WebApp with Crossplane's own engine (XR=, OBSERVED=, REQUIRED=, SCHEMAS=, COMPOSITION=, XRD=).
	@test -e $(BIN)/function-webapp || { echo "building the function" >&2; $(call from-source,.,$(BIN)/function-webapp,,.); }
	@go build -o $(BIN)/function-webapp .
	@go -C test/render build -o $(CURDIR)/$(BIN)/render .
	@$(BIN)/render -xr "$(XR)" -composition "$(COMPOSITION)" -xrd "$(XRD)" -observed "$(OBSERVED)" -required "$(REQUIRED)" -schemas "$(SCHEMAS)"

.PHONY: convert
convert: ## Make WebApps of manifests, as kubectl get -o yaml and Helm print them (FROM=).
	@go build -o $(BIN)/function-webapp . >&2
	@$(BIN)/function-webapp convert "$(FROM)"

.PHONY: render-platform
render-platform: tools ## Render the Shop of examples/platform by every function whose binary is in a folder (FUNCTIONS=).
	FUNCTIONS="$(abspath $(FUNCTIONS))" go -C test/render test -count=1 -v -run TestPlatform .

# VERSION and OUT are those of packages, unless somebody gives them here.
.PHONY: api
api: ## Write a Configuration package for a kind of your own (GROUP=, KIND=, PLURAL=, SHORT=, VERSION=, SPEC=, OUT=, REGISTRY=, ORG=).
	@go run ./apis/new --group "$(GROUP)" --kind "$(KIND)" --plural "$(PLURAL)" --function "$(REGISTRY)/$(ORG)/function-webapp" $(if $(SHORT),--short "$(SHORT)") $(if $(SPEC),--spec "$(SPEC)") \
		$(if $(filter command line,$(origin VERSION)),--version "$(VERSION)") $(if $(filter command line,$(origin OUT)),--out "$(OUT)")

.PHONY: up
up: tools tools-e2e ## Start a Crossplane control plane on this machine, without Docker, with the packages installed (KUBERNETES=, CROSSPLANE=).
	@$(BIN)/playground up --version $(VERSION)

.PHONY: status
status: $(BIN)/playground ## Say what runs of it.
	@$(BIN)/playground status

.PHONY: reload
reload: $(BIN)/playground ## Replace the function that runs on it with the working tree's.
	@$(BIN)/playground reload

.PHONY: down
down: $(BIN)/playground ## Stop it, and remove what it wrote.
	@$(BIN)/playground down

.PHONY: cluster
cluster: tools-nodes $(BIN)/cluster ## Start a cluster with two real nodes on this machine, whose pods run. Needs Linux, root, containerd and CNI plugins.
	@$(BIN)/cluster up --version $(VERSION)

.PHONY: cluster-status
cluster-status: $(BIN)/cluster ## Say what runs of it.
	@$(BIN)/cluster status

.PHONY: cluster-down
cluster-down: $(BIN)/cluster ## Stop it, and remove what it wrote.
	@$(BIN)/cluster down

##### Test it

.PHONY: test
test: test-unit test-schema test-validation test-package test-bench test-render ## Run every test.

.PHONY: test-unit
test-unit: ## Test the function; 99% of the statements of fn and its rooms must be covered.
	@mkdir -p .cache
	go vet ./...
	go test -coverpkg=./fn/... -coverprofile=.cache/cover.out ./...
	@go tool cover -func=.cache/cover.out | \
		awk '/^total:/ {sub("%", "", $$3); print "fn/...: " $$3 "% of statements are covered"; exit $$3 < 99}'

.PHONY: test-schema
test-schema: ## Test the WebApp's schema with the API server's own code, and against published versions.
	go -C test/schema vet ./...
	go -C test/schema test ./...

# How many WebApps are generated, and where the generator begins: more of them, or
# another seed, by hand.
WEBAPPS ?= 60000
SEED ?= 1

.PHONY: test-validation
test-validation: ## Hold what WebApps are made of to what Kubernetes accepts, in process (WEBAPPS=, SEED=).
	go -C test/validation vet ./...
	go -C test/validation test -count=1 -timeout 24h -v . -webapps $(WEBAPPS) -seed $(SEED)

.PHONY: test-package
test-package: ## Test what makes the image and says of what a release is made, the project's own files, and the commands and pictures of its pages.
	go -C test/tools/package vet ./...
	go -C test/tools/package test ./...
	go -C test/tools/release vet ./...
	go -C test/tools/release test ./...
	go -C test/e2e test ./pages ./pictures

.PHONY: test-bench
test-bench: ## Test what measures, and what draws it.
	go -C test/chart vet ./...
	go -C test/chart test ./...
	go -C test/bench vet ./...
	go -C test/bench test ./...

.PHONY: test-render
test-render: tools ## Render every example and every state with Crossplane's own engine.
	go -C test/tools/render vet ./...
	go -C test/render vet ./...
	go -C test/render test -count=1 ./...

.PHONY: e2e
e2e: tools tools-e2e tools-signatures $(BIN)/sample ## Take WebApps through their whole life on a real control plane (KUBERNETES=, CROSSPLANE=).
	go -C test/e2e vet ./...
	go -C test/e2e test -count=1 -timeout=45m -parallel=12 ./...

.PHONY: e2e-upgrade
e2e-upgrade: tools tools-e2e ## Upgrade Crossplane under running WebApps, from an older one (CROSSPLANE=, KUBERNETES=).
	@test -n "$(CROSSPLANE)" || { echo "say from which Crossplane to upgrade, such as CROSSPLANE=2.3" >&2; exit 1; }
	go -C test/e2e test -count=1 -timeout=30m -v -run '^TestCrossplane$$' .

# Where the cluster of the tests is. One that runs there is used, and left: with
# NODES=.cluster, it is that of make cluster. With OLDER, the folder of a checkout of
# an older version, they upgrade from that, too. RUN is which of them run, as go test has it.
NODES ?= _output/e2e/nodes
RUN ?=

.PHONY: e2e-nodes
e2e-nodes: tools-nodes $(BIN)/cluster ## Take WebApps through their life on two real nodes. Needs what make cluster needs, and skips without (NODES=, OLDER=, ROUNDS=, RUN=).
	E2E_NODES=$(abspath $(NODES)) OLDER=$(if $(OLDER),$(abspath $(OLDER))) ROUNDS=$(ROUNDS) go -C test/e2e test -count=1 -timeout=30m -parallel=64 -v $(if $(RUN),-run '$(RUN)') ./nodes

.PHONY: test-install
test-install: $(BIN)/prometheus ## Hold the manifests of install/ to real schemas, and their alerts to a real Prometheus.
	go -C test/install vet ./...
	go -C test/install test -count=1 ./...

.PHONY: test-image
test-image: image ## Run the image without root, capabilities and a root to write to. Needs Docker.
	IMAGE=$(IMAGE) go -C test/install test -count=1 -run '^TestImage$$' -v .

.PHONY: faults
faults: ROUNDS ?= 3
faults: tools tools-e2e ## Break everything in turn while WebApps change, with outages of two minutes (ROUNDS=).
	ROUNDS=$(ROUNDS) go -C test/e2e test -count=1 -timeout=24h -v -run '^TestFaults$$' .

.PHONY: response-cache
response-cache: tools tools-e2e ## Have Crossplane keep the function's answers, and time what is said late.
	RESPONSE_CACHE=1 go -C test/e2e test -count=1 -timeout=30m -v -run '^TestResponseCache$$' .

.PHONY: test-signatures
test-signatures: tools tools-e2e tools-signatures $(BIN)/cosign ## Sign packages with today's cosign, and have Crossplane install those that are signed.
	COSIGN=$(CURDIR)/$(BIN)/cosign go -C test/e2e test -count=1 -timeout=30m -v -run '^TestSignatures$$' .

# Whether what they have seen is drawn, and into which folder.
PICTURES ?=

.PHONY: test-telemetry
test-telemetry: tools tools-e2e $(BIN)/prometheus $(BIN)/jaeger ## Have a real Jaeger and a real Prometheus watch WebApps, and ask them what docs/operate.md promises.
	TELEMETRY=1 PICTURES=$(PICTURES) go -C test/e2e test -count=1 -timeout=30m -v -run '^TestTelemetry$$' .

.PHONY: pictures
pictures: PICTURES := $(CURDIR)/docs
pictures: test-telemetry ## The same, and draw what they have seen: the pictures of docs/operate.md.

.PHONY: scale
scale: tools tools-e2e ## Measure what many WebApps cost, into _output/scale (N=, QUIET=, TTL=).
	@go -C test/e2e build -o $(CURDIR)/$(BIN)/scale ./scale
	@$(BIN)/scale --n $(N) --quiet $(QUIET) --ttl $(TTL)

.PHONY: rivals
rivals: tools tools-e2e ## Measure the same for a pipeline of two functions, and for kro (N=, QUIET=).
	@go -C test/e2e build -o $(CURDIR)/$(BIN)/scale ./scale
	@go -C test/bench build -trimpath -ldflags '-s -w' -o $(CURDIR)/$(BIN)/ ./typed
	@go -C test/tools/auto-ready build -trimpath -ldflags '-s -w' -o $(CURDIR)/$(BIN)/ github.com/crossplane/function-auto-ready
	@echo "building kro from source, the first time: about 2 minutes on 2 cores"
	@$(call from-source,test/tools/kro,$(BIN)/kro,-s -w,github.com/kubernetes-sigs/kro/cmd/controller)
	@$(BIN)/scale --n $(N) --quiet $(QUIET) --scenario webapp,two-step,kro

.PHONY: golden
golden: tools ## Take what is rendered now for what is wanted. Read the diff.
	go -C test/render test -count=1 ./... -update
	go test -count=1 ./internal/convert -update

# All but what does one thing after the other, for minutes: what converts manifests, and the
# models of what a WebApp goes through.
.PHONY: race
race: ## Test the function under the race detector, which needs a C compiler.
	CGO_ENABLED=1 go test -race -skip '^(TestStates|TestPhasesFollowFacts)$$' $$(go list ./... | grep -v '/internal/convert$$')

# What make fuzz throws junk at, as package:target.
FUZZ ?= fn:FuzzRequest fn:FuzzObjects internal/convert:FuzzRun internal/wire:FuzzUnmarshal internal/wire:FuzzMarshal

.PHONY: fuzz
fuzz: ## Fuzz the function, FUZZTIME (default 1m) for each target (FUZZTIME=, FUZZ=).
	@set -e; for f in $(FUZZ); do echo "fuzz $$f"; go test "./$${f%:*}" -run '^$$' -fuzz "^$${f#*:}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x; done

# How many rounds make bench runs, how long each of their phases takes, and where
# binaries of other functions are: see test/bench/peers.yaml.
PHASE ?= 1s
PEERS ?=
BENCH := _output/bench

.PHONY: bench
bench: ROUNDS ?= 5
bench: ## Measure what a call costs, next to other functions (ROUNDS=, PHASE=, PEERS=), into _output/bench.
	$(BUILD) -o $(BENCH)/bin/function-webapp .
	go -C test/bench build -trimpath -ldflags '-s -w' -o $(CURDIR)/$(BENCH)/bin/ . ./echo ./noop ./typed
	go -C test/tools/auto-ready build -trimpath -ldflags '-s -w' -o $(CURDIR)/$(BENCH)/bin/ github.com/crossplane/function-auto-ready
	$(BENCH)/bin/bench -bin $(BENCH)/bin -peers test/bench/peers.yaml -peer-bin "$(PEERS)" -rounds $(ROUNDS) -phase $(PHASE) -out $(BENCH)

.PHONY: lint
lint: $(BIN)/golangci-lint $(BIN)/actionlint ## Lint every module, and the workflows.
	@$(BIN)/actionlint
	@set -e; for m in $(MODULES); do echo "lint $$m"; (cd $$m && $(CURDIR)/$(BIN)/golangci-lint run --allow-parallel-runners --config $(CURDIR)/.golangci.yml ./...); done

.PHONY: vuln
vuln: ## Look for known vulnerabilities. Needs the network; for releases.
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

##### Generate it

# Go code, schemas and the XRD that are generated from apis/v1 and
# input/v1beta1, as git pathspecs.
GENERATED := '*/zz_generated.*' '*/*.schema.json' apis/webapp/definition.yaml package/input

.PHONY: generate
# controller-gen's deepcopy generator does not know aliases of basic types, such
# as apis/v1.EnvValue, and gotypesalias=0 hides them from it.
generate: export GODEBUG = gotypesalias=0
generate: ## Generate Go code, schemas and the XRD from the Go types.
	mkdir -p $(BIN) .cache/crd
	go -C test/tools/generate build -o $(CURDIR)/$(BIN)/ ./xrd ./limits ./jsonschema sigs.k8s.io/controller-tools/cmd/controller-gen
	$(BIN)/controller-gen object paths=./apis/v1 paths=./input/v1beta1
	$(BIN)/controller-gen crd paths=./apis/v1 output:dir=.cache/crd
	$(BIN)/limits .cache/crd/example.com_webapps.yaml apis/v1/zz_generated.limits.go
	$(BIN)/controller-gen crd paths=./input/v1beta1 output:dir=package/input
	$(BIN)/xrd .cache/crd/example.com_webapps.yaml apis/webapp/definition.yaml
	$(BIN)/jsonschema .cache/crd/example.com_webapps.yaml apis/v1/webapp.schema.json
	$(BIN)/jsonschema package/input/webapp.fn.example.com_inputs.yaml input/v1beta1/input.schema.json

.PHONY: generate-check
generate-check: generate ## Fail if what is generated is not what is committed.
	@git diff --exit-code -- $(GENERATED) && \
	test -z "$$(git ls-files --others --exclude-standard -- $(GENERATED) | tee /dev/stderr)" || \
	{ echo "generated files differ: run make generate and commit" >&2; exit 1; }

##### Package it

# The same source and the same release of Go give the same bytes, on every
# machine and in every folder, whatever the environment says: an image without a
# C library needs a static binary, and any processor must be able to run it.
BUILD := CGO_ENABLED=0 GOAMD64=v1 GOARM64=v8.0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)'
ARCHS := amd64 arm64
OUT := _output/$(VERSION)

# What Docker calls the image, and what it says of itself. The Dockerfile says
# the same.
IMAGE ?= function-webapp:$(VERSION)
LABELS := org.opencontainers.image.title=function-webapp \
	org.opencontainers.image.source=https://github.com/webapp-operator/function-webapp \
	org.opencontainers.image.licenses=Apache-2.0 \
	org.opencontainers.image.version=$(VERSION)

FUNCTION_XPKGS := $(ARCHS:%=$(OUT)/function-webapp-linux-%.xpkg)
CONFIGURATION_XPKG := $(OUT)/configuration-webapp.xpkg

BUILT ?= _output/function-webapp

.PHONY: build
build: ## Build the function for this machine, into _output.
	$(BUILD) -o $(BUILT) .

# The binary of an image. Go knows best whether it is up to date.
.PHONY: $(ARCHS:%=$(OUT)/function-linux-%)
$(ARCHS:%=$(OUT)/function-linux-%): $(OUT)/function-linux-%:
	GOOS=linux GOARCH=$* $(BUILD) -o $@ .

.PHONY: $(BIN)/image
$(BIN)/image:
	@go -C test/tools/package build -o $(CURDIR)/$@ ./image

.SECONDARY: $(ARCHS:%=$(OUT)/image-linux-%.tar)
$(OUT)/image-linux-%.tar: $(OUT)/function-linux-% $(BIN)/image
	$(BIN)/image -binary $< -arch $* -tag $(IMAGE) $(LABELS:%=-label %) -o $@

$(OUT)/function-webapp-linux-%.xpkg: $(OUT)/image-linux-%.tar $(BIN)/crossplane
	$(BIN)/crossplane xpkg build --package-root=package --examples-root=$(OUT)/no-examples --embed-runtime-image-tarball=$< --package-file=$@

# What the kind WebApp looks like. Tests of upgrades have that of a release.
DEFINITION ?= apis/webapp/definition.yaml

# What Crossplane calls a function that comes as a dependency: its repository,
# which starts behind the registry's host, with what names may have.
FUNCTION_NAME = $(shell echo '$(REGISTRY)/$(ORG)/function-webapp' | sed -e 's|^[^/]*/||' -e 's|[./:]|-|g' -e 's|[^-a-z0-9]||g')

# The Configuration names the registry, the organization and the version of its
# function, and so does its Composition.
$(CONFIGURATION_XPKG): $(BIN)/crossplane
	rm -rf $(OUT)/configuration
	mkdir -p $(OUT)/configuration/apis/webapp $(OUT)/configuration/examples
	sed -e 's|xpkg.crossplane.io/webapp-operator/|$(REGISTRY)/$(ORG)/|' -e 's|">=v[^"]*"|">=$(VERSION)"|' apis/crossplane.yaml >$(OUT)/configuration/apis/crossplane.yaml
	sed -e 's|name: webapp-operator-function-webapp|name: $(FUNCTION_NAME)|' apis/webapp/composition.yaml >$(OUT)/configuration/apis/webapp/composition.yaml
	cp $(DEFINITION) $(OUT)/configuration/apis/webapp/definition.yaml
	cp $$(grep -l '^kind: WebApp$$' examples/*.yaml) $(OUT)/configuration/examples/
	$(BIN)/crossplane xpkg build --package-root=$(OUT)/configuration/apis --examples-root=$(OUT)/configuration/examples --package-file=$@

.PHONY: $(CONFIGURATION_XPKG)

.PHONY: package
package: $(FUNCTION_XPKGS) $(CONFIGURATION_XPKG) ## Build the packages for a registry (VERSION=, REGISTRY=, ORG=), into _output.
	@cd $(OUT) && sha256sum *.xpkg

comma := ,
empty :=

.PHONY: push
push: package ## Push the packages (REGISTRY=, ORG=, VERSION=).
	$(BIN)/crossplane xpkg push --package-files=$(subst $(empty) ,$(comma),$(strip $(FUNCTION_XPKGS))) $(REGISTRY)/$(ORG)/function-webapp:$(VERSION)
	$(BIN)/crossplane xpkg push --package-files=$(CONFIGURATION_XPKG) $(REGISTRY)/$(ORG)/configuration-webapp:$(VERSION)

##### Release it

# What a release has, and is called each time.
RELEASE ?= $(OUT)/release
RELEASED := $(ARCHS:%=function-webapp-linux-%.xpkg) configuration-webapp.xpkg \
	$(ARCHS:%=function-webapp-linux-%.image.tar) $(ARCHS:%=function-webapp-linux-%.cdx.json) digests.txt
SOURCE := git+https://github.com/webapp-operator/function-webapp

# Who vouches for the build. The workflow says that it is itself.
BUILDER ?= https://github.com/webapp-operator/function-webapp/blob/main/docs/release.md\#by-hand

# What says of what a release is made.
$(BIN)/release: $(wildcard test/tools/release/*.*)
	@mkdir -p $(BIN)
	@go -C test/tools/release build -trimpath -ldflags '-s -w' -o $(CURDIR)/$@ .

.PHONY: release
release: $(BIN)/release $(BIN)/crossplane ## Build all of a release from a clean, tagged tree (VERSION=, REGISTRY=, ORG=), into _output.
	@test -z "$$(git status --porcelain)" || { git status --short >&2; \
		echo "a release is built from what is committed: commit this, or put it aside with git stash --all" >&2; exit 1; }
	@test "$$(git rev-parse --quiet --verify 'refs/tags/$(VERSION)^{commit}')" = "$$(git rev-parse HEAD)" || { \
		echo "the tree is not that of the tag $(VERSION): git checkout $(VERSION), or, for a new release, git tag --sign $(VERSION)" >&2; exit 1; }
	rm -rf $(OUT)
	@$(MAKE) --no-print-directory package $(ARCHS:%=$(OUT)/image-linux-%.tar)
	@mkdir -p $(RELEASE)
	cp $(FUNCTION_XPKGS) $(CONFIGURATION_XPKG) $(RELEASE)
	@set -e; for arch in $(ARCHS); do \
		cp $(OUT)/image-linux-$$arch.tar $(RELEASE)/function-webapp-linux-$$arch.image.tar; \
		$(BIN)/release sbom $(OUT)/function-linux-$$arch --version $(VERSION) -o $(RELEASE)/function-webapp-linux-$$arch.cdx.json; \
	done
	@echo "function-webapp@$$($(BIN)/release digest --crossplane $(BIN)/crossplane $(FUNCTION_XPKGS))" >$(RELEASE)/digests.txt
	@echo "configuration-webapp@$$($(BIN)/release digest --crossplane $(BIN)/crossplane $(CONFIGURATION_XPKG))" >>$(RELEASE)/digests.txt
	@$(BIN)/release provenance --source $(SOURCE) --tag $(VERSION) --commit $$(git rev-parse HEAD) --builder $(BUILDER) \
		--parameter VERSION=$(VERSION) --parameter REGISTRY=$(REGISTRY) --parameter ORG=$(ORG) \
		$(ARCHS:%=--binary $(OUT)/function-linux-%) $$(sed -e 's|^|--image $(REGISTRY)/$(ORG)/|' -e 's|@|=|' $(RELEASE)/digests.txt) \
		-o $(RELEASE)/provenance.intoto.json $(RELEASED:%=$(RELEASE)/%)
	@cd $(RELEASE) && sha256sum $(RELEASED) provenance.intoto.json | tee SHA256SUMS

# With KEY, a key of cosign signs, or checks what it has signed. Without, it is
# whoever a browser or a workflow says it is: verify-release wants to know who
# that has to be.
KEY ?=
IDENTITY ?= ^https://github\.com/webapp-operator/function-webapp/\.github/workflows/release\.yaml@refs/tags/$(subst .,\.,$(VERSION))$$
ISSUER ?= https://token.actions.githubusercontent.com

# More for cosign, such as --allow-http-registry.
SIGN_FLAGS ?=
VERIFY_FLAGS ?=

# What Crossplane 2.4 reads: see docs/release.md.
SIGN := --yes $(if $(KEY),--key $(KEY)) --use-signing-config=false $(SIGN_FLAGS)
LEGACY := --new-bundle-format=false
VERIFY = $(if $(KEY),--key $(KEY),--certificate-identity-regexp '$(IDENTITY)' --certificate-oidc-issuer '$(ISSUER)')

# Packages of the release in their registry, by digest: all of them, and the function's.
PACKAGES = $(shell sed -e 's|^|$(REGISTRY)/$(ORG)/|' $(RELEASE)/digests.txt)
FUNCTION_PACKAGE = $(filter $(REGISTRY)/$(ORG)/function-webapp@%,$(PACKAGES))

$(RELEASE)/digests.txt:
	@echo "there is no release in $(RELEASE): run make release VERSION=$(VERSION) first, or say where it is with RELEASE=" >&2; exit 1

.PHONY: sign
sign: $(RELEASE)/digests.txt $(BIN)/cosign $(BIN)/release ## Sign a release that is pushed, and attest its provenance and SBOMs (VERSION=, REGISTRY=, ORG=, KEY=).
	@mkdir -p $(OUT)
	$(BIN)/release predicate $(RELEASE)/provenance.intoto.json >$(OUT)/provenance.json
	@set -e; for package in $(PACKAGES); do \
		echo "signing $$package"; \
		$(BIN)/cosign sign $(SIGN) $(LEGACY) $$package; \
		$(BIN)/cosign attest $(SIGN) $(LEGACY) --type slsaprovenance1 --predicate $(OUT)/provenance.json $$package; \
	done
	@set -e; for arch in $(ARCHS); do \
		$(BIN)/cosign attest $(SIGN) $(LEGACY) --type cyclonedx --predicate $(RELEASE)/function-webapp-linux-$$arch.cdx.json $(FUNCTION_PACKAGE); \
	done
	$(BIN)/cosign sign-blob $(filter-out --allow-%-registry,$(SIGN)) --bundle $(RELEASE)/SHA256SUMS.sigstore.json $(RELEASE)/SHA256SUMS

.PHONY: verify-release
verify-release: $(RELEASE)/digests.txt $(BIN)/cosign ## Check that files and packages of a release are those that were signed (VERSION=, REGISTRY=, ORG=, KEY= or IDENTITY= and ISSUER=, RELEASE=).
	$(BIN)/cosign verify-blob $(VERIFY) $(filter-out --allow-%-registry,$(VERIFY_FLAGS)) --bundle $(RELEASE)/SHA256SUMS.sigstore.json $(RELEASE)/SHA256SUMS
	@cd $(RELEASE) && sha256sum --check --strict SHA256SUMS
	@set -e; for package in $(PACKAGES); do \
		$(BIN)/cosign verify $(VERIFY) $(VERIFY_FLAGS) $(LEGACY) $${package%@*}:$(VERSION) | grep -q "$${package#*@}" || \
			{ echo "$${package%@*}:$(VERSION) is not signed, or not what the release says: $$package" >&2; exit 1; }; \
		$(BIN)/cosign verify-attestation $(VERIFY) $(VERIFY_FLAGS) $(LEGACY) --type slsaprovenance1 $$package >/dev/null; \
	done
	@$(BIN)/cosign verify-attestation $(VERIFY) $(VERIFY_FLAGS) $(LEGACY) --type cyclonedx $(FUNCTION_PACKAGE) >/dev/null
	@echo "release $(VERSION) is what was signed, in $(RELEASE) and in $(REGISTRY)/$(ORG)"

# What CHANGELOG.md says of a version.
.PHONY: release-notes
release-notes: ## Print what is new in a version (VERSION=).
	@awk -v version='$(VERSION)' '/^## / {found = $$2 == version; next} found {print; some = some || NF} END {exit !some}' CHANGELOG.md || \
		{ echo "CHANGELOG.md says nothing of $(VERSION): call what is unreleased so" >&2; exit 1; }

.PHONY: licenses
licenses: $(BIN)/release build ## Print the licence of everything linked into the function, and fail for one that is not allowed.
	@$(BIN)/release licenses $(BUILT)

.PHONY: image
image: $(OUT)/image-linux-$(shell go env GOARCH).tar ## Load the function's image into Docker (VERSION=, IMAGE=).
	docker load --input $<

.PHONY: clean
clean: ## Remove what was built, but for the tools.
	rm -rf _output .cache/cover.out .cache/crd

##### Tools, built from source once

.PHONY: tools
tools: $(BIN)/crossplane $(BIN)/crossplane-core $(BIN)/crossplane-render ## Build Crossplane's own programs.

# Builds programs of a module, and says how far it is: folder, output, what the linker is
# told, packages.
from-source = test/tools/build.sh $(1) $(CURDIR)/$(2) '$(3)' $(4)

# The version of a module that a tool module names.
version = $(shell awk '$$1 == "$(2)" {print $$2}' test/tools/$(1)/go.mod)
CLI_VERSION = $(call version,cli,github.com/crossplane/cli/v2)

# A copy of a module, of which a program is built without some of it: module, version, folder.
copy-of = rm -rf $(3) && go mod download $(1)@$(2) && cp -R "$$(go env GOMODCACHE)/$(1)@$(2)" $(3) && chmod -R u+w $(3)

# Crossplane's programs take the version they say they are from the linker.
stamp = -s -w -X github.com/crossplane/crossplane-runtime/v2/pkg/version.version=$(1)

$(BIN)/crossplane: test/tools/cli/go.mod test/tools/cli/go.sum
	@mkdir -p $(BIN)
	@if crossplane version --client 2>/dev/null | grep -q ' $(CLI_VERSION)$$'; then \
		echo "using the crossplane $(CLI_VERSION) on PATH"; \
		printf '#!/bin/sh\nexec "%s" "$$@"\n' "$$(command -v crossplane)" >$@; \
		chmod +x $@; \
	else \
		echo "building the crossplane CLI $(CLI_VERSION) from source, once: about 4 minutes on 2 cores"; \
		$(call from-source,test/tools/cli,$@,$(call stamp,$(CLI_VERSION)),github.com/crossplane/cli/v2/cmd/crossplane); \
	fi

# The RBAC manager has no flag for the address of its metrics, and two control
# planes on one machine cannot both have port 8080.
RBAC_METRICS = -X sigs.k8s.io/controller-runtime/pkg/metrics/server.DefaultBindAddress=127.0.0.1:0

# The version of Crossplane that a module of test/tools names, and its core as a program.
core_version = $(call version,$(1),github.com/crossplane/crossplane/v2)
core = @echo "building crossplane $(core_version) from source, once: about 2 minutes on 2 cores" && mkdir -p $(@D) && \
	$(call from-source,test/tools/$(1),$@,$(call stamp,$(core_version)) $(RBAC_METRICS),github.com/crossplane/crossplane/v2/cmd/crossplane)

$(BIN)/crossplane-core: test/tools/crossplane/go.mod test/tools/crossplane/go.sum
	$(call core,crossplane)

# All that make render needs of it. Client-go has informers, clients and types of every API,
# which nothing here uses, and which are much of what there would be to compile: the engine
# is built without.
CLIENT_GO := k8s.io/client-go

$(BIN)/crossplane-render: test/tools/render/go.mod test/tools/render/go.sum test/tools/render/main.go
$(BIN)/crossplane-render: $(wildcard test/tools/render/kubernetes/*.go test/tools/render/kubernetes/*/*.go)
	@echo "building the engine of crossplane $(call core_version,render) from source, once" >&2
	@mkdir -p $(BIN)
	@$(call copy-of,$(CLIENT_GO),$(call version,render,$(CLIENT_GO)),.cache/client-go)
	@cd .cache/client-go && rm tools/leaderelection/leasecandidate.go kubernetes/*.go kubernetes/scheme/*.go && \
		cp -R $(CURDIR)/test/tools/render/kubernetes .
	@rm -f .cache/engine.work
	@export GOWORK=$(CURDIR)/.cache/engine.work && go work init ./test/tools/render && go work edit -replace=$(CLIENT_GO)=./client-go && \
		$(call from-source,test/tools/render,$@,-s -w,.)

$(BIN)/crossplane-%/crossplane-core: test/tools/crossplane/%/go.mod test/tools/crossplane/%/go.sum
	$(call core,crossplane/$*)

# Programs of a version that is not the default are in a folder of its own: what was
# asked for, or nothing if that is the default. What runs them is told which it is.
other = $(filter-out $(subst v,,$(basename $(call version,$(1),$(2)))),$(3))
known = $(if $(wildcard test/tools/$(1)/$(2)/go.mod),$(1)-$(2)/,$(error there is no $(2) of $(1): beside the default, test/tools/$(1) has $(notdir $(patsubst %/go.mod,%,$(wildcard test/tools/$(1)/*/go.mod)))))
override KUBERNETES := $(call other,kubernetes,k8s.io/kubernetes,$(KUBERNETES))
override CROSSPLANE := $(call other,crossplane,github.com/crossplane/crossplane/v2,$(CROSSPLANE))
export KUBERNETES CROSSPLANE

.PHONY: tools-e2e
tools-e2e: $(BIN)/etcd $(BIN)/$(if $(KUBERNETES),$(call known,kubernetes,$(KUBERNETES)))kube-apiserver
tools-e2e: $(BIN)/$(if $(CROSSPLANE),$(call known,crossplane,$(CROSSPLANE)))crossplane-core $(BIN)/kwok $(BIN)/playground
	@go -C test/tools/package build -o $(CURDIR)/$(BIN)/registry ./registry

# A Sigstore, and who signs. They are built as Crossplane is, most of which they share.
.PHONY: tools-signatures
tools-signatures: $(BIN)/crossplane-core
	@go -C test/tools/sigstore build -trimpath -ldflags '-s -w' -o $(CURDIR)/$(BIN)/ .

# Go knows best whether it is up to date.
.PHONY: $(BIN)/playground
$(BIN)/playground:
	@go -C test/e2e build -o $(CURDIR)/$@ ./playground

.PHONY: $(BIN)/sample
$(BIN)/sample:
	@go -C test/validation build -o $(CURDIR)/$@ ./webapps/sample

.PHONY: $(BIN)/cluster
$(BIN)/cluster:
	@go -C test/e2e build -o $(CURDIR)/$@ ./nodes/cluster

$(BIN)/etcd: test/tools/etcd/go.mod test/tools/etcd/go.sum
	@echo "building etcd from source, once: about 1 minute on 2 cores"
	@mkdir -p $(BIN)
	@$(call from-source,test/tools/etcd,$@,-s -w,go.etcd.io/etcd/server/v3)

KUBERNETES_PROGRAMS := kube-apiserver kube-controller-manager kube-scheduler kubectl
KUBERNETES_OF_NODES := kubelet kube-proxy

# Programs of a module of test/tools, in one build: they share most of what they are
# made of. They move in together, so that a build that is broken off is begun again.
kubernetes = @echo "building Kubernetes $(call version,$(1),k8s.io/kubernetes) from source, once: about 10 minutes on 2 cores" && mkdir -p $(@D)/building && \
	$(call from-source,test/tools/$(1),$(@D)/building/,-s -w -X k8s.io/component-base/version.gitVersion=$(call version,$(1),k8s.io/kubernetes) -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=$(word 2,$(subst ., ,$(call version,$(1),k8s.io/kubernetes))),$(2:%=k8s.io/kubernetes/cmd/%)) && \
	mv $(@D)/building/* $(@D)/ && rmdir $(@D)/building

$(BIN)/kube-apiserver: test/tools/kubernetes/go.mod test/tools/kubernetes/go.sum
	$(call kubernetes,kubernetes,$(KUBERNETES_PROGRAMS) $(KUBERNETES_OF_NODES))

$(BIN)/kubernetes-%/kube-apiserver: test/tools/kubernetes/%/go.mod test/tools/kubernetes/%/go.sum
	$(call kubernetes,kubernetes/$*,$(KUBERNETES_PROGRAMS))

$(BIN)/kwok: test/tools/kwok/go.mod test/tools/kwok/go.sum
	@echo "building kwok from source, once: about 2 minutes on 2 cores"
	@mkdir -p $(BIN)
	@$(call from-source,test/tools/kwok,$@,-s -w,sigs.k8s.io/kwok/cmd/kwok)

# What real nodes need besides: a cluster's DNS, its metrics, and Helm for the
# chart of Crossplane.
NODE_TOOLS := coredns metrics-server helm

# Their way in, which is both an ingress controller and a Gateway.
LEGO := github.com/go-acme/lego/v4

$(BIN)/traefik: test/tools/traefik/go.mod test/tools/traefik/go.sum test/tools/traefik/dns/dns.go
	@echo "building Traefik from source, once: about 4 minutes on 2 cores"
	@mkdir -p $(BIN)
	@$(call copy-of,$(LEGO),$(call version,traefik,$(LEGO)),.cache/lego)
	@rm .cache/lego/providers/dns/*.go && cp test/tools/traefik/dns/dns.go .cache/lego/providers/dns/
	@$(call from-source,test/tools/traefik,$@,-s -w,github.com/traefik/traefik/v3/cmd/traefik)

.PHONY: tools-nodes
tools-nodes: tools $(BIN)/etcd $(BIN)/kube-apiserver $(NODE_TOOLS:%=$(BIN)/%) $(BIN)/traefik $(BIN)/image
	@go -C test/tools/package build -o $(CURDIR)/$(BIN)/registry ./registry

$(BIN)/coredns: PACKAGE = .
$(BIN)/coredns: test/tools/coredns/main.go
$(BIN)/metrics-server: PACKAGE = sigs.k8s.io/metrics-server/cmd/metrics-server
$(BIN)/helm: PACKAGE = helm.sh/helm/v3/cmd/helm

$(NODE_TOOLS:%=$(BIN)/%): $(BIN)/%: test/tools/%/go.mod test/tools/%/go.sum
	@echo "building $* from source, once: about 1 minute on 2 cores"
	@mkdir -p $(BIN)
	@$(call from-source,test/tools/$*,$@,-s -w,$(PACKAGE))

PROMETHEUS_VERSION = $(call version,prometheus,github.com/prometheus/prometheus)
PROMETHEUS := prometheus promtool

# Any Prometheus will do: the rules and the dashboard use what all versions know.
# Clouds, whose discovery is half of what there is to build, are left out.
$(BIN)/prometheus: test/tools/prometheus/go.mod test/tools/prometheus/go.sum
	@mkdir -p $(BIN)
	@if prometheus --version >/dev/null 2>&1 && promtool --version >/dev/null 2>&1; then \
		echo "using the prometheus and promtool on PATH"; \
		for tool in $(PROMETHEUS); do \
			printf '#!/bin/sh\nexec "%s" "$$@"\n' "$$(command -v $$tool)" >$(BIN)/$$tool; \
			chmod +x $(BIN)/$$tool; \
		done; \
	else \
		echo "building Prometheus $(PROMETHEUS_VERSION) from source, once: about 3 minutes on 2 cores"; \
		GOFLAGS="$$GOFLAGS -tags=remove_all_sd" $(call from-source,test/tools/prometheus,$(BIN)/,-s -w,$(PROMETHEUS:%=github.com/prometheus/prometheus/cmd/%)); \
	fi

$(BIN)/jaeger: test/tools/jaeger/go.mod test/tools/jaeger/go.sum $(wildcard test/tools/jaeger/elasticsearch/*.go test/tools/jaeger/elasticsearch/*/*.go)
	@echo "building Jaeger from source, once: about 4 minutes on 2 cores"
	@mkdir -p $(BIN)
	@$(call from-source,test/tools/jaeger,$@,-s -w,tool)

$(BIN)/golangci-lint: test/tools/lint/go.mod test/tools/lint/go.sum
	@echo "building golangci-lint from source, once: about 3 minutes on 2 cores"
	@mkdir -p $(BIN)
	@$(call from-source,test/tools/lint,$@,-s -w,github.com/golangci/golangci-lint/v2/cmd/golangci-lint)

# What releases are signed with, and what reads the workflows. Each module names one
# program as its tool.
$(BIN)/cosign $(BIN)/actionlint: $(BIN)/%: test/tools/%/go.mod test/tools/%/go.sum
	@echo "building $* from source, once: cosign takes about 4 minutes on 2 cores"
	@mkdir -p $(BIN)
	@$(call from-source,test/tools/$*,$@,-s -w,tool)
