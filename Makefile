# The tasks of the project. `make help` lists them.

PYTHON ?= python3
TORCH := $(shell sed -n 's/^torch==//p' constraints.txt)
PIP := .venv/bin/python -m pip --disable-pip-version-check
GOOGLEAPIS = $(shell .venv/bin/python -c 'import google.rpc; print(google.rpc.__path__[0].removesuffix("/google/rpc"))')
PYTEST := .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile
export OMP_NUM_THREADS = 1
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.DEFAULT_GOAL := help
.PHONY: help venv demo serve test check crash clients lint format generate reference coverage-page bench bench-core bench-human clean

help:  ## List the tasks
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

venv: .venv/.installed  ## Set up .venv with all that the other tasks need

demo: .venv/.installed  ## Run a simulated participant through an experiment, with a server that is killed half way
	aepsych-grpc demo

serve: .venv/.installed  ## Start a server on this machine; ARGS="--port 50051 ..." adds options
	aepsych-grpc serve $(ARGS)

test: .venv/.installed  ## Run all tests
	$(PYTEST)

check: lint  ## Run the linters and the quick tests
	$(PYTEST) -m "not slow"

crash: .venv/.installed  ## Kill, starve and cut off servers, and count what they lose: nothing; ARGS="--few" is quicker
	cd tests && python -m crash $(ARGS)

clients: .venv/.installed  ## Put the clients in other languages through the same behaviours; ARGS="--only C++" does one
	cd tests && python -m clients $(ARGS)

lint: .venv/.installed  ## Check style, types, and that the contract is sound and breaks no client
	ruff check
	ruff format --check
	mypy
	buf lint
	buf format --diff --exit-code
	buf breaking --against tools/contract-baseline.binpb

format: .venv/.installed  ## Format the sources and fix what can be fixed by itself
	ruff check --fix
	ruff format
	buf format --write

generate: .venv/.installed  ## Generate the stubs in aepsych_grpc/v1 and the clients' from protos/; needs protoc
	buf format --write
	rm -f aepsych_grpc/v1/*_pb2*.py* clients/matlab/+aepsych/+rpc/*.m
	buf generate
	@# Of the services' stubs only those that there are: the typing plugin writes one for every file.
	@for stub in aepsych_grpc/v1/*_pb2_grpc.pyi; do test -e "$${stub%i}" || rm "$$stub"; done
	buf build --as-file-descriptor-set --output aepsych_grpc/v1/descriptors.binpb
	@command -v protoc > /dev/null || { echo "The C# client needs protoc. On Debian and Ubuntu: sudo apt-get install protobuf-compiler"; exit 1; }
	rm -f clients/csharp/Runtime/Generated/*.cs
	buf generate --template buf.gen.csharp.yaml
	@# What errors carry, from the package that the server has it from; internal, lest it clashes with another copy.
	protoc --proto_path=$(GOOGLEAPIS) --csharp_out=internal_access:clients/csharp/Runtime/Generated \
		google/rpc/status.proto google/rpc/error_details.proto
	python -m tools.unity_metas clients/csharp

reference: .venv/.installed  ## Write docs/reference from the catalogue and the contract
	python -m tools.reference

coverage-page: .venv/.installed  ## Try every feature of AEPsych over gRPC, and write docs/coverage.md; takes minutes
	python -m tools.aepsych_coverage $(ARGS)

bench: .venv/.installed  ## Measure latencies and accuracy on this machine
	python benchmarks/service.py

bench-core: .venv/.installed  ## Measure how many trials thresholds take, beside Sobol and AEPsych; ARGS="--quick" takes minutes
	python benchmarks/core_accuracy.py $(ARGS)

bench-human: .venv/.installed  ## Compare with AEPsych on human responses: make bench-human DATA=csf_dataset.csv
	@test -n "$(DATA)" || { echo "Name the data: make bench-human DATA=csf_dataset.csv"; exit 2; }
	python benchmarks/human_contrast.py "$(DATA)"

clean:  ## Remove all that the tasks have made, .venv too
	rm -rf .venv .benchmark-venv .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist demo-output benchmark-output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# torch comes first and by itself. Its CPU build is a tenth of the size of the usual one and has all that is used here:
# look for it where pip looks anyway, then at PyTorch's own index, and do with any build when neither has it.
.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "Installing torch $(TORCH), its CPU build if there is one ..."
	@$(PIP) install --quiet "torch==$(TORCH)+cpu" -c constraints.txt 2>/dev/null || \
		$(PIP) install --quiet --index-url https://download.pytorch.org/whl/cpu --retries 0 --timeout 15 "torch==$(TORCH)" 2>/dev/null || \
		$(PIP) install --quiet "torch==$(TORCH)" -c constraints.txt
	@echo "Installing everything else ..."
	@$(PIP) install --quiet -c constraints.txt -e ".[dev]"
	@touch $@
