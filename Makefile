# make app        install what is missing and serve the app        (make app PORT=8600 picks another port)
# make demo-class a made-up class to try, on this machine alone      (make demo-class PORT=8600 picks another port)
# make test       every check and every test, browser tests included
# make test-long  the same, with long fuzzing
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

.PHONY: app demo-class test test-long format editor clean
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

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

editor:
	lib/ui/code_editor/build.sh

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than its requirements when everything in them is installed.
.venv/app.stamp: requirements.txt | .venv/bin/python
	@$(torch_for_cpu)
	@echo "Installing requirements.txt; the first time takes a few minutes."
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt requirements-class.txt .venv/app.stamp
	@echo "Installing requirements-dev.txt."
	@$(PIP) -r requirements-dev.txt
	@touch $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Torch by Hand needs Python 3.11 or newer; try: make PYTHON=python3.12 app" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python could not make a virtual environment; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

# On Linux the package index serves torch with several GB of CUDA. PyTorch's own index has a CPU build: one quick try,
# for torch alone (what torch needs comes with requirements.txt); if it fails, requirements.txt brings torch as usual.
define torch_for_cpu
if [ "$$(uname -s)" = Linux ] && ! $(BIN)/python -c \
  'import sys; from importlib.metadata import version; sys.exit(version("torch").split("+")[0] != "$(TORCH)".split("==")[1])' 2>/dev/null; then \
  echo "Installing $(TORCH) for the CPU."; \
  $(PIP) --retries 0 --timeout 10 --no-deps --index-url $(TORCH_CPU_INDEX) "$(TORCH)" >/dev/null 2>&1 || \
    echo "PyTorch's CPU index gave no answer; taking torch from the usual package index."; \
fi
endef
