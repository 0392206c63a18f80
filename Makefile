# The two main commands are `make run` and `make test`. `make help` lists all.
SHELL := /bin/bash
.DEFAULT_GOAL := help

MODULES := proto pkg services
BIN     := bin
# The versions of the tools are pinned in tools/go.mod, outside the workspace.
TOOL    := $(BIN)/tools

.PHONY: help run build page test verify lint fmt generate bench bench-system fuzz clean

help: ## print this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build and start everything with the demo company on http://127.0.0.1:8080
	@exec $(BIN)/terreno up

build: ## build the terreno binary into bin/
	@mkdir -p $(BIN)
	@[ -x $(BIN)/terreno ] || echo "building bin/terreno; the first time takes a minute or two"
	@go build -buildvcs=false -o $(BIN)/terreno ./services/terreno/cmd/terreno

page: ## build the web page into services/dashboard/dist; needs Node
	@tools/page build

test: ## run all tests: the page's in a browser, Go's with the race detector on a private PostgreSQL and embedded NATS
	@tools/prepare
	@[ -n '$(RUN)' ] || tools/page test browser
	@go run ./pkg/pgtest/cmd/withpg go test -race -vet=off -timeout 20m $(if $(RUN),-run '$(RUN)') work

verify: $(TOOL)/stamp ## check generated code, modules, imports, format and lint
	@tools/verify

lint: $(TOOL)/stamp ## run golangci-lint on every module
	@for m in $(MODULES); do echo "lint $$m"; (cd $$m && ../$(TOOL)/golangci-lint run ./...) || exit 1; done

fmt: $(TOOL)/stamp ## format all Go code with gofumpt
	@$(TOOL)/gofumpt -w $(MODULES)

generate: $(TOOL)/stamp ## generate Go from proto, docs and NATS configuration from the stream table, the page's types from the API
	@cd proto && PATH="$(CURDIR)/$(TOOL):$$PATH" buf generate
	@go run ./proto/cmd/subjectsdoc > docs/subjects.md
	@go run ./proto/cmd/natsconf > deploy/nats/terreno.conf
	@tools/page types

bench: ## run the benchmarks of every module, then of the whole system
	@go run ./pkg/pgtest/cmd/withpg go test -run '^$$' -bench . -benchmem work
	@$(MAKE) --no-print-directory bench-system

bench-system: build ## measure what an installation costs; SCENARIO=batch50,fanout-* chooses, SCALE=0.1 shortens
	@tools/prepare
	@go run ./services/fieldsim/load/cmd/load -scenario '$(SCENARIO)' -scale $(or $(SCALE),1)

FUZZTIME ?= 30s
fuzz: ## run every fuzz target, for FUZZTIME each
	@tools/fuzz $(FUZZTIME)

clean: ## remove what make built; the data in .data stays
	@rm -rf $(BIN)

$(TOOL)/stamp: tools/go.mod tools/go.sum proto/go.mod
	@echo "building the pinned tools (buf, gofumpt, golangci-lint, protoc-gen-go); the first time takes some minutes"
	@mkdir -p $(TOOL)
	@cd tools && GOWORK=off go build -o ../$(TOOL)/ tool
	@cd proto && go build -o ../$(TOOL)/ google.golang.org/protobuf/cmd/protoc-gen-go
	@touch $@
