# make app        install what is missing and serve the app        (make app PORT=8600 picks another port)
# make demo-class a made-up class to try, on this machine alone      (make demo-class PORT=8600 picks another port)
# make test       every check and every test, browser tests included
# make test-long  the same, with long fuzzing
# make test-deploy the app as a host starts it: fresh environment, ordinary user; every process of deploy/, killed in turn
# make locks      write the *.lock files anew, after a change in the requirements
# make format     put the code in the house style
# make editor     build the code editor's bundle anew (needs Node.js)
# make clean      remove .venv and all caches

PYTHON ?= python3
PORT ?= 8501
WORKERS ?= 2
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq
TORCH := $(shell sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.txt)
FROM_LOCK := $(PIP) --no-deps --require-hashes

.PHONY: app demo-class test test-long test-deploy locks format editor clean
.DELETE_ON_ERROR:

app: .venv/app.stamp
	@echo "Torch by Hand: http://localhost:$(PORT) (Ctrl+C stops it)"
	@exec $(BIN)/streamlit run app.py --server.port $(PORT)

demo-class: .venv/dev.stamp
	@exec $(BIN)/python -m lib.course.demo --port $(PORT)

# Tests are split over processes, so each keeps to one thread. What failed runs once more, alone: a browser on a busy
# machine can be late, and what is really broken fails again.
test test-long: export OMP_NUM_THREADS = 1
test-long: MARKS = -m ""
test test-long: .venv/dev.stamp
	$(BIN)/python -m tests.chromium
	$(BIN)/ruff format --check --diff .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations=20 $(MARKS) $(ARGS) || \
	  $(BIN)/python -m pytest --last-failed --last-failed-no-failures none $(MARKS) $(ARGS)

test-deploy: .venv/dev.stamp
	$(BIN)/python -m pytest -s -m "" $(ARGS) tests/deploy

locks: .venv/dev.stamp
	$(BIN)/python -m deploy.lock
	$(BIN)/python -m deploy.licences

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

editor:
	lib/ui/code_editor/build.sh

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than its lock when everything in it is installed.
.venv/app.stamp: requirements.lock torch.lock | .venv/bin/python
	@$(torch_for_cpu)
	@echo "Installing requirements.lock; the first time takes a few minutes."
	@$(FROM_LOCK) -r requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/app.stamp
	@echo "Installing requirements-dev.lock."
	@$(FROM_LOCK) -r requirements-dev.lock
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Torch by Hand needs Python 3.11 or newer; try: make PYTHON=python3.12 app" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# On Linux the package index serves torch with several GB of CUDA; PyTorch's own index has a CPU build, and elsewhere the
# usual one has no other. torch.lock has the hashes of these. One quick try at each, for torch alone (what it needs is in
# requirements.lock); where neither gives such a build, torch comes with all that it asks for, unlocked.
define torch_for_cpu
if ! $(BIN)/python -c \
  'import sys; from importlib.metadata import version; sys.exit(version("torch").split("+")[0] != "$(TORCH)".split("==")[1])' 2>/dev/null; then \
  echo "Installing $(TORCH) for the CPU."; \
  { [ "$$(uname -s)" = Linux ] && \
    $(FROM_LOCK) --retries 0 --timeout 10 --index-url $(TORCH_CPU_INDEX) -r torch.lock >/dev/null 2>&1; } || \
  $(FROM_LOCK) -r torch.lock >/dev/null 2>&1 || \
  { echo "No index gave PyTorch's build for the CPU; taking $(TORCH) from the usual one with all that it asks for."; \
    $(PIP) "$(TORCH)"; }; \
fi
endef
